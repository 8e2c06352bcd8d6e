// `albatross local-aws`: the workspace of that name, under this name. A test instrument, so it works from the checkout only.
import { existsSync } from 'node:fs';
import { Command } from 'commander';

/** Its flags are the workspace's; where the sources are not, as in the image, the command says so. */
export async function localAwsCommand(): Promise<Command> {
  if (existsSync(new URL('../local-aws/command.ts', import.meta.url)))
    return (await import('../local-aws/command.ts')).localAwsCommand('local-aws');
  return new Command('local-aws')
    .description('an AWS with Application Load Balancers on this machine (from a checkout only)')
    .allowUnknownOption()
    .action(() => {
      throw new Error('albatross local-aws works from a checkout of the sources only');
    });
}
