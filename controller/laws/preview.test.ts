// What a dry run announces is what the plan does: for every annotation, said, taken away and said in another way, on paper.
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Operation } from '../../alb/plan/operation.ts';
import { isApplied } from '../../api/annotation.ts';
import { bind, bindingFor } from '../../api/bind.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { Ingress, Service } from '../../api/kube.ts';
import { previewLines } from '../../api/preview.ts';
import { type ControllerDefaults, readIngress } from '../../api/read.ts';
import { REGISTRY, stemOf } from '../../api/registry.ts';
import { type Applied, CERTIFICATE, ingress, path, rule, service } from './paper.ts';
import { type Moment, NOTHING, pass } from './passes.ts';

type Said = Readonly<Record<string, string>>;

const GROUP = 'shop/web';
const OPTIONS: ControllerDefaults = { defaultTargetType: 'instance', defaultScheme: 'internal' };
const SERVICES: readonly Service[] = [service('web', 'shop', {}, { ipFamilies: ['IPv4', 'IPv6'] })];
const FIXED = '{"type":"fixed-response","fixedResponseConfig":{"statusCode":"200"}}';
const BASE: Said = {
  'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
  'certificate-arn': CERTIFICATE('one'),
  'actions.act': FIXED,
};

function sheetOf(said: Said): Applied & { readonly one: Ingress } {
  const rules = [rule('www.example.com', path('/', 'web'), path('/act', 'act:use-annotation'))];
  const one = ingress({ said: { ...BASE, ...said }, rules });
  return { one, ingresses: [one], services: SERVICES };
}

const find = (namespace: string, name: string) =>
  SERVICES.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);

const readingOf = (one: Ingress) => readIngress(one, { options: OPTIONS, service: find });

/** The binding as the controller leaves it after a pass. */
function recorded(one: Ingress, { found, set }: Moment): LoadBalancerBinding {
  const own = set.get(GROUP);
  const status: NonNullable<LoadBalancerBinding['status']> = {
    listeners: [],
    targetGroups: [],
    ...(own === undefined ? {} : { set: { ...own } }),
  };
  for (const { kind, arn, spec } of found) {
    if (kind === 'loadBalancer') status.loadBalancer = { name: spec.name, arn, dnsName: 'made.example' };
    if (kind === 'listener') status.listeners?.push({ port: spec.port, protocol: spec.protocol, arn });
    if (kind === 'targetGroup')
      status.targetGroups?.push({ name: spec.name, arn, service: 'web', port: 80, healthy: 0, total: 0 });
  }
  return { ...bindingFor(one, bind(one, readingOf(one))), status };
}

/** What is compared: load balancers, their listeners and target groups; rules are only counted in a dry run. */
const KINDS = ['loadBalancer', 'listener', 'targetGroup'] as const;

function ofPlan(operations: readonly Operation[]): string[] {
  const replaced = new Set(
    operations.flatMap((one) =>
      one.verb === 'create' && one.replaces !== undefined ? [one.replaces.arn] : [],
    ),
  );
  return operations.flatMap((one): string[] => {
    if (one.verb === 'reorder') return [];
    if (one.verb === 'delete') return replaced.has(one.found.arn) ? [] : [`remove ${one.kind}`];
    if (one.verb === 'modify') {
      // The tags of listeners follow those of the load balancer.
      const follows = one.kind === 'listener' && one.change.every(({ field }) => field === 'tags');
      return follows ? [] : [`change ${one.kind}`];
    }
    return [`${one.replaces === undefined ? 'make' : 'replace'} ${one.kind}`];
  });
}

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/target group/, 'targetGroup'],
  [/security group/, 'securityGroup'],
  [/listener/, 'listener'],
  [/rule/, 'rule'],
  [/load balancer/, 'loadBalancer'],
];

function ofPreview(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [, verb, items] = /^would (make|change|replace|remove): (.*)$/.exec(line) ?? [];
    if (items === undefined) return [];
    // A load balancer is replaced with all that belongs to it.
    const whole = /the load balancer by/.exec(items);
    if (whole !== null) return [`${verb} loadBalancer`];
    const parts = items.replace(/\([^)]*\)/g, '').split(', ');
    return parts.map((item) => `${verb} ${WORDS.find(([pattern]) => pattern.test(item))?.[1] ?? item}`);
  });
}

