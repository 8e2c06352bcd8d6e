// Values without quotes: all of them are told, each with the text to write.
import { expect, test } from 'vitest';
import { unquotedProblems } from './unquoted.ts';

const PREFIX = 'alb.ingress.kubernetes.io/';

test('every value that is no text is told, with the text to write', () => {
  const problems = unquotedProblems({
    [`${PREFIX}healthcheck-interval-seconds`]: 5,
    [`${PREFIX}enable-frontend-nlb`]: true,
    [`${PREFIX}subnets`]: ['subnet-a', 'subnet-b'],
    [`${PREFIX}tags`]: { team: 'a,b', stage: 1 },
    [`${PREFIX}listen-ports`]: [{ HTTP: 80 }],
    [`${PREFIX}scheme`]: 'internal',
    [`${PREFIX}group.name`]: null,
    'example.com/replicas': 2.5,
  });
  expect(problems.map(({ suggestion }) => suggestion)).toEqual([
    '5',
    'true',
    'subnet-a,subnet-b',
    'team=a\\,b,stage=1',
    '[{"HTTP":80}]',
    '2.5',
  ]);
  expect(new Set(problems.map(({ severity }) => severity))).toEqual(new Set(['refuse']));
});

test('neither texts nor missing annotations are told', () => {
  for (const annotations of [undefined, null, [], {}, { a: '1' }])
    expect(unquotedProblems(annotations)).toEqual([]);
});
