// How problems read.
import { expect, test } from 'vitest';
import { PREFIX } from '../annotation.ts';
import { readIngress } from '../ingress/read.ts';
import { type Problem, quote, sentence } from './problem.ts';

const around = {
  service: () => undefined,
  options: { defaultTargetType: 'ip', defaultScheme: 'internal' },
} as const;

const said = (suffix: string, text: string): string[] =>
  readIngress(
    { metadata: { name: 'web', namespace: 'shop', annotations: { [`${PREFIX}${suffix}`]: text } } },
    around,
  )
    .problems.filter((problem) => problem.severity === 'refuse')
    .map(sentence);

test.each([
  [
    'scheme',
    'internet-facng',
    'metadata.annotations[alb.ingress.kubernetes.io/scheme]: "internet-facng" is not one of internal, internet-facing. Did you mean "internet-facing"?',
  ],
  [
    'listen-ports',
    '[{"http":80}]',
    'metadata.annotations[alb.ingress.kubernetes.io/listen-ports][0]: "http" is not one of HTTP, HTTPS. Did you mean "HTTP"?',
  ],
  [
    'listen-ports',
    '[{"HTTP":"80"}]',
    'metadata.annotations[alb.ingress.kubernetes.io/listen-ports][0].HTTP: "80" is not an integer from 1 to 65535: a JSON number without quotes is expected. Did you mean "[{"HTTP":80}]"?',
  ],
  [
    'listen-ports',
    '[{"HTTP":80},]',
    'metadata.annotations[alb.ingress.kubernetes.io/listen-ports]: "[{"HTTP":80},]" is not JSON: a comma stands behind the last item, which JSON does not have. Did you mean "[{"HTTP":80}]"?',
  ],
  [
    'group.order',
    '1001',
    'metadata.annotations[alb.ingress.kubernetes.io/group.order]: "1001" is not an integer from -1000 to 1000.',
  ],
  [
    'load-balancer-attributes',
    'idle_timeout.timeout_seconds=0',
    'metadata.annotations[alb.ingress.kubernetes.io/load-balancer-attributes][idle_timeout.timeout_seconds]: "0" is not an integer from 1 to 4000.',
  ],
  [
    'tags',
    'team',
    'metadata.annotations[alb.ingress.kubernetes.io/tags]: "team" is not key=value pairs separated by commas: an item has no "=".',
  ],
])('%s: %s', (suffix, text, words) => expect(said(suffix, text)).toEqual([words]));

test('another object is named first', () => {
  const problem: Problem = {
    code: 'Malformed',
    severity: 'warn',
    path: 'metadata',
    because: 'it is odd',
    object: 'Service shop/web',
  };
  expect(sentence(problem)).toBe('Service shop/web: metadata: it is odd.');
});

test('what people wrote is quoted without tricks', () => {
  expect(quote('a\u202eb\n')).toBe('"a\\u{202e}b\\u{a}"');
  expect(quote('x'.repeat(500))).toHaveLength(123);
});
