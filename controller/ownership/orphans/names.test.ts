// Tests of who names a stack: every Ingress, whatever its class, and every binding.
import { describe, expect, test } from 'vitest';
import { fleet, GRACE, NOBODY, NOTHING, NOW } from '../../laws/orphaned.ts';
import { judge } from './judge.ts';
import { type NamingObjects, namesOf } from './names.ts';

describe('who names a stack', () => {
  const metadata = { name: 'gone', namespace: 'shop' };
  const ofClass = (name: string, parameters?: string, isDefault = false) => ({
    metadata: { name, annotations: { 'ingressclass.kubernetes.io/is-default-class': String(isDefault) } },
    spec: {
      controller: 'example.com/x',
      ...(parameters === undefined ? {} : { parameters: { kind: 'IngressClassParams', name: parameters } }),
    },
  });
  const params = [{ metadata: { name: 'p' }, spec: { group: { name: 'shared' } } }];
  const other = { name: 'x', namespace: 'y' };
  test.each<[string, Partial<NamingObjects>, string]>([
    [
      'an Ingress of any class',
      { ingresses: [{ metadata, spec: { ingressClassName: 'nginx' } }] },
      'shop/gone',
    ],
    [
      'one that is being deleted',
      { ingresses: [{ metadata: { ...metadata, deletionTimestamp: 'now' } }] },
      'shop/gone',
    ],
    [
      'the group of one',
      {
        ingresses: [
          { metadata: { ...other, annotations: { 'alb.ingress.kubernetes.io/group.name': 'shared' } } },
        ],
      },
      'shared',
    ],
    [
      'the LBC’s finalizer',
      { ingresses: [{ metadata: { ...metadata, finalizers: ['ingress.k8s.aws/resources'] } }] },
      'shop/gone',
    ],
    [
      'the LBC’s finalizer for a group',
      { ingresses: [{ metadata: { ...other, finalizers: ['group.ingress.k8s.aws/shared'] } }] },
      'shared',
    ],
    [
      'our own finalizer on an Ingress',
      { ingresses: [{ metadata: { ...other, finalizers: ['group.albatross.dev/shared'] } }] },
      'shared',
    ],
    [
      'the class of one',
      {
        ingresses: [{ metadata: other, spec: { ingressClassName: 'c' } }],
        classes: [ofClass('c', 'p')],
        classParams: params,
      },
      'shared',
    ],
    [
      'the default class',
      { ingresses: [{ metadata: other }], classes: [ofClass('c', 'p', true)], classParams: params },
      'shared',
    ],
    ['a binding', { bindings: [{ metadata, spec: { group: 'else' } } as never] }, 'shop/gone'],
    [
      'the group of a binding',
      { bindings: [{ metadata: other, spec: { group: 'shared' } } as never] },
      'shared',
    ],
    [
      'what a binding still holds',
      {
        bindings: [
          {
            metadata: { ...other, finalizers: ['group.albatross.dev/shared'] },
            spec: { group: 'else' },
          } as never,
        ],
      },
      'shared',
    ],
  ])('%s', (_name, objects, stack) => {
    const names = namesOf({ ...NOTHING, ...objects });
    expect(names.stacks.has(stack)).toBe(true);
    const sight = { names, stacks: fleet('shop/web', stack), ours: new Set(['shop/web']), now: NOW };
    const owned = new Set([stack]);
    const rules = { policy: 'sync', graceMs: GRACE, limit: 10 } as const;
    expect(judge({ ...sight, owned }, rules, new Map()).orphans).toEqual([]);
    // The same without it is one.
    expect(judge({ ...sight, owned, names: NOBODY }, rules, new Map()).orphans).toHaveLength(1);
  });
  test('a group name of a class that no Ingress is of names nothing', () => {
    const names = namesOf({ ...NOTHING, classes: [ofClass('c', 'p')], classParams: params });
    expect(names.stacks.has('shared')).toBe(false);
  });
});
