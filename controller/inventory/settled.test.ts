// Whether a group needs no look at its details.
import { describe, expect, test } from 'vitest';
import type { Found } from '../../alb/kinds/kind.ts';
import { schemas } from '../../alb/kinds/kinds.ts';
import { interpret } from '../../alb/laws/interpret.ts';
import { type Applied, groupFrom, ingress, service, wantedBy } from '../../alb/laws/paper.ts';
import { plan } from '../../alb/plan/plan.ts';
import { settled } from './settled.ts';

const applied: Applied = { ingresses: [ingress()], services: [service()] };
const HASH = 'applied';

function group(hash = HASH) {
  const one = groupFrom(applied);
  const members = one.members.map((member) => ({
    ...member,
    binding: {
      ...member.binding,
      status: { appliedHash: hash } as NonNullable<typeof member.binding.status>,
    },
  }));
  return { ...one, members };
}

const wanted = wantedBy(applied).resources;
const all = interpret(plan(schemas, wanted, []), []);
const own = all.filter(({ group: stack, kind }) => stack !== '' && kind !== 'listener' && kind !== 'rule');
const glance = (found: readonly Found[] = own, more: object = {}) => ({
  found,
  detailed: false,
  inside: 2,
  ...more,
});

test('everything is there and was applied last: nothing to do', () => {
  expect(settled(group(), wanted, glance(), HASH)).toEqual(own);
});

describe('the details are looked at when', () => {
  test.each([
    ['they are known anyway', settled(group(), wanted, glance(own, { detailed: true }), HASH)],
    ['somebody doubts them', settled(group(), wanted, glance(own, { doubted: true }), HASH)],
    ['something else was applied last', settled(group('other'), wanted, glance(), HASH)],
    ['a listener or rule is missing', settled(group(), wanted, glance(own, { inside: 1 }), HASH)],
    ['one is too many', settled(group(), wanted, glance(own, { inside: 3 }), HASH)],
    ['tags cannot be searched', settled(group(), wanted, { found: own, detailed: false }, HASH)],
    ['a resource is missing', settled(group(), wanted, glance(own.slice(1)), HASH)],
    ['one is there twice', settled(group(), wanted, glance([...own, ...own.slice(0, 1)]), HASH)],
    ['nobody is left', settled({ ...group(), members: [] }, [], glance([]), HASH)],
    [
      'somebody leaves',
      settled({ ...group(), leaving: group().members.map(({ binding }) => binding) }, wanted, glance(), HASH),
    ],
  ])('%s', (_, answer) => {
    expect(answer).toBeUndefined();
  });
});
