// Whether rules on nodes may be needed by TargetGroupBindings that are not ours to replace.
import { expect, test } from 'vitest';
import type { KubeClient, KubeOutcome } from '../../kube/client.ts';
import { foreignRules } from './foreign-rules.ts';

const answering = (answer: KubeOutcome): KubeClient =>
  ({ request: async () => answer }) as unknown as KubeClient;
const listed = (object: object): KubeOutcome => ({ ok: true, object });
const one = (spec: object) => listed({ items: [{ metadata: { name: 'x' }, spec }] });

test.each<[string, KubeOutcome, object]>([
  ['none', listed({ items: [] }), { some: false }],
  ['the kind is not installed', { ok: false, reason: 'notFound', message: '' }, { some: false }],
  ['one that asks for no rules', one({ targetGroupARN: 'a' }), { some: false }],
  ['one that asks for rules', one({ networking: { ingress: [] } }), { some: true }],
  [
    'no answer',
    { ok: false, reason: 'forbidden', message: 'no' },
    { ok: false, reason: 'forbidden', message: 'no' },
  ],
])('%s', async (_, answer, expected) => {
  expect(await foreignRules(answering(answer))).toEqual(expected);
});
