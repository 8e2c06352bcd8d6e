// Endpoints that cannot be targets, in sentences: somebody should know why they get no requests (aws-model 6.4, 6.5). Pure.

import type { Backend } from '../../alb/desire/desiring.ts';
import { chosenNodes, instanceOf, readiness, type World } from './endpoints.ts';

/** Names in a sentence beyond which only their number is told. */
const SHOWN = 5;

const some = (names: readonly string[]): string =>
  names.length > SHOWN
    ? `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`
    : names.join(', ');

function nodesWithoutInstance({ nodeLabels }: Backend, world: World): string[] {
  const without = chosenNodes(world.nodes(), nodeLabels).filter(
    (node) => instanceOf(node) === undefined && readiness(node) === 'True',
  );
  if (without.length === 0) return [];
  const names = without.map(({ metadata }) => metadata.name).sort();
  return [`no EC2 instance in spec.providerID, so not registered: nodes ${some(names)}`];
}

function endpointsWithoutPod({ namespace, service, ipAddressType }: Backend, world: World): string[] {
  const family = ipAddressType === 'ipv6' ? 'IPv6' : 'IPv4';
  const without = world
    .slices(namespace, service)
    .filter(({ addressType }) => addressType === family)
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ targetRef }) => targetRef?.kind !== 'Pod')
    .flatMap(({ addresses }) => addresses);
  if (without.length === 0) return [];
  const because = 'their EndpointSlice names no pod (endpoints[].targetRef), and only pods are registered';
  return [`${some(without.sort())} not registered: ${because}`];
}

/** Why endpoints of a backend are no targets; none when all are. */
export const unusableEndpoints = (backend: Backend, world: World): string[] =>
  backend.targetType === 'instance'
    ? nodesWithoutInstance(backend, world)
    : endpointsWithoutPod(backend, world);
