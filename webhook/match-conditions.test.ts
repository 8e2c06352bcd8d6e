// The match expression: the same text as the manifest ships, and what it says of classes that come and go.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { IngressClass, ValidatingWebhookConfiguration } from '../api/kube.ts';
import { CONTROLLER, defaultClassOf } from '../api/ownership.ts';
import { matchExpression, ourClasses } from './match-conditions.ts';
import { claimOf } from './webhook-configuration.ts';

const MANIFEST = new URL('../config/webhook/configuration.yaml', import.meta.url);
const shipped = parse(readFileSync(MANIFEST, 'utf8')) as ValidatingWebhookConfiguration;

const made = (
  name: string,
  controller: string,
  metadata: Partial<IngressClass['metadata']> = {},
): IngressClass => ({
  metadata: { name, ...metadata },
  spec: { controller },
});
const isDefault = { annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } };
const alb = made('alb', CONTROLLER);
const nginx = made('nginx', 'k8s.io/ingress-nginx');

test('with the class that is shipped, the manifest needs no change', () => {
  expect(claimOf(shipped, [alb, nginx], 'alb')).toBeUndefined();
});

test('another class of ours is added, in an order that both replicas agree on', () => {
  const one = claimOf(shipped, [made('public', CONTROLLER), alb, nginx], 'alb');
  expect(one).toContain("object.spec.ingressClassName in ['alb', 'public']");
  expect(claimOf(shipped, [nginx, alb, made('public', CONTROLLER)], 'alb')).toBe(one);
});

test('a configuration without our webhook or without the condition is left alone', () => {
  const classes = [alb, made('public', CONTROLLER)];
  expect(claimOf(undefined, classes, 'alb')).toBeUndefined();
  expect(claimOf({ metadata: { name: 'albatross' } }, classes, 'alb')).toBeUndefined();
  const [webhook] = shipped.webhooks ?? [];
  const always = { ...shipped, webhooks: [{ name: webhook?.name ?? '', matchConditions: [] }] };
  expect(claimOf(always, classes, 'alb')).toBeUndefined();
});

describe('the expression', () => {
  test('names are quoted', () => {
    expect(matchExpression({ names: [], unnamed: false }, `it's \\`)).toContain(`in ['it\\'s \\\\']`);
  });

  test('an empty legacy class means alb, an empty annotation, and Ingresses that name no class', () => {
    const expression = matchExpression(ourClasses([], ''), '');
    expect(expression).toContain(`in ['', 'alb']`);
    expect(expression).toMatch(/: true$/);
  });

  test('Ingresses that name no class are ours when the default class is', () => {
    expect(ourClasses([made('mine', CONTROLLER, isDefault)], 'alb')).toEqual({
      names: ['mine'],
      unnamed: true,
    });
    expect(ourClasses([alb, made('nginx', 'x', isDefault)], 'alb').unnamed).toBe(false);
    expect(ourClasses([alb], 'alb').unnamed).toBe(false);
  });
});

test('of several default classes the newest counts, then the first by name', () => {
  const at = (name: string, creationTimestamp: string) =>
    made(name, CONTROLLER, { ...isDefault, creationTimestamp });
  expect(defaultClassOf([alb])).toBeUndefined();
  expect(defaultClassOf([at('old', '2024-01-01T00:00:00Z'), at('new', '2025-01-01T00:00:00Z')])).toBe('new');
  expect(defaultClassOf([at('b', '2024-01-01T00:00:00Z'), at('a', '2024-01-01T00:00:00Z')])).toBe('a');
});
