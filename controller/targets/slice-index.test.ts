// Which Services an EndpointSlice concerns, also when it comes to belong to another one.
import { expect, test } from 'vitest';
import type { EndpointSlice } from '../../api/kube.ts';
import { SERVICE_LABEL, SliceIndex } from './slice-index.ts';

const slice = (name: string, service?: string): EndpointSlice => ({
  metadata: {
    namespace: 'shop',
    name,
    ...(service === undefined ? {} : { labels: { [SERVICE_LABEL]: service } }),
  },
});
const names = (slices: readonly EndpointSlice[]): string[] => slices.map(({ metadata }) => metadata.name);

test('slices of a Service are together, and gone when they are deleted', () => {
  const index = new SliceIndex();
  expect(index.put(slice('a', 'web'), 'added')).toEqual(['web']);
  expect(index.put(slice('b', 'web'), 'added')).toEqual(['web']);
  expect(index.put(slice('a', 'web'), 'updated')).toEqual(['web']);
  expect(names(index.of('shop', 'web')).sort()).toEqual(['a', 'b']);
  expect([index.of('other', 'web'), index.of('shop', 'api')]).toEqual([[], []]);
  expect(index.put(slice('a', 'web'), 'deleted')).toEqual(['web']);
  expect(names(index.of('shop', 'web'))).toEqual(['b']);
});

test('a slice that comes to belong to another Service changes both', () => {
  const index = new SliceIndex();
  index.put(slice('a', 'web'), 'added');
  expect(index.put(slice('a', 'api'), 'updated')).toEqual(['web', 'api']);
  expect([names(index.of('shop', 'web')), names(index.of('shop', 'api'))]).toEqual([[], ['a']]);
  expect(index.put(slice('a'), 'updated')).toEqual(['api']);
  expect(index.of('shop', 'api')).toEqual([]);
});

test('a slice of no Service concerns nobody', () => {
  expect(new SliceIndex().put(slice('a'), 'added')).toEqual([]);
});

test('the Services of a pod are those whose slices name it now', () => {
  const index = new SliceIndex();
  const of = (name: string, service: string, ...pods: readonly string[]): EndpointSlice => ({
    ...slice(name, service),
    endpoints: pods.map((pod) => ({ addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', name: pod } })),
  });
  index.put(of('a', 'web', 'p', 'q', 'p'), 'added');
  index.put(of('b', 'api', 'p'), 'added');
  expect([index.servicesOf('shop/p'), index.servicesOf('shop/q'), index.servicesOf('other/p')]).toEqual([
    ['web', 'api'],
    ['web'],
    [],
  ]);
  index.put(of('a', 'web', 'q'), 'updated');
  index.put(of('b', 'api', 'p'), 'deleted');
  expect([index.names('shop/p'), index.names('shop/q')]).toEqual([false, true]);
});
