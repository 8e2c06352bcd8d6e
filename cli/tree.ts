// `albatross tree`: flags to options, the answer to text; nothing else.

import { Command, Option } from 'commander';
import { defined } from '../api/defined.ts';
import { orphanTrees, treeOnce } from '../controller/inspection/main.ts';
import { DEFAULTS } from '../controller/options.ts';
import { inspectionCommand } from './flags/parse.ts';
import { attempts, PLACE, POLICY, THROTTLE } from './flags/place.ts';
import { ORPHANS, RECORD, recordOf } from './flags/upkeep.ts';
import { ATTEMPTS, answer, type InspectionFlags, oneOf, RIGHTS } from './inspecting.ts';
import { outputOption, written } from './output.ts';
import { paint } from './paint.ts';
import { treeData, treeText } from './tree-report.ts';

interface TreeFlags extends InspectionFlags {
  readonly group?: string;
  readonly orphans?: true;
}

const HELP = `
With neither INGRESS, --group nor --all: the groups of the Ingresses of the namespace. --group and --all read AWS only.
--orphans shows what no Ingress and no LoadBalancerBinding of the cluster names, and what becomes of it (docs/orphans.md); give
it the flags that the controller has.

${RIGHTS}`;

const NO_ORPHANS =
  'no orphans: everything in AWS that has the tag of this cluster is named by an Ingress or a binding';

const asked = (command: Command, ingress: string | undefined, { all, group, orphans }: TreeFlags): Command =>
  oneOf(
    oneOf(oneOf(command, ingress, '--all', all), ingress, '--group', group),
    ingress,
    '--orphans',
    orphans,
  );

const FLAGS = [...PLACE, POLICY, ...ORPHANS, RECORD, attempts(ATTEMPTS), THROTTLE];

/** The command; exit code 1 when AWS or the cluster cannot be read. */
export function treeCommand(): Command {
  return inspectionCommand(new Command('tree').alias('get'), FLAGS)
    .description('shows what is in AWS: load balancers, listeners, rules, target groups, targets with health')
    .argument('[ingress]', 'only its group: NAME or NAMESPACE/NAME')
    .option('-n, --namespace <namespace>', 'of the Ingress (default: that of the context)')
    .addOption(new Option('--group <group>', 'a group by its name').conflicts(['all', 'namespace']))
    .option('--all', 'every group of the cluster; with -n those of the namespace')
    .addOption(new Option('--orphans', 'only what nobody names').conflicts(['all', 'namespace', 'group']))
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action((ingress: string | undefined, flags: TreeFlags, command: Command) =>
      answer(asked(command, ingress, flags), { ...DEFAULTS, ...flags }, async (options) => {
        const { namespace, group, all, orphans, output } = flags;
        const trees =
          orphans === true
            ? await orphanTrees(options, { lease: recordOf(flags) })
            : await treeOnce(options, {
                ...defined({ ingress, namespace, group }),
                all: all === true && namespace === undefined,
              });
        const text = written(output, treeData(trees), () =>
          treeText(trees, paint, orphans === true ? NO_ORPHANS : undefined),
        );
        return { text, exitCode: 0 };
      }),
    );
}
