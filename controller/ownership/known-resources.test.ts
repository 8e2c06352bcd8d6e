// By what the load balancers of a group are known as its own.
import { expect, test } from 'vitest';
import { type Applied, groupFrom, ingress, service, wantedBy } from '../../alb/laws/paper.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { Book } from '../bindings/store.ts';
import { namedBy } from './known-resources.ts';

const applied: Applied = { ingresses: [ingress()], services: [service()] };
const group = groupFrom(applied);
const cluster = { name: 'prod', defaultScheme: 'internal' } as never;

function named(status: LoadBalancerBinding['status'], hostname?: string) {
  const bindings = group.members.map(({ binding }) => ({ ...binding, status }));
  const entry = { ingress: { status: { loadBalancer: { ingress: [{ hostname }] } } } };
  const book = { of: () => bindings, entry: () => entry } as unknown as Book;
  return namedBy(group, { book, cluster });
}

test('nothing was told yet: by the names that we give, one for each scheme, and the scheme that is wanted', () => {
  const { arns, addresses, names, tags, scheme } = named(undefined);
  expect([arns.size, addresses.size, names.size, tags.size, scheme]).toEqual([0, 0, 2, 0, 'internal']);
});

test('by what the binding names, with the resource tags that the plan wants for it', () => {
  const status = {
    loadBalancer: { name: 'web', arn: 'arn:lb', dnsName: 'web', beside: ['arn:old'] },
    listeners: [{ port: 80, protocol: 'HTTP' as const, arn: 'arn:listener' }],
    targetGroups: [{ name: 't', arn: 'arn:tg', service: 'web', port: 80, healthy: 0, total: 0 }],
  } as never;
  const { arns, tags } = named(status, 'web.example.com');
  expect([...arns]).toEqual(['arn:lb', 'arn:old']);
  const wanted = new Map(
    wantedBy(applied).resources.map(({ kind, spec }) => [kind, spec.tags['ingress.k8s.aws/resource']]),
  );
  expect(Object.fromEntries(tags)).toEqual({
    'arn:lb': wanted.get('loadBalancer'),
    'arn:listener': wanted.get('listener'),
    'arn:tg': wanted.get('targetGroup'),
  });
});

test('by the address that the Ingress names', () => {
  expect([...named(undefined, 'web.example.com').addresses]).toEqual(['web.example.com']);
});

test('nobody is left: no scheme is wanted', () => {
  const book = { of: () => [], entry: () => undefined } as unknown as Book;
  expect(namedBy({ ...group, members: [] }, { book, cluster })).not.toHaveProperty('scheme');
});
