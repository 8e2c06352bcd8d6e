// A process that takes every flag of the AWS Load Balancer Controller (LBC): its own are read, the others are told or refused.
//
//   words ─▶ commander ─▶ ours ──────────────────────────────────────┬─▶ options
//                    └──▶ the LBC's ─renamed─▶ ours, unless both differ┘
//                                    ├idle───▶ told in one line of the log
//                                    └fixed──▶ refused when it says something else
import { isDeepStrictEqual } from 'node:util';
import { type Command, Option } from 'commander';
import { type Flag, keyOf, withFlags } from './flag.ts';
import { LBC_ONLY, type LbcFlag, type ProcessName, readLbc } from './lbc.ts';
import { type OptionValues, RENAMED_READERS, renamedOptions } from './renamed.ts';
import { foreignTo, OWN } from './table.ts';

/** What was said, as far as it counts. */
export interface Heard<O> {
  readonly options: O;
  /** What is to be told of flags that change nothing. */
  readonly told: readonly string[];
}

const isRenamed = (flag: Flag): boolean =>
  LBC_ONLY.some(({ fate }) => fate.kind === 'renamed' && fate.to.includes(flag.name));

/** The command, with the flags of the LBC that a process does not have itself; they are not in --help. */
function withForeign(command: Command, process: ProcessName): Command {
  for (const flag of foreignTo(process)) {
    const renamed = flag.fate.kind === 'renamed' ? RENAMED_READERS[flag.name] : undefined;
    const read = renamed ?? ((text: string) => readLbc(flag, text));
    command.addOption(new Option(`--${flag.name} ${flag.value}`).hideHelp().argParser(read));
  }
  return command;
}

/**
 * A command that looks at what the controller does: beside its own flags it takes all that the controller takes, so that it can be
 * given the same; what changes nothing of its answer is not in --help.
 */
export function inspectionCommand(command: Command, own: readonly Flag[]): Command {
  const others = OWN.controller.filter(({ name }) => !own.some((flag) => flag.name === name));
  const hidden = others.map((flag): Flag => ({ ...flag, hidden: true }));
  return withForeign(withFlags(command, [...own, ...hidden]), 'controller').hook('preAction', (_, told) => {
    const wrong = refusals(told, 'controller');
    if (wrong.length > 0) told.error(`error: ${wrong.join(' ')}`);
  });
}

/** The command with all of its flags; those of the LBC that it does not have itself are not in --help. */
export function processCommand(command: Command, process: ProcessName): Command {
  // What may come from a flag of the LBC is missed only when both have been heard.
  const own = OWN[process].map(({ required, ...flag }): Flag => {
    return required === undefined || isRenamed(flag) ? flag : { ...flag, required };
  });
  return withForeign(withFlags(command, own), process).addHelpText(
    'after',
    '\nThe flags of the AWS Load Balancer Controller are taken as well; docs/flags.md says what each of them does here.',
  );
}

/** Flags of the LBC that were said, with their values. */
function saidOf(command: Command, flags: readonly LbcFlag[]): Map<string, unknown> {
  const said = flags.filter((flag) => command.getOptionValueSource(keyOf(flag)) === 'cli');
  return new Map(said.map((flag) => [flag.name, command.getOptionValue(keyOf(flag))]));
}

/** Flags of the LBC that say what cannot be so here. */
function refusals(command: Command, process: ProcessName): string[] {
  const foreign = foreignTo(process);
  const said = saidOf(command, foreign);
  return foreign.flatMap(({ name, fate }) => {
    if (fate.kind !== 'fixed' || !said.has(name) || said.get(name) === fate.is) return [];
    return [`--${name} ${String(said.get(name))}: ${fate.because}; ${fate.remedy}.`];
  });
}

/** Where a flag of ours and one of the LBC under another name disagree. */
function contradictions(command: Command, process: ProcessName, renamed: OptionValues): string[] {
  return OWN[process]
    .filter((flag) => Object.hasOwn(renamed, keyOf(flag)))
    .filter((flag) => command.getOptionValueSource(keyOf(flag)) === 'cli')
    .filter((flag) => !isDeepStrictEqual(command.getOptionValue(keyOf(flag)), renamed[keyOf(flag)]))
    .map((flag) => {
      const other = foreignTo(process).filter(
        ({ name, fate }) =>
          fate.kind === 'renamed' &&
          fate.to.includes(flag.name) &&
          command.getOptionValueSource(keyOf({ name })) === 'cli',
      );
      const names = other.map(({ name }) => `--${name}`).join(', ');
      return `--${flag.name} and ${names} say different things: leave one of them out.`;
    });
}

/** Values of our flags by their keys, those under other names among them. */
function optionsOf(command: Command, foreign: readonly LbcFlag[], renamed: OptionValues): OptionValues {
  const keys = new Set(foreign.map(keyOf));
  const own = Object.entries(command.opts()).filter(([key]) => !keys.has(key));
  return { ...Object.fromEntries(own), ...renamed };
}

/**
 * What a command that has been parsed was told; `mistakes` are of options that are each well-formed, in sentences. Ends the process
 * with what is wrong.
 */
export function heard<O extends object>(
  command: Command,
  process: ProcessName,
  mistakes: (options: O) => readonly string[] = () => [],
): Heard<O> {
  const foreign = foreignTo(process);
  const said = saidOf(command, foreign);
  const renamed = renamedOptions(process, said);
  // What the descriptors read is what the process is written against: their keys and values are checked by its tests.
  const options = optionsOf(command, foreign, renamed) as O & OptionValues;
  const missing = OWN[process].find((flag) => flag.required === true && options[keyOf(flag)] === undefined);
  if (missing !== undefined)
    command.error(`error: required option '--${missing.name} ${missing.value}' not specified`);
  const spoken = foreign.filter(({ name }) => said.has(name));
  const wrong = [
    ...contradictions(command, process, renamed),
    ...refusals(command, process),
    ...mistakes(options),
  ];
  if (wrong.length > 0) command.error(`error: ${wrong.join(' ')}`);
  const told = spoken.flatMap(({ name, fate }) =>
    fate.kind === 'idle' ? [`--${name}: ${fate.because}`] : [],
  );
  return { options, told };
}
