// Which flags each process has, and what it does with those of the AWS Load Balancer Controller (LBC) that it does not have.

import { DEFAULTS } from '../../controller/options.ts';
import { WHEN_UNSAID } from './defaults.ts';
import type { Flag } from './flag.ts';
import { LBC_ONLY, type LbcFlag, type ProcessName } from './lbc.ts';
import { attempts, PLACE, POLICY, THROTTLE } from './place.ts';
import { ORPHANS, TUNING, UPKEEP } from './upkeep.ts';
import { WEBHOOK_FLAGS } from './webhook.ts';

/** Flags of ours, in the order of --help. */
export const OWN: Readonly<Record<ProcessName, readonly Flag[]>> = {
  controller: [
    ...PLACE,
    POLICY,
    ...WHEN_UNSAID,
    attempts(DEFAULTS.awsMaxRetries),
    THROTTLE,
    ...TUNING,
    ...ORPHANS,
    ...UPKEEP,
  ],
  webhook: WEBHOOK_FLAGS,
};

const otherOf = (process: ProcessName): ProcessName => (process === 'controller' ? 'webhook' : 'controller');

const has = (process: ProcessName, name: string): boolean => OWN[process].some((flag) => flag.name === name);

/** Flags of the LBC that a process does not have by their name: its part of `LBC_ONLY`, and what only the other process has. */
export function foreignTo(process: ProcessName): readonly LbcFlag[] {
  const other = otherOf(process);
  const theirs = OWN[other].filter((flag) => flag.lbc !== undefined && !has(process, flag.name));
  const because = `it is a flag of albatross ${other}`;
  return [
    ...LBC_ONLY.map((flag): LbcFlag => {
      const { fate } = flag;
      return fate.kind === 'idle' || fate.by.includes(process)
        ? flag
        : { ...flag, fate: { kind: 'idle', because } };
    }),
    ...theirs.map(
      ({ name, value, lbc }): LbcFlag => ({
        ...{ name, unset: lbc?.unset ?? '', value: value === '[boolean]' ? '[boolean]' : '<text>' },
        fate: { kind: 'idle', because },
      }),
    ),
  ];
}
