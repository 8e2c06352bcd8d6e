// Conflicts on the listeners that two members of a group share (spec annotations 2.3, P and K+ per port; 17.4).
import { effectiveListenPorts } from '../annotations/listener.ts';
import type { MutualAuthenticationEntry } from '../annotations/tls.ts';
import { setsNothing } from '../effects.ts';
import type { Intent } from '../generated/binding.ts';
import { annotationPath } from '../problems/finding.ts';
import type { Problem } from '../problems/problem.ts';
import { combined, conflict, entryConflicts, type IntentPair, valueConflict } from './conflict.ts';
import type { Whole } from './group-conflicts.ts';

/** Members that share a port must agree. */
const AGREED = combined('port', 'same');

/** Everything in which two members disagree about a port that both listen on. */
export function listenerConflicts(pair: IntentPair, whole: Whole): Problem[] {
  const { mine, theirs, key } = pair;
  const held = new Map(effectiveListenPorts(theirs.settings).map((one) => [one.port, one.protocol]));
  const shared = effectiveListenPorts(mine.settings).filter((one) => held.has(one.port));
  const found = shared
    .filter((one) => held.get(one.port) !== one.protocol)
    .map(({ port, protocol }) =>
      conflict(
        annotationPath('listen-ports'),
        `${protocol} ${port}`,
        key,
        `has ${held.get(port)} on port ${port}`,
      ),
    );
  const secure = shared.some((one) => one.protocol === 'HTTPS');
  for (const descriptor of AGREED) {
    const [a, b] = [mine.settings[descriptor.name]?.value, theirs.settings[descriptor.name]?.value];
    if (a === undefined || b === undefined) continue;
    const counts = shared.some((port) => [a, b].some((value) => !setsNothing(descriptor, value, port)));
    if (counts) found.push(...valueConflict(descriptor.name, pair));
  }
  if (!secure) found.push(...fipsConflicts(pair));
  for (const { port, protocol } of shared) {
    const name = `${protocol}-${port}`;
    const settled = whole.settledOn(port)['listener-attributes']?.[name]?.value;
    const [a, b] = [mine, theirs].map(({ settings }) => settings['listener-attributes']?.[name]?.value);
    found.push(...entryConflicts(`listener-attributes.${name}`, a, b, key, settled));
    if (protocol === 'HTTPS') found.push(...mutualConflicts(pair, port));
  }
  const [first] = shared;
  if (first !== undefined && mine.defaultBackend !== undefined && theirs.defaultBackend !== undefined) {
    const name = mine.defaultBackend.service?.name ?? mine.defaultBackend.action;
    found.push(
      conflict('spec.defaultBackend', name, key, `has a default backend on port ${first.port}, too`),
    );
  }
  return found;
}

/** All HTTPS listeners of a load balancer have FIPS policies or none has (aws-limits N12). */
function fipsConflicts({ mine, theirs, key }: IntentPair): Problem[] {
  const [a, b] = [mine, theirs].map(({ settings }) => {
    const secure = effectiveListenPorts(settings).some(({ protocol }) => protocol === 'HTTPS');
    return secure ? settings['ssl-policy']?.value : undefined;
  });
  if (a === undefined || b === undefined || a === '' || b === '') return [];
  if (a.includes('-FIPS-') === b.includes('-FIPS-')) return [];
  const says = `says ${b}; the HTTPS listeners of a load balancer have FIPS policies all or none`;
  return [conflict(annotationPath('ssl-policy'), a, key, says)];
}

const entryOn = ({ settings }: Intent, port: number): MutualAuthenticationEntry | undefined =>
  settings['mutual-authentication']?.value.findLast((one) => one.port === port);

/** A name and an ARN may be the same trust store, which only AWS knows (spec annotations 6.6). */
function mutualConflicts({ mine, theirs, key }: IntentPair, port: number): Problem[] {
  const [a, b] = [entryOn(mine, port), entryOn(theirs, port)];
  if (a === undefined || b === undefined) return [];
  const [one, other] = [a.trustStore ?? '', b.trustStore ?? ''];
  const differ =
    a.mode !== b.mode ||
    (a.ignoreClientCertificateExpiry ?? false) !== (b.ignoreClientCertificateExpiry ?? false) ||
    (a.advertiseTrustStoreCaNames ?? 'off') !== (b.advertiseTrustStoreCaNames ?? 'off') ||
    (one !== other && one.startsWith('arn:') === other.startsWith('arn:'));
  if (!differ) return [];
  const says = `says ${JSON.stringify(b)} for port ${port}`;
  return [conflict(annotationPath('mutual-authentication'), JSON.stringify(a), key, says)];
}
