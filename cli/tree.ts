// `albatross tree`: flags to options, the answer to text; nothing else.
import { Command, Option } from 'commander';
import { treeOnce } from '../controller/inspection/main.ts';
import { type ControllerOptions, DEFAULTS } from '../controller/options.ts';
import { withAttempts, withPlace } from './controller-flags.ts';
import { answer, oneOf, RIGHTS } from './inspecting.ts';
import { type Format, outputOption, written } from './output.ts';
import { paint } from './paint.ts';
import { ATTEMPTS } from './plan.ts';
import { treeData, treeText } from './tree-report.ts';

interface TreeFlags extends ControllerOptions {
  readonly namespace?: string;
  readonly group?: string;
  readonly all?: true;
  readonly output: Format;
}

const HELP = `
With neither INGRESS, --group nor --all: the groups of the Ingresses of the namespace. --group and --all read AWS only.

${RIGHTS}`;

const asked = (command: Command, ingress: string | undefined, { all, group }: TreeFlags): Command =>
  oneOf(oneOf(command, ingress, '--all', all), ingress, '--group', group);

/** The command; exit code 1 when AWS or the cluster cannot be read. */
export function treeCommand(): Command {
  return withAttempts(withPlace(new Command('tree').alias('get')), ATTEMPTS)
    .description('shows what is in AWS: load balancers, listeners, rules, target groups, targets with health')
    .argument('[ingress]', 'only its group: NAME or NAMESPACE/NAME')
    .option('-n, --namespace <namespace>', 'of the Ingress (default: that of the context)')
    .addOption(new Option('--group <group>', 'a group by its name').conflicts(['all', 'namespace']))
    .option('--all', 'every group of the cluster; with -n those of the namespace')
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action((ingress: string | undefined, flags: TreeFlags, command: Command) =>
      answer(asked(command, ingress, flags), { ...DEFAULTS, ...flags }, async (options) => {
        const { namespace, group, all, output } = flags;
        const trees = await treeOnce(options, {
          ...(ingress === undefined ? {} : { ingress }),
          ...(namespace === undefined ? {} : { namespace }),
          ...(group === undefined ? {} : { group }),
          all: all === true && namespace === undefined,
        });
        const text = written(output, treeData(trees), () => treeText(trees, paint));
        return { text, exitCode: 0 };
      }),
    );
}
