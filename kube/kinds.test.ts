// Tests of kinds.
import { expect, test } from 'vitest';
import { collectionPath, KINDS, objectPath, rightsTo, versionPath } from './kinds.ts';

test('paths of kinds with and without namespaces, of the core group and of others', () => {
  expect([
    versionPath(KINDS.services),
    versionPath(KINDS.bindings),
    collectionPath(KINDS.services),
    collectionPath(KINDS.services, 'shop'),
    collectionPath(KINDS.nodes, 'shop'),
    objectPath(KINDS.ingresses, { namespace: 'shop', name: 'a/b' }, 'status'),
    objectPath(KINDS.namespaces, { name: 'shop' }),
  ]).toEqual([
    '/api/v1',
    '/apis/albatross.dev/v1alpha1',
    '/api/v1/services',
    '/api/v1/namespaces/shop/services',
    '/api/v1/nodes',
    '/apis/networking.k8s.io/v1/namespaces/shop/ingresses/a%2Fb/status',
    '/api/v1/namespaces/shop',
  ]);
});

test('rights, as roles call them', () => {
  expect(rightsTo(['list', 'watch'], KINDS.nodes, { namespace: 'shop' })).toEqual([
    { verb: 'list', group: '', resource: 'nodes' },
    { verb: 'watch', group: '', resource: 'nodes' },
  ]);
  expect(
    rightsTo(['patch'], KINDS.bindings, { namespace: 'shop', name: 'web', subresource: 'status' }),
  ).toEqual([
    {
      verb: 'patch',
      group: 'albatross.dev',
      resource: 'loadbalancerbindings/status',
      namespace: 'shop',
      name: 'web',
    },
  ]);
});
