// Tests of write.
import { describe, expect, test } from 'vitest';
import { outcomeOf } from './client.ts';
import { claimOf, mergePatch, sameAddresses, withoutAddress, withoutFinalizers } from './write.ts';

describe('merge patch', () => {
  test.each([
    [{}, {}, undefined],
    [{ a: 1 }, { a: 1 }, undefined],
    [{ a: 1 }, { a: 2, b: 3 }, { a: 2, b: 3 }],
    [{ a: 1, b: 2 }, { b: 2 }, { a: null }],
    [{ a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, { a: { c: 3 } }],
    [{ a: { b: 1 } }, { a: {} }, { a: { b: null } }],
    [{ a: [1, 2] }, { a: [1] }, { a: [1] }],
    [{ a: { b: 1 } }, { a: 'x' }, { a: 'x' }],
    [{ a: 1 }, { a: 1, b: undefined }, undefined],
  ])('%j → %j is %j', (from, to, patch) => {
    expect(mergePatch(from, to)).toEqual(patch);
  });
});

describe('claim', () => {
  const owner = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web', uid: 'new' };
  const metadata = { name: 'web', resourceVersion: '7' };

  test('finalizer and owner in one patch, with the version', () => {
    expect(claimOf({ ...metadata, finalizers: ['other'] }, ['ours'], owner)).toEqual({
      resourceVersion: '7',
      finalizers: ['other', 'ours'],
      ownerReferences: [owner],
    });
  });

  test('the owner before of the same name goes, others stay', () => {
    const others = [
      { ...owner, uid: 'old' },
      { ...owner, name: 'x', uid: 'x' },
    ];
    expect(claimOf({ ...metadata, finalizers: ['ours'], ownerReferences: others }, ['ours'], owner)).toEqual({
      resourceVersion: '7',
      ownerReferences: [others[1], owner],
    });
  });

  test('nothing when both are there, or no owner is known', () => {
    expect(
      claimOf({ ...metadata, finalizers: ['ours'], ownerReferences: [owner] }, ['ours'], owner),
    ).toBeUndefined();
    expect(claimOf({ ...metadata, finalizers: ['ours'] }, ['ours'], undefined)).toBeUndefined();
  });

  test('finalizers go one by one', () => {
    const two = { ...metadata, finalizers: ['ours', 'other'] };
    expect(withoutFinalizers(two, (one) => one === 'ours')).toEqual({
      resourceVersion: '7',
      finalizers: ['other'],
    });
    expect(withoutFinalizers(two, () => false)).toBeUndefined();
  });
});

describe('addresses', () => {
  const ingress = (list: object[]) => ({
    metadata: { name: 'web' },
    status: { loadBalancer: { ingress: list } },
  });
  const wanted = [{ hostname: 'LB.example.com', ports: [443, 80] }];
  test.each([
    ['none', [], false],
    [
      'same, in another order and with protocols',
      [{ hostname: 'lb.example.com', ports: [{ port: 80, protocol: '' }, { port: 443 }] }],
      true,
    ],
    ['a port less', [{ hostname: 'lb.example.com', ports: [{ port: 80 }] }], false],
    ['another host', [{ hostname: 'x.example.com', ports: [{ port: 80 }, { port: 443 }] }], false],
    ['an address', [{ ip: '192.0.2.1' }], false],
    [
      'one more',
      [{ hostname: 'lb.example.com', ports: [{ port: 80 }, { port: 443 }] }, { hostname: 'nlb' }],
      false,
    ],
  ])('%s', (_name, list, same) => {
    expect(sameAddresses(ingress(list), wanted)).toBe(same);
  });
});

test.each([
  [404, '{"message":"no such thing"}', { ok: false, reason: 'notFound', message: 'no such thing' }],
  [409, '{}', { ok: false, reason: 'conflict', message: 'HTTP 409' }],
  [422, 'x', { ok: false, reason: 'invalid', message: 'HTTP 422' }],
  [403, '{}', { ok: false, reason: 'forbidden', message: 'HTTP 403' }],
  [503, '', { ok: false, reason: 'unavailable', message: 'HTTP 503' }],
  [201, '{"a":1}', { ok: true, object: { a: 1 } }],
])('HTTP %i', (status, text, outcome) => {
  expect(outcomeOf({ status, text })).toEqual(outcome);
});

test('one address goes, the others stay, with the version it was decided on', () => {
  const ours = { hostname: 'k8s-shop.elb.amazonaws.com' };
  const theirs = { hostname: 'other.example.com' };
  const metadata = { name: 'web', resourceVersion: '7' };
  const having = (...ingress: { hostname: string }[]) => ({
    metadata,
    status: { loadBalancer: { ingress } },
  });
  expect(withoutAddress(having(ours, theirs), ours.hostname)).toEqual({
    metadata: { resourceVersion: '7' },
    status: { loadBalancer: { ingress: [theirs] } },
  });
  expect(withoutAddress(having(theirs), ours.hostname)).toBeUndefined();
  expect(withoutAddress({ metadata }, ours.hostname)).toBeUndefined();
});
