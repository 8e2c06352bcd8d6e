// Settings to binding spec.
import { describe, expect, test } from 'vitest';
import { PREFIX } from '../annotation.ts';
import { readIngress } from '../ingress/read.ts';
import type { Ingress } from '../kube.ts';
import { bind, bindingFor, canonicalText, hashOf } from './bind.ts';

const around = {
  service: () => undefined,
  options: { defaultTargetType: 'ip', defaultScheme: 'internal' },
} as const;
const backend = (name: string, port: object) => ({ service: { name, port } });

const INGRESS: Ingress = {
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'u1',
    annotations: { [`${PREFIX}group.name`]: 'g', [`${PREFIX}group.order`]: '3', 'example.com/note': 'x' },
  },
  spec: {
    ingressClassName: 'alb',
    tls: [{ hosts: ['a.example.com'], secretName: 's' }, { hosts: ['a.example.com'] }],
    defaultBackend: backend('web', { number: 80 }),
    rules: [
      { host: 'only-a-host.example.com' },
      {
        http: {
          paths: [
            {
              path: '/i',
              pathType: 'ImplementationSpecific',
              backend: backend('maint', { name: 'use-annotation' }),
            },
            { path: '/a', pathType: 'Prefix', backend: backend('web', { number: 80 }) },
            { path: '/é', pathType: 'Prefix', backend: backend('web', { name: 'http' }) },
            { path: '/e', pathType: 'Exact', backend: backend('web', { number: 80 }) },
            { backend: backend('web', { number: 80 }) },
          ],
        },
      },
    ],
  },
};

test('the intent: paths in the order they are asked, hosts, backends', () => {
  const spec = bind(INGRESS, readIngress({ ...INGRESS, spec: { rules: [] } }, around));
  const web = { service: { name: 'web', port: 80 } };
  expect(spec).toEqual({
    ingressRef: { name: 'web', uid: 'u1', hash: hashOf(INGRESS) },
    group: 'g',
    order: 3,
    intent: {
      settings: {
        'group.name': { value: 'g', from: 'Ingress' },
        'group.order': { value: 3, from: 'Ingress' },
      },
      rules: [
        { host: 'only-a-host.example.com', paths: [] },
        {
          paths: [
            { path: '/e', pathType: 'Exact', backend: web },
            { path: '/é', pathType: 'Prefix', backend: { service: { name: 'web', port: 'http' } } },
            { path: '/a', pathType: 'Prefix', backend: web },
            { path: '/i', pathType: 'ImplementationSpecific', backend: { action: 'maint' } },
            { pathType: 'ImplementationSpecific', backend: web },
          ],
        },
      ],
      defaultBackend: web,
      tlsHosts: ['a.example.com'],
    },
  });
});

describe('a refused reading', () => {
  const bad = {
    ...INGRESS,
    metadata: { ...INGRESS.metadata, annotations: { [`${PREFIX}scheme`]: 'public' } },
  };
  const reading = readIngress(bad, around);

  test('accepts nothing', () => {
    expect(bind(bad, reading)).toEqual({
      ingressRef: { name: 'web', uid: 'u1', hash: hashOf(bad) },
      group: 'shop/web',
      order: 0,
    });
  });

  test('keeps what was accepted last, where it was', () => {
    const before = bind(INGRESS, readIngress({ ...INGRESS, spec: {} }, around));
    const after = bind(bad, reading, before);
    expect(after).toEqual({ ...before, ingressRef: { name: 'web', uid: 'u1', hash: hashOf(bad) } });
  });
});

describe('hash', () => {
  const annotated = (annotations: Record<string, string>): Ingress => ({
    ...INGRESS,
    metadata: { name: 'web', annotations },
  });

  test('does not depend on the order of members', () => {
    const turned = JSON.parse(canonicalText(INGRESS)) as Ingress;
    expect(hashOf(turned)).toBe(hashOf(INGRESS));
    expect(hashOf(annotated({ [`${PREFIX}a`]: '1', [`${PREFIX}b`]: '2' }))).toBe(
      hashOf(annotated({ [`${PREFIX}b`]: '2', [`${PREFIX}a`]: '1' })),
    );
  });

  test('covers spec, our annotations and the old class, and nothing else', () => {
    const base = hashOf(annotated({}));
    expect(hashOf(annotated({ 'example.com/note': 'y' }))).toBe(base);
    expect(hashOf(annotated({ [`${PREFIX}scheme`]: 'internal' }))).not.toBe(base);
    expect(hashOf(annotated({ 'kubernetes.io/ingress.class': 'alb' }))).not.toBe(base);
    expect(hashOf({ ...annotated({}), spec: {} })).not.toBe(base);
  });
});

test('the binding has the name and namespace of its Ingress', () => {
  const spec = bind(INGRESS, { settings: {}, problems: [] });
  expect(bindingFor(INGRESS, spec)).toMatchObject({
    apiVersion: 'albatross.dev/v1alpha1',
    kind: 'LoadBalancerBinding',
    metadata: { name: 'web', namespace: 'shop' },
  });
  expect(spec.group).toBe('shop/web');
});
