// words: orphans for people, the same in log, events, `plan` and `tree`. Pure.

import type { Found } from '../../../alb/kinds/kind.ts';
import type { Kind } from '../../../api/aws.ts';
import type { Orphan } from './judge.ts';

/** What is in AWS on its own; listeners and rules go with their load balancer. */
export const KINDS = ['loadBalancer', 'targetGroup', 'securityGroup'] as const satisfies readonly Kind[];

const WORDS: Readonly<Record<(typeof KINDS)[number], string>> = {
  loadBalancer: 'load balancer',
  targetGroup: 'target group',
  securityGroup: 'security group',
};

export const countOf = (found: readonly Found[], kind: Kind): number =>
  found.filter((one) => one.kind === kind).length;

/** `1 load balancer, 2 target groups` */
export const contents = (found: readonly Found[]): string =>
  KINDS.map((kind) => ({ count: countOf(found, kind), words: WORDS[kind] }))
    .filter(({ count }) => count > 0)
    .map(({ count, words }) => `${count} ${words}${count === 1 ? '' : 's'}`)
    .join(', ');

/** A time for people, in UTC. */
export const clock = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** `left: the policy is observe` */
export const fateWords = ({ fate, because }: Orphan): string =>
  fate === 'goes' ? `is removed: ${because}` : `${fate}: ${because}`;
