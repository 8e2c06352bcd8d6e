// When rules on nodes may be taken away: never while somebody might need them of whom that is not known.

import { expect, test } from 'vitest';
import { SHARED_STACK } from '../../alb/desire/tags.ts';
import { ingress, service } from '../../alb/laws/paper.ts';
import type { Policy } from '../../alb/plan/policy.ts';
import { bookOf } from '../laws/book.ts';
import { mayRevoke } from './revocation.ts';
import type { Serving } from './serving.ts';
import { TargetGroupIndex } from './target-group-index.ts';

const GROUP = 'shop/web';

interface Scene {
  /** Of the controller. */
  readonly policy?: Policy;
  /** Of the Ingress. */
  readonly asked?: Policy;
  readonly inAws?: readonly string[];
  readonly known?: readonly string[];
  /** Of a target group. */
  readonly served?: Policy;
}

function decided({ policy = 'sync', asked, inAws = [GROUP], known = [GROUP], served }: Scene): boolean {
  const { metadata, ...rest } = ingress();
  const annotations = asked === undefined ? {} : { 'albatross.dev/policy': asked };
  const book = bookOf({
    ingresses: [{ ...rest, metadata: { ...metadata, annotations } }],
    services: [service()],
  });
  const index = new TargetGroupIndex();
  if (served !== undefined) index.put({ arn: 'a', group: GROUP, policy: served, backend: {} } as Serving);
  const targets = { served: index, knows: (group: string) => known.includes(group) };
  return mayRevoke({ policy, book, inventory: { groups: () => [...inAws] }, targets });
}

test.each<[string, Scene, boolean]>([
  ['everybody is known, and nobody is careful', { served: 'sync' }, true],
  ['also with the security group that all share', { inAws: [GROUP, SHARED_STACK] }, true],
  ['a group was not looked at since the start', { known: [] }, false],
  ['AWS has a group that nobody in the cluster names', { inAws: [GROUP, 'net/gone'] }, false],
  ['the controller is careful', { policy: 'upsert-only' }, false],
  ['the Ingress asks us to be', { asked: 'upsert-only' }, false],
  ['a target group is still served under another policy', { served: 'observe' }, false],
])('%s', (_, scene, expected) => {
  expect(decided(scene)).toBe(expected);
});
