// What AWS refuses of one member: the rest is made, the culprit is told, what was there stays, and nothing opens by it.
import { describe, expect, test } from 'vitest';
import { CERTIFICATE, ingress, path, rule, type Sheet, service } from '../../alb/laws/paper.ts';
import type { Ingress } from '../../api/kube.ts';
import { GROUP } from '../laws/groups.ts';
import { openPasses, type Passes } from '../laws/whole-passes.ts';

const NONE = CERTIFICATE('00000000-0000-0000-0000-000000000000');
const NO_GROUP = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/gone/0123456789abcdef';
const NO_STORE = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:truststore/gone/0123456789abcdef';
const BOTH = { 'listen-ports': '[{"HTTP":80},{"HTTPS":443}]' };
const forward = (targetGroupARN: string): string =>
  JSON.stringify({ type: 'forward', forwardConfig: { targetGroups: [{ targetGroupARN }] } });

const member = (name: string, said: Record<string, string>, more: Sheet = {}): Ingress =>
  ingress({
    ...{ ingress: name, created: `2026-01-0${name === 'good' ? 1 : 2}T00:00:00Z` },
    rules: [rule(`${name}.example.com`, path('/', 'web'))],
    ...more,
    said: { 'group.name': GROUP, ...said },
  });
const good = member('good', { ...BOTH, 'certificate-arn': CERTIFICATE('one') });
const services = [service()];

async function settled(...bad: readonly Ingress[]): Promise<Passes> {
  const passes = openPasses();
  for (const one of bad) await passes.settle({ ingresses: [good, one], services });
  return passes;
}

/** `Programmed`, and its message, of one member. */
function programmed(passes: Passes, name: string): string {
  const { conditions = [] } = passes.statuses().get(`shop/${name}`) ?? {};
  const one = conditions.find(({ type }) => type === 'Programmed');
  return `${one?.status} ${one?.reason} ${one?.message}`;
}

const balancer = ({ account }: Passes) => [...account.elb.state.loadBalancers.values()][0];
const listener = ({ account }: Passes, port: number) =>
  [...account.elb.state.listeners.values()].find((one) => one.port === port);
/** What is done with requests for a host, by port. */
function does({ account: { elb } }: Passes, host: string): Record<string, string> {
  const all = [...elb.state.rules.values()].filter((one) => JSON.stringify(one.conditions).includes(host));
  return Object.fromEntries(
    all.map(({ listenerArn, actions }) => [
      elb.state.listeners.get(listenerArn)?.port,
      actions.map(({ Type, FixedResponseConfig: fixed }) => fixed?.StatusCode ?? Type).join(),
    ]),
  );
}

describe('settings of what members share', () => {
  test('one attribute among others: only that one is left out, and named to who said it', async () => {
    const said = { 'load-balancer-attributes': 'aa.none=1,idle_timeout.timeout_seconds=77,zz.none=2' };
    const passes = await settled(member('bad', said));
    expect(balancer(passes)?.attributes['idle_timeout.timeout_seconds']).toBe('77');
    for (const key of ['aa.none=1', 'zz.none=2'])
      expect(programmed(passes, 'bad')).toContain(
        `metadata.annotations[alb.ingress.kubernetes.io/load-balancer-attributes]: "${key}"`,
      );
    expect(programmed(passes, 'bad')).toMatch(/^False AwsRefused/);
    expect(programmed(passes, 'good')).toMatch(/^True Programmed/);
  });

  test.each(['-1', '1'])('a certificate, of a member at order %s: the port has the others', async (order) => {
    const passes = await settled(member('bad', { ...BOTH, 'group.order': order, 'certificate-arn': NONE }));
    expect(listener(passes, 443)?.certificate).toBe(CERTIFICATE('one'));
    expect(programmed(passes, 'bad')).toContain('CertificateNotFound');
    expect(programmed(passes, 'good')).toMatch(/^True Programmed/);
    expect(does(passes, 'good.example.com')).toEqual({ 80: 'forward', 443: 'forward' });
  });

  test('a certificate in place of one that is there: that one stays', async () => {
    const passes = await settled(
      member('bad', { ...BOTH, 'certificate-arn': CERTIFICATE('two') }),
      member('bad', { ...BOTH, 'certificate-arn': NONE }),
    );
    expect(listener(passes, 443)?.extraCertificates).toContain(CERTIFICATE('two'));
  });

  test('a prefix list: the port lets in whom it let in before', async () => {
    const passes = await settled(member('bad', { 'security-group-prefix-lists': 'pl-0123456789abcdef0' }));
    expect(programmed(passes, 'bad')).toContain('InvalidPrefixListID.NotFound');
    expect(programmed(passes, 'good')).toMatch(/^True Programmed/);
  });

  test('a trust store: who asked for it answers nobody, the others are served', async () => {
    const mutual = JSON.stringify([{ port: 443, mode: 'verify', trustStore: NO_STORE }]);
    const said = { ...BOTH, 'certificate-arn': CERTIFICATE('two'), 'mutual-authentication': mutual };
    const passes = await settled(member('bad', said));
    expect(does(passes, 'bad.example.com')).toEqual({ 80: 'forward', 443: '503' });
    expect(does(passes, 'good.example.com')).toEqual({ 80: 'forward', 443: 'forward' });
    expect(programmed(passes, 'bad')).toContain('TrustStoreNotFound');
  });
});

