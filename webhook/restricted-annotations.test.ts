// What the administrator keeps to classes: new uses are refused, what is there may stay.
import { expect, test } from 'vitest';
import type { Ingress } from '../api/kube.ts';
import { type Locks, lockProblems } from './restricted-annotations.ts';

const CLASS = 'kubernetes.io/ingress.class';
const GROUP = 'alb.ingress.kubernetes.io/group.name';
const locks: Locks = { disableIngressClassAnnotation: true, disableIngressGroupNameAnnotation: true };
const saying = (annotations: Record<string, string>): Ingress => ({ metadata: { name: 'x', annotations } });
const isOurs = ({ metadata }: Ingress): boolean => metadata.annotations?.[CLASS] === 'alb';

test.each<[string, Record<string, string>, Record<string, string> | undefined, string[]]>([
  ['nothing', {}, undefined, []],
  ['a class by annotation', { [CLASS]: 'alb' }, undefined, [CLASS]],
  ['one that was there', { [CLASS]: 'alb' }, { [CLASS]: 'alb' }, []],
  ['one that was of another controller', { [CLASS]: 'alb' }, { [CLASS]: 'nginx' }, [CLASS]],
  ['a group by annotation', { [GROUP]: 'g' }, undefined, [GROUP]],
  ['one that was there', { [GROUP]: 'g' }, { [GROUP]: 'g' }, []],
  ['another group', { [GROUP]: 'h' }, { [GROUP]: 'g' }, [GROUP]],
  ['a group that is taken away', {}, { [GROUP]: 'g' }, []],
])('%s', (_, now, before, names) => {
  const problems = lockProblems(locks, saying(now), before && saying(before), isOurs);
  expect(problems.map(({ path }) => path)).toEqual(names.map((name) => `metadata.annotations[${name}]`));
  expect(lockProblems({}, saying(now), before && saying(before), isOurs)).toEqual([]);
});
