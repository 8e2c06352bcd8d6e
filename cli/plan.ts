// `albatross plan`: flags to options, the answer to text and exit code; nothing else.

import { Command } from 'commander';
import { defined } from '../api/defined.ts';
import { planOnce } from '../controller/inspection/main.ts';
import { DEFAULTS } from '../controller/options.ts';
import { WHEN_UNSAID } from './flags/defaults.ts';
import { inspectionCommand } from './flags/parse.ts';
import { attempts, PLACE, POLICY, THROTTLE } from './flags/place.ts';
import { ORPHANS, RECORD, recordOf } from './flags/upkeep.ts';
import { ATTEMPTS, answer, type InspectionFlags, oneOf, RIGHTS } from './inspecting.ts';
import { outputOption, written } from './output.ts';
import { paint } from './paint.ts';
import { exitCodeOf, planData, planText } from './plan-report.ts';

const HELP = `
With neither INGRESS nor --all: the groups of the Ingresses of the namespace. Give it the flags that the controller has.
--all also shows orphans, what no Ingress and no LoadBalancerBinding names, and what becomes of them (docs/orphans.md).

Exit code: 0 nothing to do, 2 something to do, 1 it could not be found out.
Not planned: what the controller changes in the security groups of nodes.

${RIGHTS}`;

const FLAGS = [...PLACE, POLICY, ...WHEN_UNSAID, ...ORPHANS, RECORD, attempts(ATTEMPTS), THROTTLE];

/** The command; exit code 0 when there is nothing to do, 2 when there is, 1 when it could not be found out. */
export function planCommand(): Command {
  return inspectionCommand(new Command('plan'), FLAGS)
    .description('shows what the controller would do in AWS, and why; changes nothing')
    .argument('[ingress]', 'only its group: NAME or NAMESPACE/NAME')
    .option('-n, --namespace <namespace>', 'of the Ingress (default: that of the context)')
    .option('--all', 'every group; with -n those of the namespace')
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action((ingress: string | undefined, flags: InspectionFlags, command: Command) =>
      answer(oneOf(command, ingress, '--all', flags.all), { ...DEFAULTS, ...flags }, async (options) => {
        const { namespace, all, output } = flags;
        const { groups: planned, orphans } = await planOnce(options, {
          ...defined({ ingress, namespace }),
          all: all === true && namespace === undefined,
          lease: recordOf(flags),
        });
        const text = written(output, planData(planned, orphans), () => planText(planned, paint, orphans));
        return { text, exitCode: exitCodeOf(planned, orphans) };
      }),
    );
}