describe('routes of one member', () => {
  const routed = (action: string, more: Record<string, string> = {}) =>
    member(
      'bad',
      { 'actions.a': action, ...more },
      { rules: [rule('bad.example.com', path('/', 'a:use-annotation'))] },
    );

  test('a new one answers 503, so that no later rule gets its requests', async () => {
    const passes = await settled(routed(forward(NO_GROUP), { 'group.order': '-1' }));
    expect(does(passes, 'bad.example.com')).toEqual({ 80: '503' });
    expect(programmed(passes, 'bad')).toContain('spec.rules: CreateRule answered TargetGroupNotFound');
  });

  test('one that is there goes on as it does', async () => {
    const fixed = '{"type":"fixed-response","fixedResponseConfig":{"statusCode":"418"}}';
    const passes = await settled(routed(fixed), routed(forward(NO_GROUP)));
    expect(does(passes, 'bad.example.com')).toEqual({ 80: '418' });
  });

  test('one that is to ask for a login, and cannot, does not stay open', async () => {
    const login = {
      'auth-type': 'cognito',
      'auth-idp-cognito':
        '{"userPoolARN":"arn:aws:cognito-idp:us-west-2:123456789012:userpool/us-west-2_a","userPoolClientID":"a","userPoolDomain":"a"}',
    };
    const secure = { ...BOTH, 'certificate-arn': CERTIFICATE('two') };
    const fixed = '{"type":"fixed-response","fixedResponseConfig":{"statusCode":"418"}}';
    const passes = await settled(routed(fixed, secure), routed(forward(NO_GROUP), { ...secure, ...login }));
    expect(does(passes, 'bad.example.com')).toEqual({ 80: '418', 443: '503' });
  });

  test('a health check: its target group stays, and its route', async () => {
    const passes = await settled(member('bad', { 'target-group-attributes': 'none.such=1' }));
    expect(does(passes, 'bad.example.com')).toEqual({ 80: 'forward' });
    expect(programmed(passes, 'bad')).toContain('none.such=1');
  });

  test('no room: who has the most rules lacks some, whatever the order and age', async () => {
    const many = Array.from({ length: 120 }, (_, n) => path(`/p${n} Exact`, 'web'));
    const early = { created: '2025-01-01T00:00:00Z', rules: [rule('bad.example.com', ...many)] };
    const passes = openPasses();
    await passes.settle({ ingresses: [member('bad', { 'group.order': '-9' }, early), good], services });
    expect(does(passes, 'good.example.com')).toEqual({ 80: 'forward', 443: 'forward' });
    expect(programmed(passes, 'bad')).toContain('TooManyRules');
    expect(programmed(passes, 'good')).toMatch(/^True Programmed/);
    const ours = [...passes.account.elb.state.rules.values()].filter(
      ({ priority }) => priority !== undefined,
    );
    expect(ours).toHaveLength(100);
  });
});

test('no room for a rule with a login: the default backend of its member does not get its requests without one', async () => {
  const pool =
    '{"userPoolARN":"arn:aws:cognito-idp:us-west-2:123456789012:userpool/us-west-2_a","userPoolClientID":"a","userPoolDomain":"a"}';
  const secret = service('secret', 'shop', { 'auth-type': 'cognito', 'auth-idp-cognito': pool });
  const many = Array.from({ length: 101 }, (_, n) => path(`/p${n} Exact`, 'secret'));
  const said = { 'listen-ports': '[{"HTTPS":443}]', 'certificate-arn': CERTIFICATE('one') };
  const one = member('bad', said, {
    rules: [rule('bad.example.com', ...many)],
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  });
  const passes = openPasses();
  await passes.settle({ ingresses: [one], services: [...services, secret] });
  const { state } = passes.account.elb;
  const ours = [...state.rules.values()].filter(({ listenerArn }) => state.listeners.has(listenerArn));
  expect(ours.filter(({ priority }) => priority !== undefined)).toHaveLength(100);
  const otherwise = state.rules.get(listener(passes, 443)?.defaultRule ?? '');
  expect(otherwise?.actions[0]?.FixedResponseConfig?.StatusCode).toBe('503');
});

describe('what was refused', () => {
  test('is asked for again ever more seldom, and nothing else is done', async () => {
    const passes = await settled(member('bad', { ...BOTH, 'certificate-arn': NONE }));
    const before = passes.account.elb.mutations();
    for (let minute = 0; minute < 30; minute += 1) await passes.later(60_000);
    const calls = passes.account.elb.mutations() - before;
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThan(30);
  });

  test('is there once AWS wants it', async () => {
    const passes = await settled(member('bad', { ...BOTH, 'certificate-arn': NONE }));
    passes.account.elb.context.world.certificates.add(NONE);
    await passes.later(300_000);
    expect(listener(passes, 443)?.extraCertificates).toContain(NONE);
    expect(programmed(passes, 'bad')).toMatch(/^True Programmed/);
  });

  test('is forgotten when it is not wanted any more', async () => {
    const passes = await settled(
      member('bad', { ...BOTH, 'certificate-arn': NONE }),
      member('bad', { ...BOTH, 'certificate-arn': CERTIFICATE('two') }),
    );
    expect(programmed(passes, 'bad')).toMatch(/^True Programmed/);
    const before = passes.account.elb.mutations();
    await passes.later(600_000);
    expect(passes.account.elb.mutations() - before).toBe(0);
  });
});
