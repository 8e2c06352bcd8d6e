// How the end states of conformance cases compare with the recorded ones: a verdict for each case, and the tally. Pure.
import { type Played, recordedFailure } from './conformance.ts';
import { comparable, differences } from './conformance-state.ts';

export interface Verdict {
  readonly name: string;
  /** Paths that differ, in steps that the recorded controller could handle. */
  readonly differing: readonly string[];
  /** Paths that differ in steps at which the recorded controller failed: there better is allowed, so they count apart. */
  readonly apart: readonly string[];
}

/** Compares one case step by step. */
export function verdictOn({ of, steps }: Played): Verdict {
  const compared = of.expected.map((expected, index) => ({
    failed: recordedFailure(expected),
    paths: differences(comparable(expected, of, new Map()), steps[index], `step ${index}`),
  }));
  const paths = (failed: boolean): string[] =>
    compared.filter((step) => step.failed === failed).flatMap((step) => step.paths);
  return { name: of.name, differing: paths(false), apart: paths(true) };
}

export interface Tally {
  readonly line: string;
  /** Names of cases that neither are equal nor differ for a reason that the page of differences has. */
  readonly wrong: readonly string[];
  /** Names of cases that are said to differ and do not. */
  readonly idle: readonly string[];
}

/** Counts verdicts; `byDesign` are the cases that the page of differences names. */
export function tally(verdicts: readonly Verdict[], byDesign: ReadonlyMap<string, string>): Tally {
  const differing = verdicts.filter((one) => one.differing.length > 0);
  const apart = verdicts.filter((one) => one.differing.length === 0 && one.apart.length > 0);
  const equal = verdicts.length - differing.length - apart.length;
  const meant = differing.filter(({ name }) => byDesign.has(name));
  const names = new Set(differing.map(({ name }) => name));
  return {
    line: `${equal} of ${verdicts.length} equal, ${meant.length} different by design, ${apart.length} where the LBC failed`,
    wrong: differing.map(({ name }) => name).filter((name) => !byDesign.has(name)),
    idle: verdicts.map(({ name }) => name).filter((name) => byDesign.has(name) && !names.has(name)),
  };
}
