// The rules that node security groups should have (aws-model 5.7).
import { expect, test } from 'vitest';
import { permissionsFor } from './node-access.ts';

const lines = (reaches: Parameters<typeof permissionsFor>[0]) =>
  Object.fromEntries(
    [...permissionsFor(reaches)].map(([group, permissions]) => [
      group,
      permissions.map(
        ({ protocol, fromPort, toPort, source }) =>
          `${protocol} ${fromPort}-${toPort} ${'group' in source ? source.group : ''}`,
      ),
    ]),
  );

test.each([
  ['nothing', [], {}],
  ['one port', [{ nodeGroup: 'sg-n', source: 'sg-s', ports: [30080] }], { 'sg-n': ['tcp 30080-30080 sg-s'] }],
  [
    'from the lowest to the highest port of a source',
    [
      { nodeGroup: 'sg-n', source: 'sg-s', ports: [30080, 9000] },
      { nodeGroup: 'sg-n', source: 'sg-s', ports: [31000] },
    ],
    { 'sg-n': ['tcp 9000-31000 sg-s'] },
  ],
  [
    'sources and node groups apart',
    [
      { nodeGroup: 'sg-n', source: 'sg-s', ports: [1] },
      { nodeGroup: 'sg-n', source: 'sg-t', ports: [2] },
      { nodeGroup: 'sg-m', source: 'sg-s', ports: [3] },
    ],
    { 'sg-n': ['tcp 1-1 sg-s', 'tcp 2-2 sg-t'], 'sg-m': ['tcp 3-3 sg-s'] },
  ],
  ['no port, no rule', [{ nodeGroup: 'sg-n', source: 'sg-s', ports: [] }], { 'sg-n': [] }],
])('%s', (_, reaches, expected) => {
  expect(lines(reaches)).toEqual(expected);
});

test('every rule carries the mark by which it is known as ours', () => {
  const [permission] = permissionsFor([{ nodeGroup: 'sg-n', source: 'sg-s', ports: [1] }]).get('sg-n') ?? [];
  expect(permission?.description).toBe('elbv2.k8s.aws/targetGroupBinding=shared');
});
