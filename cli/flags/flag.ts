// A flag as one descriptor: the options of commander, --help, what is told at the start and docs/flags.md come from it.
import { type Command, Option } from 'commander';

/** A flag of ours, under the name that the AWS Load Balancer Controller (LBC) has for it where it has one. */
export interface Flag {
  /** Without the dashes. */
  readonly name: string;
  /** As commander writes it: `<id>`; `[boolean]` where the flag alone is enough. */
  readonly value: string;
  readonly doc: string;
  /** Text to value; refuses with the words of commander. Unset: the text as it is, and an empty text is no text. */
  readonly read?: (text: string) => unknown;
  readonly choices?: readonly string[];
  readonly unset?: unknown;
  /** How `unset` is written by people. */
  readonly unsetWords?: string;
  readonly required?: true;
  /** Taken, and not in --help. */
  readonly hidden?: true;
  /** Set for flags of the LBC. */
  readonly lbc?: LbcDefault;
}

interface LbcDefault {
  /** What the LBC takes when nobody says it, as people write it; '' for nothing. */
  readonly unset: string;
  /** What means something else here than there. */
  readonly differs?: string;
}

/** Where the name of a flag is the key of a value: `aws-vpc-id`, `awsVpcId`. */
export const keyOf = ({ name }: Pick<Flag, 'name'>): string =>
  name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** What a flag that is given twice says: maps and lists are gathered, as the LBC's are; otherwise the last one counts. */
export function gathered(before: unknown, value: unknown): unknown {
  if (Array.isArray(before) && Array.isArray(value)) return [...before, ...value];
  if (before instanceof Set && value instanceof Set) return new Set([...before, ...value]);
  return isRecord(before) && isRecord(value) ? { ...before, ...value } : value;
}

function optionOf(flag: Flag): Option {
  const option = new Option(`--${flag.name} ${flag.value}`, flag.doc);
  if (flag.choices !== undefined) option.choices(flag.choices);
  else {
    let before: unknown;
    const { read = (text: string) => text } = flag;
    option.argParser((text) => {
      before = gathered(before, read(text));
      return before;
    });
  }
  if (flag.unset !== undefined) option.default(flag.unset, flag.unsetWords);
  return option.hideHelp(flag.hidden === true).makeOptionMandatory(flag.required === true);
}

/** The command, with these flags. */
export function withFlags(command: Command, flags: readonly Flag[]): Command {
  for (const flag of flags) command.addOption(optionOf(flag));
  const texts = flags.filter(({ read, choices }) => read === undefined && choices === undefined);
  return command.hook('preAction', (_, told) => {
    for (const flag of texts)
      if (told.getOptionValue(keyOf(flag)) === '')
        told.setOptionValueWithSource(keyOf(flag), flag.unset, 'default');
  });
}

/** The flag under the same name, with other words: for commands that take it as the controller has it. */
export const asTold = (flag: Flag, doc: string): Flag => ({ ...flag, doc });
