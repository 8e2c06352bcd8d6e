// `albatross lint`: what admission would say of manifests, without a cluster.
import { Command, Option } from 'commander';
import type { ControllerDefaults } from '../api/ingress/read.ts';
import { refusal, warning } from '../api/problems/problem.ts';
import { lint, nameOf, withNamespace } from '../api/validate/lint.ts';
import type { StrictCheck } from '../api/validate/strict.ts';
import { type Documents, readDocuments } from './documents.ts';
import { READING } from './flags/defaults.ts';
import { withFlags } from './flags/flag.ts';
import { strictChecks } from './flags/values.ts';
import { type LintFormat, type Located, report } from './lint-report.ts';

interface LintOptions {
  readonly output: LintFormat;
  readonly defaultTargetType: ControllerDefaults['defaultTargetType'];
  readonly defaultLoadBalancerScheme: ControllerDefaults['defaultScheme'];
  readonly warnOnly?: ReadonlySet<StrictCheck>;
}

/** The command; exit code 0 when admission would take it all, 1 when it would refuse something, 2 on a wrong command line. */
export function lintCommand(): Command {
  const command = new Command('lint')
    .description('says what admission would say of manifests: files, directories, or - for standard input')
    .argument('<path...>', 'files, directories or -')
    .addOption(
      new Option('-o, --output <format>', 'for people, programs or code scanning')
        .choices(['text', 'json', 'sarif'])
        .default('text'),
    );
  return withFlags(command, READING)
    .option('--warn-only <checks>', 'as given to the webhook', strictChecks)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .action(async (paths: string[], options: LintOptions) => {
      process.exitCode = await run(paths, options);
    });
}

async function run(paths: readonly string[], options: LintOptions): Promise<number> {
  let documents: Documents;
  try {
    documents = await readDocuments(paths);
  } catch (thrown) {
    // A path that cannot be read is a mistake on the command line.
    process.stderr.write(`albatross lint: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    return 2;
  }
  const { located, counts } = judge(documents, options);
  process.stdout.write(`${report(located, counts, options.output)}\n`);
  return counts.refused > 0 ? 1 : 0;
}

const TWICE = 'it is written twice, and the last one counts';

/** What admission would say of what was read. */
export function judge(
  { sources, broken }: Documents,
  {
    defaultTargetType,
    defaultLoadBalancerScheme: defaultScheme,
    warnOnly = new Set(),
  }: Omit<LintOptions, 'output'>,
) {
  const result = lint(
    sources.map(({ object }) => object),
    { defaultTargetType, defaultScheme, warnOnly },
    sources.map(({ textOf }) => textOf),
  );
  const unread = broken.map(({ file, line, because }): Located => {
    return { file, line, object: 'a document', problem: refusal('Malformed', 'document', { because }) };
  });
  const byName = new Map(sources.map((source) => [nameOf(withNamespace(source.object)), source]));
  const found = result.found.flatMap(({ at, object, problems }) => {
    const source = sources[at];
    if (source === undefined) return [];
    return problems.map((problem): Located => {
      // What another object says is found there, where the files hold it.
      const { file, lineOf } = byName.get(problem.object ?? '') ?? source;
      return { file, line: lineOf(problem.path), object, problem };
    });
  });
  const twice = sources.flatMap(({ file, object, twice, lineOf }) =>
    twice.map((path): Located => {
      const problem = warning('Contradiction', path, { because: TWICE });
      return { file, line: lineOf(path), object: nameOf(object), problem };
    }),
  );
  const located = [...unread, ...found, ...twice];
  const refused = located.filter(({ problem }) => problem.severity === 'refuse').length;
  return { located, counts: { refused, warned: located.length - refused, judged: result.judged } };
}
