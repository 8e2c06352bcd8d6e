// What protects: kept where a name leads nowhere, in place before a successor takes over, somebody else's left alone.
import { describe, expect, test } from 'vitest';
import type { LoadBalancerSpec, Resource } from '../../api/aws.ts';
import { LOAD_BALANCER } from '../desire/desire.ts';
import type { Found } from '../kinds/kind.ts';
import { schemas } from '../kinds/kinds.ts';
import { interpret } from '../laws/interpret.ts';
import { groupFrom, ingress, service, WEB_ACL_ARN, wantedBy } from '../laws/paper.ts';
import { inWords } from '../plan/operation.ts';
import { plan } from '../plan/plan.ts';
import { exposed, foreignShield, withKept } from './keep-protection.ts';

const sheet = (said: Record<string, string>) => ({ ingresses: [ingress({ said })], services: [service()] });
const wantedWith = (said: Record<string, string>): Resource[] => wantedBy(sheet(said)).resources;
const ONE = WEB_ACL_ARN('one');
const TWO = WEB_ACL_ARN('two');

const plain = interpret(plan(schemas, wantedWith({}), []), []);
const having = (more: Partial<LoadBalancerSpec>): Found[] =>
  plain.map((one) => (one.kind === 'loadBalancer' ? { ...one, spec: { ...one.spec, ...more } } : one));
const balancer = (more: Partial<LoadBalancerSpec>): Found =>
  having(more).find(({ kind }) => kind === 'loadBalancer') as Found;
const planned = (wanted: readonly Resource[], found: readonly Found[]): string[] =>
  plan(schemas, wanted, found).operations.map(inWords);

describe('differences', () => {
  test.each<[string, Record<string, string>, Partial<LoadBalancerSpec>, string[]]>([
    ['said nothing', {}, { webAcl: ONE, shield: 'on' }, []],
    ['as it is', { 'wafv2-acl-arn': ONE }, { webAcl: ONE }, []],
    ['another one', { 'wafv2-acl-arn': TWO }, { webAcl: ONE }, ['modify loadBalancer']],
    ['none', { 'wafv2-acl-arn': 'none' }, { webAcl: ONE }, ['modify loadBalancer']],
    ['not known', { 'wafv2-acl-arn': ONE }, { webAcl: 'unknown' }, ['modify loadBalancer']],
    ['protected', { 'shield-advanced-protection': 'true' }, { shield: 'on' }, []],
    ['protected by somebody else', { 'shield-advanced-protection': 'true' }, { shield: 'foreign' }, []],
    ['left to somebody else', { 'shield-advanced-protection': 'false' }, { shield: 'foreign' }, []],
    ['no more', { 'shield-advanced-protection': 'false' }, { shield: 'on' }, ['modify loadBalancer']],
  ])('%s', (_, said, has, expected) => {
    const words = planned(wantedWith(said), having(has)).map((line) => line.replace(/:.*$/, ''));
    expect(words).toEqual(expected);
  });

  test('each is an operation of its own, after everything that is made or changed', () => {
    const said = {
      'wafv2-acl-arn': ONE,
      'shield-advanced-protection': 'true',
      'load-balancer-attributes': 'idle_timeout.timeout_seconds=30',
      'listen-ports': '[{"HTTP":80},{"HTTP":8080}]',
    };
    const { operations } = plan(schemas, wantedWith(said), having({ webAcl: 'none', shield: 'off' }));
    const what = operations.map((one) =>
      one.verb === 'modify' && one.kind === 'loadBalancer'
        ? one.change.map(({ field }) => field).join(' ')
        : `${one.verb} ${one.kind}`,
    );
    expect(what.slice(-2)).toEqual(['webAcl', 'shield']);
    expect(what).toContain('attributes');
    expect(what).toContain('create listener');
  });
});

describe('a name that leads nowhere', () => {
  const problem = { code: 'WebAclNotFound', severity: 'refuse', path: 'p' } as const;
  const lost = (said: Record<string, string> = {}): Resource[] =>
    wantedBy(sheet({ 'wafv2-acl-name': 'lost', ...said }), undefined, { webAcl: { problem } }).resources;

  test('keeps what there is, also none', () => {
    for (const webAcl of [ONE, 'none', 'unknown'])
      expect(planned(withKept(lost(), having({ webAcl })), having({ webAcl }))).toEqual([]);
  });

  test('gives a successor what its predecessor has', () => {
    const wanted = withKept(lost({ scheme: 'internet-facing' }), having({ webAcl: ONE }));
    const spec = wanted.find(({ id }) => id === LOAD_BALANCER)?.spec;
    expect(spec).toMatchObject({ scheme: 'internet-facing', webAcl: ONE });
  });
});

describe('a successor', () => {
  test.each<[string, Record<string, string>, Partial<LoadBalancerSpec>, string | undefined]>([
    ['nothing wanted', {}, {}, undefined],
    ['not looked at', { 'wafv2-acl-arn': ONE }, {}, 'is not set yet'],
    ['another one', { 'wafv2-acl-arn': ONE }, { webAcl: TWO }, 'is not set yet'],
    ['set', { 'wafv2-acl-arn': ONE }, { webAcl: ONE }, undefined],
    ['Shield off', { 'shield-advanced-protection': 'true' }, { shield: 'off' }, 'does not protect'],
    ['Shield on', { 'shield-advanced-protection': 'true' }, { shield: 'on' }, undefined],
    ['Shield of somebody else', { 'shield-advanced-protection': 'true' }, { shield: 'foreign' }, undefined],
    ['Shield unwanted', { 'shield-advanced-protection': 'false' }, { shield: 'on' }, undefined],
  ])('%s', (_, said, has, expected) => {
    const why = exposed(wantedWith(said), balancer(has));
    if (expected === undefined) expect(why).toBeUndefined();
    else expect(why).toContain(expected);
  });
});

test("who wants somebody else's protection away is told that it stays", () => {
  const said = { 'shield-advanced-protection': 'false' };
  const tell = (shield: LoadBalancerSpec['shield']) =>
    foreignShield(groupFrom(sheet(said)), wantedWith(said), having(shield === undefined ? {} : { shield }));
  expect(tell('on')).toEqual([]);
  expect(tell('foreign')).toMatchObject([
    { member: 'shop/web', problem: { code: 'ForeignProtection', severity: 'warn', value: 'false' } },
  ]);
});
