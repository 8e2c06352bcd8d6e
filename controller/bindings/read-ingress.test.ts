// The class of an Ingress goes, or closes: what was accepted last stays in force, and the reason is told.
import { expect, test } from 'vitest';
import { ingress } from '../../alb/laws/paper.ts';
import { bindingFor } from '../../api/binding/bind.ts';
import { finalizerOf } from '../../api/binding/finalizers.ts';
import type { IngressClassParams } from '../../api/ingress/class-parameters.ts';
import type { IngressClass } from '../../api/kube.ts';
import { type ReadingAround, readingOf } from './read-ingress.ts';
import { openBook } from './store.ts';

const KEY = 'shop/web';
const one = ingress({ said: { scheme: 'internal' }, spec: { ingressClassName: 'own' } });
const klass: IngressClass = {
  metadata: { name: 'own' },
  spec: {
    controller: 'ingress.k8s.aws/alb',
    parameters: { apiGroup: 'elbv2.k8s.aws', kind: 'IngressClassParams', name: 'own' },
  },
};
const params = (labels: Record<string, string>): IngressClassParams => ({
  metadata: { name: 'own' },
  spec: { namespaceSelector: { matchLabels: labels } },
});

interface There {
  readonly klass?: IngressClass;
  readonly params?: IngressClassParams;
}

const around = (there: There, bound: boolean): ReadingAround => ({
  service: () => undefined,
  ingressClass: () => there.klass,
  classes: there.klass === undefined ? [] : [there.klass],
  classParams: () => there.params,
  namespaceLabels: () => ({ team: 'shop' }),
  bound: () => bound,
  options: { defaultTargetType: 'instance', defaultLoadBalancerScheme: 'internal', ingressClass: 'alb' },
});

test.each<[string, There, string]>([
  ['is for other namespaces', { klass, params: params({ team: 'bank' }) }, 'ClassNotUsable'],
  ['has lost its parameters', { klass }, 'ClassParametersNotFound'],
  ['is gone', {}, 'IngressClassNotFound'],
])('a class that %s', (_, there, code) => {
  const book = openBook();
  const read = (now: There, bound: boolean) => {
    const reading = readingOf(one, around(now, bound));
    if (reading === undefined) throw new Error('not ours any more');
    book.ingress(KEY, { ingress: one, reading });
  };
  read({ klass, params: params({ team: 'shop' }) }, false);
  const accepted = book.entry(KEY)?.spec;
  if (accepted === undefined) throw new Error('not accepted');
  const binding = bindingFor(one, accepted);
  book.binding(KEY, { ...binding, metadata: { ...binding.metadata, finalizers: [finalizerOf(KEY)] } });
  read(there, true);
  expect(book.of(KEY)[0]?.spec.intent).toEqual(accepted.intent);
  expect(accepted.intent).toBeDefined();
  expect(book.entry(KEY)?.told.map((problem) => problem.code)).toEqual([code]);
});
