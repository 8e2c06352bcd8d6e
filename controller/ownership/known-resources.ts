// named: by what the load balancers of a group are known as its own: what was told of them, and the names that we give. Pure.

import type { ClusterSettings } from '../../alb/desire/facts.ts';
import { loadBalancerName } from '../../alb/desire/names.ts';
import { targetGroupTag } from '../../alb/desire/tags.ts';
import type { Group } from '../../alb/group.ts';
import { keyOf } from '../../api/kube.ts';
import type { Book } from '../bindings/store.ts';
import type { KnownResources } from './stray-resources.ts';

/** What bindings, Ingresses and settings of a group say about its load balancers. */
export function namedBy(
  { id, members, settings }: Group,
  { book, cluster }: { readonly book: Book; readonly cluster: ClusterSettings },
): KnownResources {
  const bindings = book.of(id);
  const ingresses = bindings.map((one) => book.entry(keyOf(one))?.ingress.status?.loadBalancer?.ingress);
  const own = settings['load-balancer-name']?.value;
  const given = (['internal', 'internet-facing'] as const).map((scheme) =>
    loadBalancerName(cluster.name, id, scheme),
  );
  const tags = new Map<string, string>();
  const arns = new Set<string>();
  for (const binding of bindings) {
    const { loadBalancer, listeners = [], targetGroups = [] } = binding.status ?? {};
    if (loadBalancer !== undefined) {
      tags.set(loadBalancer.arn, 'LoadBalancer');
      for (const arn of [loadBalancer.arn, ...(loadBalancer.beside ?? [])]) arns.add(arn);
    }
    for (const { arn, port } of listeners) tags.set(arn, String(port));
    for (const { arn, service, port } of targetGroups)
      tags.set(arn, targetGroupTag(keyOf(binding), service, port));
  }
  return {
    tags,
    arns,
    addresses: new Set(ingresses.flatMap((all) => (all ?? []).flatMap(({ hostname }) => hostname ?? []))),
    names: new Set(own === undefined ? given : [...given, own]),
    ...(members.length === 0 ? {} : { scheme: settings.scheme?.value ?? cluster.defaultScheme }),
  };
}
