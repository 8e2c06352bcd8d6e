// The web ACL of a group: who decides, and who is told.
import { describe, expect, test } from 'vitest';
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import { groupOf } from './group.ts';
import { bindingsOf, ingress, service, WEB_ACL_ARN } from './laws/paper.ts';

type Said = Record<string, string>;

/** A group of members `a`, `b`, …, the elder first; those named in `pinned` have their words from a class. */
function groupWith(said: readonly Said[], pinned: readonly number[] = []) {
  const ingresses = said.map((one, at) =>
    ingress({
      ingress: 'abc'[at] ?? '',
      created: `2026-01-0${at + 1}T00:00:00Z`,
      said: { 'group.name': 'g', ...one },
    }),
  );
  const bindings = bindingsOf({ ingresses, services: [service()] }, 'g');
  const from = 'IngressClassParams edge';
  const ofClass = (binding: LoadBalancerBinding): LoadBalancerBinding => {
    const { intent } = binding.spec;
    if (intent === undefined) return binding;
    const settings = Object.fromEntries(
      Object.entries(intent.settings).map(([key, setting]) => [key, { ...setting, from }]),
    );
    return { ...binding, spec: { ...binding.spec, intent: { ...intent, settings } } };
  };
  const group = groupOf(
    'g',
    bindings.map((one) => (pinned.some((at) => one.metadata.name === 'abc'[at]) ? ofClass(one) : one)),
  );
  const told = group.leftOut.map(
    ({ member, problem }) => `${member} ${problem.severity} ${problem.path.replace(/^.*\//, '')}`,
  );
  return { webAcl: group.webAcl, told, texts: group.leftOut.map(({ problem }) => problem.because) };
}

const ARN = WEB_ACL_ARN('one');

describe('the web ACL of a group', () => {
  test.each<[string, Said[], object | undefined, string[]]>([
    ['nobody says anything', [{}, {}], undefined, []],
    [
      'one says it for all',
      [{}, { 'wafv2-acl-arn': ARN }],
      { by: 'wafv2-acl-arn', value: ARN, members: ['shop/b'] },
      [],
    ],
    [
      'two say the same',
      [{ 'wafv2-acl-name': 'one' }, { 'wafv2-acl-name': 'one' }],
      { by: 'wafv2-acl-name', value: 'one', members: ['shop/a', 'shop/b'] },
      [],
    ],
    [
      'the elder wins, both are told',
      [{ 'wafv2-acl-arn': ARN }, { 'wafv2-acl-arn': 'none' }],
      { by: 'wafv2-acl-arn', value: ARN, members: ['shop/a'] },
      ['shop/b refuse wafv2-acl-arn]', 'shop/a warn wafv2-acl-arn]'],
    ],
    [
      'the younger name wins over the elder ARN, which is told',
      [{ 'wafv2-acl-arn': ARN }, { 'wafv2-acl-name': 'two' }],
      { by: 'wafv2-acl-name', value: 'two', members: ['shop/b'] },
      ['shop/a warn wafv2-acl-arn]'],
    ],
    [
      'the name of the same web ACL',
      [{ 'wafv2-acl-arn': ARN }, { 'wafv2-acl-name': 'one' }],
      { by: 'wafv2-acl-name', value: 'one', members: ['shop/b'] },
      [],
    ],
  ])('%s', (_, said, webAcl, told) => {
    expect(groupWith(said)).toMatchObject({ told });
    expect(groupWith(said).webAcl).toEqual(webAcl);
  });

  test('what the class of a member pins is not evaded by the name of an elder one', () => {
    const { webAcl, told, texts } = groupWith([{ 'wafv2-acl-name': 'two' }, { 'wafv2-acl-arn': ARN }], [1]);
    expect(webAcl).toEqual({ by: 'wafv2-acl-arn', value: ARN, members: ['shop/b'] });
    expect(told).toEqual(['shop/a refuse wafv2-acl-name]', 'shop/b warn wafv2-acl-arn]']);
    expect(texts[0]).toContain('does so by its class');
  });
});