function compared(all: readonly string[]): string[] {
  if (all.includes('replace loadBalancer')) return ['replace loadBalancer'];
  return [...new Set(all)].filter((one) => KINDS.some((kind) => one.endsWith(` ${kind}`))).sort();
}

/** What plan and dry run say of going from one version to the next. */
function both(before: Said, after: Said) {
  const [from, to] = [sheetOf(before), sheetOf(after)];
  const made = pass(from, GROUP, NOTHING);
  const old = recorded(from.one, made);
  const proposal = { namespace: 'shop', name: 'web', spec: bind(to.one, readingOf(to.one)) };
  const around = { options: OPTIONS, service: find, recordedOf: (id: string) => (id === GROUP ? [old] : []) };
  const lines = previewLines(proposal, old, around);
  const { operations } = pass(to, GROUP, made).planned;
  return { lines, plan: compared(ofPlan(operations)), dryRun: compared(ofPreview(lines)) };
}

const accepted = (said: Said): boolean =>
  readingOf(sheetOf(said).one).problems.every(({ severity }) => severity !== 'refuse');

/** Members of families, by what the rules above name. */
const MEMBERS: Said = {
  'listener-attributes.*': 'listener-attributes.HTTP-80',
  'target-control-port.*': 'target-control-port.web.80',
  'conditions.*': 'conditions.web',
  'transforms.*': 'transforms.web',
  'actions.*': 'actions.act',
};

/** What an annotation needs beside it to have an effect. */
const BESIDE: Readonly<Record<string, Said>> = {
  'backend-protocol-version': { 'listen-ports': '[{"HTTPS":443}]' },
  'manage-backend-security-group-rules': { 'security-groups': 'sg-0123456789abcdef0' },
  'target-control-port.*': { 'target-type': 'ip' },
  'auth-idp-cognito': { 'auth-type': 'cognito' },
  'auth-idp-oidc': { 'auth-type': 'oidc' },
};

const NO_MORE: Said = {};

/** Examples whose outcome is not on paper: names of security groups, and what AWS has reserved. */
const ELSEWHERE = /frontend|CapacityUnits=0/;

/** Other targets are registered in the target group, which is no operation of a plan. */
const TARGETS_ONLY: ReadonlySet<string> = new Set(['target-node-labels']);

/** Another group is another load balancer, and the policy of ours is no field of AWS. */
const APART: ReadonlySet<string> = new Set(['group.name', 'group.order']);

const annotations = REGISTRY.filter(
  ({ effect, name }) => isApplied(effect) && !APART.has(name) && !TARGETS_ONLY.has(name),
);

describe.each(annotations.map(({ name, examples }) => [name, examples.good] as const))('%s', (name, good) => {
  const key = MEMBERS[name] ?? (stemOf(name) === undefined ? name : `${stemOf(name)}.web`);
  const beside = BESIDE[name] ?? NO_MORE;
  const said = good.filter((text) => !ELSEWHERE.test(text)).map((text) => ({ ...beside, [key]: text }));
  const versions: readonly Said[] = [{}, ...(beside === NO_MORE ? [] : [beside]), ...said].filter(accepted);
  const pairs = versions.flatMap((from) =>
    versions.filter((to) => !isDeepStrictEqual(from, to)).map((to) => [from, to] as const),
  );

  test.each(pairs)('from %j to %j', (from, to) => {
    const { plan, dryRun, lines } = both(from, to);
    expect({ lines, dryRun }).toEqual({ lines, dryRun: plan });
  });
});

describe('what replaces and what goes back', () => {
  test('an address type that the Service has, too, replaces its target group', () => {
    expect(both({}, { 'ip-address-type': 'dualstack' }).lines).toEqual([
      'would change: the load balancer (ip-address-type)',
      'would replace: the target group for web:80 (IP address type)',
    ]);
  });

  test('an attribute that is taken away goes back', () => {
    const said = {
      'load-balancer-attributes': 'idle_timeout.timeout_seconds=30',
      'target-group-attributes': 'slow_start.duration_seconds=60',
      'listener-attributes.HTTP-80': 'routing.http.response.server.enabled=false',
      'mutual-authentication': '[{"port":443,"mode":"passthrough"}]',
    };
    expect(both(said, {}).lines).toEqual([
      'would change: the load balancer (load-balancer-attributes), listener HTTP 80 (listener-attributes), listener HTTPS 443 (mutual-authentication), the target group for web:80 (attributes)',
    ]);
  });
});
