#!/usr/bin/env node
// The executable: loads the command that is asked for, and only that, so that each process starts fast and small.
import { enableCompileCache } from 'node:module';
import { Command } from 'commander';

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

const program = new Command('albatross')
  .description('AWS Application Load Balancers for Kubernetes Ingresses, with the answer at kubectl apply')
  .showHelpAfterError('(albatross --help says more)');

const asked = COMMANDS[process.argv[2] ?? ''];
const wanted = asked === undefined ? new Set(Object.values(COMMANDS)) : [asked];
for (const load of wanted) program.addCommand(await load());

try {
  await program.parseAsync();
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
}
