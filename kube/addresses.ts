// addresses: the host names in the status of an Ingress, ours among those of others. Pure.
import { isDeepStrictEqual } from 'node:util';
import type { Ingress, ObjectMeta } from '../api/kube.ts';

/** The host name that an Ingress is served at, with the ports of its listeners. */
export interface IngressAddress {
  readonly hostname: string;
  readonly ports: readonly number[];
}

/** The addresses of an Ingress; what is not read of them is kept as it was found. */
type Addresses = NonNullable<NonNullable<NonNullable<Ingress['status']>['loadBalancer']>['ingress']>;

/** A status patch, with the version it was decided on: a list is written whole, and nobody else's entry may be lost by that. */
const addressPatch = ({ resourceVersion }: ObjectMeta, ingress: Addresses): object => ({
  metadata: { resourceVersion },
  status: { loadBalancer: { ingress } },
});

const portsOf = ({ ports }: Addresses[number]): Set<number> => new Set((ports ?? []).map(({ port }) => port));

/**
 * The patch that says our address in place of the first of ours, and takes the others of ours away; undefined when it is said.
 * Host names and ports are compared, as the LBC does (aws-model 10.1). Pure.
 */
export function withAddress(
  { metadata, status }: Ingress,
  address: IngressAddress,
  former: (hostname: string) => boolean,
): object | undefined {
  const hostname = address.hostname.toLowerCase();
  const found = status?.loadBalancer?.ingress ?? [];
  const ours = found.filter((one) => isOurs(one, hostname, former));
  const [known] = ours;
  const same =
    ours.length === 1 &&
    known?.hostname?.toLowerCase() === hostname &&
    isDeepStrictEqual(portsOf(known), new Set(address.ports));
  if (same) return undefined;
  const ports = address.ports.toSorted((a, b) => a - b).map((port) => ({ port, protocol: 'TCP' }));
  const at = known === undefined ? found.length : found.indexOf(known);
  const others = (list: Addresses): Addresses => list.filter((one) => !ours.includes(one));
  return addressPatch(metadata, [
    ...others(found.slice(0, at)),
    { hostname, ports },
    ...others(found.slice(at)),
  ]);
}

const isOurs = (
  { hostname }: Addresses[number],
  wanted: string,
  former: (hostname: string) => boolean,
): boolean => hostname !== undefined && (hostname.toLowerCase() === wanted || former(hostname.toLowerCase()));

/** The patch that takes one address away; undefined when it is not there. Pure. */
export function withoutAddress({ metadata, status }: Ingress, hostname: string): object | undefined {
  const found = status?.loadBalancer?.ingress ?? [];
  const left = found.filter((one) => one.hostname?.toLowerCase() !== hostname.toLowerCase());
  return left.length === found.length ? undefined : addressPatch(metadata, left);
}
