// The words of an answer: lines, causes, counts, and the room that warnings have.
import { describe, expect, test } from 'vitest';
import type { Problem } from '../api/problems/problem.ts';
import { refusal, warningsOf } from './answer.ts';

const ingress = { group: 'networking.k8s.io', kind: 'Ingress', name: 'front' };
const problem = (
  n: number,
  severity: Problem['severity'] = 'refuse',
  because = 'it cannot work',
): Problem => ({
  code: 'NotAllowed',
  severity,
  path: `spec.rules[${n}]`,
  value: 'x',
  because,
});
const many = (count: number, ...rest: [Problem['severity']?, string?]) =>
  Array.from({ length: count }, (_, n) => problem(n, ...rest));

describe('refusal', () => {
  test('one problem is one line', () => {
    expect(refusal(ingress, [problem(0)])).toEqual({
      status: 'Failure',
      code: 422,
      reason: 'Invalid',
      message: 'spec.rules[0]: "x": it cannot work.',
      details: {
        group: 'networking.k8s.io',
        kind: 'Ingress',
        name: 'front',
        causes: [{ reason: 'NotAllowed', field: 'spec.rules[0]', message: '"x": it cannot work.' }],
      },
    });
  });

  test('several are a list, warnings not among them', () => {
    const { message } = refusal(ingress, [problem(0), problem(1), problem(2, 'warn')]);
    expect(message).toBe('\n* spec.rules[0]: "x": it cannot work.\n* spec.rules[1]: "x": it cannot work.');
  });

  test('after ten the rest is counted', () => {
    const { message, details } = refusal(ingress, many(13));
    expect(message.split('\n').slice(-2)).toEqual([
      '* spec.rules[9]: "x": it cannot work.',
      '* and 3 more problems',
    ]);
    expect(details.causes).toHaveLength(11);
    expect(refusal(ingress, many(11)).message).toMatch(/and 1 more problem$/);
  });

  test('the object that said it stays in the cause', () => {
    const { causes } = refusal(ingress, [{ ...problem(0), object: 'Service shop/web' }]).details;
    expect(causes[0]?.message).toContain('Service shop/web');
  });
});

describe('warnings', () => {
  test('one line each, refusals not among them', () => {
    expect(warningsOf([problem(0), problem(1, 'warn')])).toEqual(['spec.rules[1]: "x": it cannot work.']);
  });

  test('lines stay whole and all together below the API server limit of 4096 characters', () => {
    const different = many(50).map((_, n) => problem(n, 'warn', `${n} ${'y'.repeat(200)}`));
    const lines = warningsOf(different);
    expect(lines.join('').length).toBeLessThan(4096);
    expect(lines.at(-1)).toMatch(/^and \d+ more; albatross lint shows them all$/);
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/y\.$/);
  });

  test('what differs in its place only is told once, and crowds out nothing', () => {
    const lines = warningsOf([...many(120, 'warn'), problem(0, 'warn', 'there are too many')]);
    expect(lines).toEqual([
      'spec.rules[0]: "x": it cannot work. The same holds at 119 other places.',
      'spec.rules[0]: "x": there are too many.',
    ]);
    expect(warningsOf(many(2, 'warn'))[0]).toMatch(/The same holds at 1 other place\.$/);
  });
});
