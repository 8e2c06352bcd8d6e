// The page of differences by design, read as data: the recorded cases that are not reached on purpose, and the tests it names.
import { readFileSync } from 'node:fs';

const PAGE = new URL('../../docs/differences.md', import.meta.url);

/** One place in which we do something else than the LBC. */
export interface Difference {
  readonly title: string;
  /** What the LBC does, what we do, why. */
  readonly reason: string;
  /** Conformance cases whose recorded end state is not reached because of it. */
  readonly cases: readonly string[];
  /** What it changes in a fleet that the LBC left; undefined: nothing. */
  readonly onTakingOver?: string;
  /** Files with a part of the test's name, which stands in them. */
  readonly tests: readonly { readonly file: string; readonly name: string }[];
}

const CASE = /^- Recorded case: `([^`]+)`$/gm;
const TEST = /^- Test: `([^`]+)` "(.+)"$/gm;
const TAKING_OVER = /^- On taking over: (.+)$/m;

function differenceOf(section: string): Difference {
  const [title = '', ...rest] = section.split('\n');
  const text = rest.join('\n').split(/^## /m)[0] ?? '';
  const onTakingOver = TAKING_OVER.exec(text)?.[1];
  return {
    title: title.trim(),
    reason: text.replace(/^- .*$/gm, '').trim(),
    cases: [...text.matchAll(CASE)].map(([, name = '']) => name),
    ...(onTakingOver === undefined ? {} : { onTakingOver }),
    tests: [...text.matchAll(TEST)].map(([, file = '', name = '']) => ({ file, name })),
  };
}

/** Every difference on the page `docs/differences.md`, in its order. */
export function readDifferences(page = readFileSync(PAGE, 'utf8')): Difference[] {
  return page.split(/^### /m).slice(1).map(differenceOf);
}

/** Titles by conformance case. */
export function differencesByCase(differences = readDifferences()): Map<string, string> {
  return new Map(
    differences.flatMap(({ title, cases }) => cases.map((name): [string, string] => [name, title])),
  );
}
