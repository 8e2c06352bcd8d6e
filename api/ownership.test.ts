// Which Ingresses are ours (spec annotations 13.1).
import { expect, test } from 'vitest';
import type { Ingress, IngressClass } from './kube.ts';
import { CLASS_ANNOTATION, CONTROLLER, ownership } from './ownership.ts';

const CLASSES: Readonly<Record<string, IngressClass>> = {
  alb: { metadata: { name: 'alb' }, spec: { controller: CONTROLLER } },
  nginx: { metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } },
  bare: { metadata: { name: 'bare' } },
};
const classes = (name: string) => CLASSES[name];

const named = (className?: string, old?: string): Ingress => ({
  metadata: { name: 'x', ...(old === undefined ? {} : { annotations: { [CLASS_ANNOTATION]: old } }) },
  spec: className === undefined ? {} : { ingressClassName: className },
});

test.each([
  ['our class', named('alb'), undefined, 'alb', { ours: true, className: 'alb' }],
  ['another class', named('nginx'), undefined, 'alb', { ours: false }],
  ['a class without controller', named('bare'), undefined, 'alb', { ours: false }],
  ['no class', named(), undefined, 'alb', { ours: false }],
  ['no class, flag empty', named(), undefined, '', { ours: true }],
  ['default class ours', named(), 'alb', 'alb', { ours: true, className: 'alb' }],
  ['default class another', named(), 'nginx', 'alb', { ours: false }],
  ['old annotation', named(undefined, 'alb'), undefined, 'alb', { ours: true }],
  [
    'old annotation of another, whatever the spec says',
    named('alb', 'nginx'),
    undefined,
    'alb',
    { ours: false },
  ],
  ['old annotation by flag', named(undefined, 'edge'), undefined, 'edge', { ours: true }],
  ['old annotation, flag empty', named(undefined, 'alb'), undefined, '', { ours: true }],
  ['empty old annotation, flag empty', named(undefined, ''), undefined, '', { ours: true }],
] as const)('%s', (_, ingress, defaultClass, flag, expected) => {
  expect(ownership(ingress, classes, defaultClass, flag)).toEqual(expected);
});

test('a class that does not exist warns', () => {
  expect(ownership(named('later'), classes)).toMatchObject({
    ours: true,
    className: 'later',
    problem: {
      code: 'IngressClassNotFound',
      severity: 'warn',
      path: 'spec.ingressClassName',
      value: 'later',
    },
  });
});
