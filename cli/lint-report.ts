// What lint found, for people, for programs (JSON) and for code scanning (SARIF 2.1.0). Pure.
import type { Log, Result } from 'sarif';
import { CODES, type Problem, type ProblemCode, sentence } from '../api/problems/problem.ts';

/** One problem and where it is written. */
export interface Located {
  readonly file: string;
  readonly line: number;
  /** `Ingress shop/web`. */
  readonly object: string;
  readonly problem: Problem;
}

export interface LintCounts {
  readonly refused: number;
  readonly warned: number;
  /** Ingresses and class parameters that were judged. */
  readonly judged: number;
}

export type LintFormat = 'text' | 'json' | 'sarif';

const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** The page that says of each code what it means and what to do. */
const PAGE = 'docs/problems.md';

/** The whole report, without a line end behind it. */
export function report(located: readonly Located[], counts: LintCounts, format: LintFormat): string {
  if (format === 'json') return JSON.stringify(json(located, counts), null, 2);
  return format === 'sarif' ? JSON.stringify(sarif(located), null, 2) : text(located, counts);
}

function text(located: readonly Located[], { refused, warned, judged }: LintCounts): string {
  const lines = located.map(({ file, line, object, problem }) => {
    const grade = problem.severity === 'refuse' ? 'refused' : 'warning';
    return `${file}:${line}: ${object}: ${grade}: ${sentence(problem)} [${problem.code}]`;
  });
  const codes = [...new Set(located.map(({ problem }) => problem.code))];
  const [code] = codes;
  if (code !== undefined) lines.push('', `What a code means and what to do: ${PAGE}#${code.toLowerCase()}`);
  return [
    ...lines,
    `${many(judged, 'object')} judged: ${many(refused, 'problem')} that admission refuses, ${many(warned, 'warning')}`,
  ].join('\n');
}

function json(located: readonly Located[], counts: LintCounts): object {
  return {
    ...counts,
    problems: located.map(({ file, line, object, problem }) => ({
      file,
      line,
      object,
      ...problem,
      message: sentence(problem),
      link: `${PAGE}#${problem.code.toLowerCase()}`,
    })),
  };
}

function sarif(located: readonly Located[]): Log {
  const codes = Object.keys(CODES) as ProblemCode[];
  const rules = codes.map((code) => ({
    id: code,
    shortDescription: { text: CODES[code] },
    help: { text: `${CODES[code]} See ${PAGE}#${code.toLowerCase()}.` },
  }));
  const results = located.map(
    ({ file, line, object, problem }): Result => ({
      ruleId: problem.code,
      ruleIndex: codes.indexOf(problem.code),
      level: problem.severity === 'refuse' ? 'error' : 'warning',
      message: { text: `${object}: ${sentence(problem)}` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: file.replaceAll('\\', '/') },
            region: { startLine: line },
          },
          logicalLocations: [{ fullyQualifiedName: `${object} ${problem.path}` }],
        },
      ],
    }),
  );
  return {
    version: '2.1.0',
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json',
    runs: [{ tool: { driver: { name: 'albatross', rules } }, results }],
  };
}
