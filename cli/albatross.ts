#!/usr/bin/env node
// The executable: loads the command that is asked for, and only that, so that each process starts fast and small.
import { enableCompileCache } from 'node:module';
import { Command } from 'commander';
import { BUILD } from '../api/build.ts';
import { UnmetNeed } from '../api/problems/unmet-need.ts';

enableCompileCache();

const tree = async (): Promise<Command> => (await import('./tree.ts')).treeCommand();

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  adopt: async () => (await import('./handover.ts')).adoptCommand(),
  controller: async () => (await import('./controller.ts')).controllerCommand(),
  get: tree,
  lint: async () => (await import('./lint.ts')).lintCommand(),
  'local-aws': async () => (await import('./local-aws.ts')).localAwsCommand(),
  plan: async () => (await import('./plan.ts')).planCommand(),
  route: async () => (await import('./route.ts')).routeCommand(),
  tree,
  release: async () => (await import('./handover.ts')).releaseCommand(),
  webhook: async () => (await import('./webhook.ts')).webhookCommand(),
};

/** What commander refuses is one line, with where to read on. */
const brief = (command: Command): Command =>
  command.configureOutput({
    outputError: (text, write) => {
      const name = command.name() === 'albatross' ? '' : ` ${command.name()}`;
      write(`${text.trim().replaceAll(/\s*\n\s*/g, ' ')} (albatross${name} --help says more)\n`);
    },
  });

const program = brief(new Command('albatross'))
  .description('AWS Application Load Balancers for Kubernetes Ingresses, with the answer at kubectl apply')
  .version(`albatross ${BUILD}`, '--version', 'say which build this is');

const [first = ''] = process.argv.slice(2);
const asked = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
const all = first === '--version' ? [] : Object.values(COMMANDS);
const wanted = asked === undefined ? new Set(all) : [asked];
for (const load of wanted) program.addCommand(brief(await load()));

try {
  await program.parseAsync();
} catch (thrown) {
  const all: unknown[] = thrown instanceof AggregateError ? thrown.errors : [thrown];
  for (const one of all) {
    const message = one instanceof Error ? one.message : String(one);
    console.error(one instanceof UnmetNeed ? `albatross ${first}: ${message}` : message);
  }
  // What still asks and tries again is not waited for.
  process.exit(1);
}
