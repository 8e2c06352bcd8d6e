// `albatross adopt` and `albatross release`: flags to options, nothing else.
import { Command } from 'commander';
import { defined } from '../api/defined.ts';
import type { LeaseName } from '../controller/handover/lease.ts';
import {
  type Adopting,
  adopt,
  giveBack,
  type HandoverOutput,
  type Releasing,
} from '../controller/handover/main.ts';
import { HandoverRefusal } from '../controller/handover/survey.ts';
import { DEFAULTS } from '../controller/options.ts';
import { withFlags } from './flags/flag.ts';
import { INGRESS_CLASS, KUBECONFIG } from './flags/place.ts';
import { lease } from './flags/values.ts';

type AdoptFlags = Omit<Adopting, 'lease'> & { readonly lbcLease: LeaseName | 'none' };

/** How far the LBC's Ingresses are taken over; exit code 1 when something was refused or failed. */
export function adoptCommand(): Command {
  return withFlags(placed(new Command('adopt')), [INGRESS_CLASS])
    .description('says how far Ingresses are taken over from the AWS Load Balancer Controller')
    .option('--cleanup', "shows which of the LBC's TargetGroupBindings would be deleted")
    .option('--yes', 'deletes them, without touching targets')
    .option(
      '--lbc-lease <namespace/name>',
      'Lease by which the LBC is known to run; "none" when there is none',
      lease,
      lease('kube-system/aws-load-balancer-controller-leader'),
    )
    .action(async ({ lbcLease, ...flags }: AdoptFlags) => {
      await say('adopt', () => adopt({ ...flags, ...held(lbcLease) }));
    });
}

type ReleaseFlags = Omit<Releasing, 'lease'> & { readonly lease: LeaseName | 'none'; readonly all?: boolean };

/** Gives Ingresses back to the LBC; exit code 1 when something was refused or failed. */
export function releaseCommand(): Command {
  return placed(new Command('release'))
    .description('gives Ingresses back to the AWS Load Balancer Controller; AWS is not touched')
    .argument('[ingress]', "name in the namespace (default: the context's)")
    .option('--all', 'all Ingresses: of the namespace, or of all of them')
    .option('--yes', 'does it; without it nothing is changed')
    .option('--as <user>', 'act as this user, e.g. the ServiceAccount of the controller')
    .option(
      '--lease <namespace/name>',
      'Lease by which our controller is known to run; "none" when there is none',
      lease,
      lease(`albatross-system/${DEFAULTS.leaderElectionId}`),
    )
    .action(async (ingress: string | undefined, flags: ReleaseFlags, command: Command) => {
      const { all = false, lease: ours, ...rest } = flags;
      if (all === (ingress !== undefined)) command.error('Name one Ingress, or say --all.');
      await say('release', () => giveBack({ ...rest, ...defined({ ingress }), ...held(ours) }));
    });
}

const placed = (command: Command): Command =>
  withFlags(command, [KUBECONFIG]).option('-n, --namespace <namespace>', 'only this namespace');

const held = (name: LeaseName | 'none'): { readonly lease?: LeaseName } =>
  name === 'none' ? {} : { lease: name };

async function say(command: string, work: () => Promise<HandoverOutput>): Promise<void> {
  try {
    const { lines, failed } = await work();
    process.stdout.write(`${lines.join('\n')}\n`);
    if (failed) process.exitCode = 1;
  } catch (thrown) {
    if (!(thrown instanceof HandoverRefusal)) throw thrown;
    process.stderr.write(`albatross ${command}: ${thrown.message}\n`);
    process.exitCode = 1;
  }
}
