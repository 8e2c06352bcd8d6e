// Tests of addresses.
import { describe, expect, test } from 'vitest';
import type { Ingress } from '../api/kube.ts';
import { withAddress, withoutAddress } from './addresses.ts';

describe('the address of an Ingress', () => {
  type Entry = NonNullable<NonNullable<NonNullable<Ingress['status']>['loadBalancer']>['ingress']>[number];
  const metadata = { name: 'web', resourceVersion: '7' };
  const wanted = { hostname: 'LB.example.com', ports: [443, 80] };
  const said = {
    hostname: 'lb.example.com',
    ports: [
      { port: 80, protocol: 'TCP' },
      { port: 443, protocol: 'TCP' },
    ],
  };
  const nlb = { hostname: 'nlb.example.com', ports: [{ port: 443, protocol: 'TCP' }] };
  const nginx = { ip: '192.0.2.1' };
  const old = { hostname: 'Old.example.com' };
  /** The list that is written; `nothing` when no write is needed. */
  const writtenOver = (...list: Entry[]): unknown => {
    const change = withAddress(
      { metadata, status: { loadBalancer: { ingress: list } } },
      wanted,
      (hostname) => hostname === 'old.example.com',
    );
    if (change === undefined) return 'nothing';
    expect(change).toMatchObject({ metadata: { resourceVersion: '7' } });
    return (change as { status: { loadBalancer: { ingress: unknown } } }).status.loadBalancer.ingress;
  };
  test.each<[string, Entry[], unknown]>([
    ['none yet', [], [said]],
    [
      'said, in another case and without protocols',
      [{ ...said, ports: [{ port: 443 }, { port: 80 }] }],
      'nothing',
    ],
    ['a port less', [{ hostname: 'lb.example.com', ports: [{ port: 80 }] }], [said]],
    ['the one before', [old], [said]],
    ['the one before and this one', [old, said], [said]],
    ['of a frontend NLB, too', [said, nlb], 'nothing'],
    ['of a frontend NLB, first', [nlb, said], 'nothing'],
    ['of a frontend NLB, and the one before', [nlb, old], [nlb, said]],
    ['the one before, and of a frontend NLB', [old, nlb], [said, nlb]],
    ['of a frontend NLB alone', [nlb], [nlb, said]],
    ['an IP address of somebody else', [nginx], [nginx, said]],
    ['twice, somebody in between', [said, nginx, old], [said, nginx]],
  ])('%s', (_name, list, written) => {
    expect(writtenOver(...list)).toEqual(written);
  });

  test('what was written is not written again', () => {
    for (const list of [[], [old], [nlb, old], [nginx, said, old]]) {
      const once = writtenOver(...list);
      expect(writtenOver(...(once === 'nothing' ? list : (once as Entry[])))).toBe('nothing');
    }
  });
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
