// Every AWS kind by its name, in the order of creation.
import type { Kind } from '../../api/aws.ts';
import type { Field, KindSchema, SchemaOf } from './kind.ts';
import { listener } from './listener.ts';
import { loadBalancer } from './load-balancer.ts';
import { rule } from './rule.ts';
import { securityGroup } from './security-group.ts';
import { targetGroup } from './target-group.ts';

export const kinds: { readonly [K in Kind]: SchemaOf<K> } = {
  securityGroup,
  targetGroup,
  loadBalancer,
  listener,
  rule,
};

/** In the order of creation. */
export const schemas: readonly KindSchema[] = Object.values(kinds).toSorted((a, b) => a.order - b.order);

/** The fields of a kind, by name. */
export const fieldsOf = (kind: Kind): Readonly<Record<string, Field>> =>
  kinds[kind].fields as object as KindSchema['fields'];
