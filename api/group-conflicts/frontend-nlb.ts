// Conflicts about the frontend network load balancer of a group (spec annotations 11, 17.7). Nothing reads its settings
// until some member asks for one.
import type { Merge } from '../annotation.ts';
import { effectiveListenPorts } from '../annotations/listener.ts';
import type { Intent } from '../generated/binding.ts';
import { annotationPath } from '../problems/finding.ts';
import type { Problem } from '../problems/problem.ts';
import { REGISTRY } from '../registry.ts';
import { conflict, type IntentPair, type Single, shown, valueConflict } from './conflict.ts';
import type { Whole } from './group-conflicts.ts';

const named = (prefix: string, merge: Merge): Single[] =>
  REGISTRY.flatMap(({ name, merge: how }) =>
    name.startsWith(prefix) && how === merge ? [name as Single] : [],
  );

const OF_NLB = named('frontend-nlb-', 'same');
/** Members that share a port of the network load balancer must agree. */
const OF_HEALTH_CHECK = named('frontend-nlb-healthcheck-', 'each');

/** Everything in which two members disagree about the network load balancer. */
export function nlbConflicts(pair: IntentPair, { intents }: Whole): Problem[] {
  const found = valueConflict('enable-frontend-nlb', pair);
  if (!intents.some(({ settings }) => settings['enable-frontend-nlb']?.value === true)) return found;
  const [mine, theirs] = [portsBehind(pair.mine), portsBehind(pair.theirs)];
  const shared = [...mine].filter(([nlb]) => theirs.has(nlb));
  return [
    ...found,
    ...OF_NLB.flatMap((name) => valueConflict(name, pair)),
    ...eipConflicts(pair),
    ...addressConflicts(pair),
    ...shared
      .filter(([nlb, alb]) => theirs.get(nlb) !== alb)
      .map(([nlb, alb]) =>
        conflict(
          annotationPath('frontend-nlb-listener-port-mapping'),
          `${nlb}=${alb}`,
          pair.key,
          `leads port ${nlb} to port ${theirs.get(nlb)}`,
        ),
      ),
    ...(shared.length > 0 ? OF_HEALTH_CHECK.flatMap((name) => valueConflict(name, pair)) : []),
  ];
}

/** Ports of the network load balancer and those behind them: as mapped, else the member's own (spec annotations 11.6). */
function portsBehind({ settings }: Intent): Map<number, number> {
  const own = effectiveListenPorts(settings).map(({ port }) => port);
  const mapping = Object.entries(settings['frontend-nlb-listener-port-mapping']?.value ?? {});
  if (mapping.length === 0) return new Map(own.map((port) => [port, port]));
  const pairs = mapping.map(([nlb, alb]) => [Number(nlb), Number(alb)] as const);
  return new Map(pairs.filter(([, alb]) => own.includes(alb)));
}

/** Elastic IPs of one member and the scheme internal of another (spec annotations 11.5). */
function eipConflicts({ mine, theirs, key }: IntentPair): Problem[] {
  const [eips, scheme] = ['frontend-nlb-eip-allocations', 'frontend-nlb-scheme'] as const;
  const internal = ({ settings }: Intent) => settings[scheme]?.value === 'internal';
  const has = ({ settings }: Intent) => settings[eips] !== undefined;
  if (has(mine) && !has(theirs) && internal(theirs) && !internal(mine)) {
    const says = `says ${scheme} internal, and Elastic IPs need internet-facing`;
    return [conflict(annotationPath(eips), shown(mine.settings[eips]?.value), key, says)];
  }
  if (!has(theirs) || has(mine) || !internal(mine) || internal(theirs)) return [];
  const says = `has Elastic IPs for it, which need internet-facing`;
  return [conflict(annotationPath(scheme), 'internal', key, says)];
}

/** A network load balancer is ipv4 or dualstack (spec annotations 5.3). */
function addressConflicts({ mine, theirs, key }: IntentPair): Problem[] {
  const without = ({ settings }: Intent) =>
    settings['ip-address-type']?.value === 'dualstack-without-public-ipv4';
  const enabled = ({ settings }: Intent) => settings['enable-frontend-nlb']?.value === true;
  if (enabled(mine) && !without(mine) && without(theirs)) {
    const says = 'says ip-address-type dualstack-without-public-ipv4, which no network load balancer has';
    return [conflict(annotationPath('enable-frontend-nlb'), true, key, says)];
  }
  if (!enabled(theirs) || enabled(mine) || !without(mine)) return [];
  const says = 'has a frontend network load balancer, which is ipv4 or dualstack';
  return [conflict(annotationPath('ip-address-type'), 'dualstack-without-public-ipv4', key, says)];
}
