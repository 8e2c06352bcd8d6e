#!/usr/bin/env node
// The executable: loads the command that is asked for, and only that, so that each process starts fast and small.
import { enableCompileCache } from 'node:module';
import { Command } from 'commander';

enableCompileCache();

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  controller: async () => (await import('./controller.ts')).controllerCommand(),
  lint: async () => (await import('./lint.ts')).lintCommand(),
  'local-aws': async () => (await import('./local-aws.ts')).localAwsCommand(),
  webhook: async () => (await import('./webhook.ts')).webhookCommand(),
};

const program = new Command('albatross')
  .description('AWS Application Load Balancers for Kubernetes Ingresses, with the answer at kubectl apply')
  .showHelpAfterError('(albatross --help says more)');

const asked = COMMANDS[process.argv[2] ?? ''];
for (const load of asked === undefined ? Object.values(COMMANDS) : [asked]) program.addCommand(await load());

try {
  await program.parseAsync();
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
}
