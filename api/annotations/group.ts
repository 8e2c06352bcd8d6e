// Descriptors of the group annotations (spec annotations 4).
import { annotation, later, shapes } from '../annotation.ts';

export const groupName = annotation('group.name', {
  on: ['Ingress'],
  schema: {
    type: 'string',
    maxLength: 63,
    pattern: '^([a-z0-9][-a-z0-9.]*)?[a-z0-9]$',
    description:
      'a group name: 1 to 63 lower-case letters, digits, hyphens and dots, a letter or digit at both ends',
  },
  merge: 'each',
  effect: shapes('the group: Ingresses of the same group share one load balancer'),
  doc: 'Name of the group. Without it an Ingress has a load balancer of its own.',
  examples: { good: ['shop', 'a..b-c.d', '7'], bad: ['', 'store_front', '-store', 'store.'] },
});

export const groupOrder = annotation('group.order', {
  on: ['Ingress'],
  schema: { type: 'integer', minimum: -1000, maximum: 1000 },
  unset: 0,
  merge: 'each',
  effect: shapes('the group: rules of a lower order are asked first; equal orders go by namespace/name'),
  doc: 'Place of the Ingress among the members of its group.',
  examples: { good: ['10', '+5', '-1000'], bad: ['1001', 'first', ''] },
});

export const dryRunPlan = annotation('dry-run-plan', {
  on: ['Ingress'],
  schema: { type: 'string' },
  merge: 'each',
  effect: later('the name is reserved, nothing reads what stands there'),
  doc: 'Reserved: the AWS Load Balancer Controller writes its plan here. What a person writes is never read.',
  examples: { good: ['{}', ''], bad: [] },
});
