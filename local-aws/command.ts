// The command line: flags to options, nothing else.
import { Command, InvalidArgumentError } from 'commander';
import { COVERS } from './coverage.ts';
import { serve } from './life.ts';
import type { LocalAwsRun } from './main.ts';

/** Where people find it unless they choose; the port that emulators of AWS are known by. */
const DEFAULT_PORT = 4566;

interface LocalAwsFlags {
  host: string;
  port: number;
  state?: string;
  region: string;
  account: string;
  provisioning: number;
  timeScale: number;
  latency: number;
  visibleAfter: number;
  throttle?: boolean;
  target: string[];
  bucket: string[];
  moto?: string;
  seedAccount?: boolean;
}

/** The command under a name; it runs until the process is asked to end. */
export function localAwsCommand(name: string): Command {
  return new Command(name)
    .description('an AWS with Application Load Balancers on this machine, with real listeners')
    .option(
      '--host <address>',
      'address of the API and of the listeners; it has no authentication, so whoever reaches another address than the default can change everything',
      '127.0.0.1',
    )
    .option('--port <number>', 'port of the API; 0 takes any free one', anyPort, DEFAULT_PORT)
    .option('--state <file>', 'keep everything in a file and begin with what is in it')
    .option('--region <region>', 'the one AWS region there is', region, 'us-west-2')
    .option('--account <id>', 'number of the AWS account', account, '123456789012')
    .option('--provisioning <seconds>', 'until a new load balancer is active', upTo(3600), 0)
    .option(
      '--time-scale <number>',
      'real seconds for each second of health checks and draining',
      upTo(100),
      1,
    )
    .option('--latency <milliseconds>', 'before each call is worked on', upTo(600_000), 0)
    .option(
      '--visible-after <milliseconds>',
      'until describes and tag search show a new resource',
      upTo(600_000),
      0,
    )
    .option('--throttle', 'throttle calls as AWS says it does')
    .option(
      '--target <id:port=host:port>',
      'where a target of the VPC really listens; may be repeated',
      oneMore,
      [],
    )
    .option(
      '--bucket <name>',
      'an S3 bucket that is there, for the logs of load balancers; may be repeated (S3 calls make buckets as well)',
      oneMore,
      [],
    )
    .option(
      '--moto <url>',
      'a moto that runs already, such as http://127.0.0.1:5000, instead of one of its own',
      motoUrl,
    )
    .option(
      '--seed-account',
      'begin with a VPC, subnets, instances and certificates for a cluster called albatross, and print their ids',
    )
    .addHelpText(
      'after',
      `\n${COVERS}\nCalls of another Region, and of services that would know nothing of its load balancers, are refused.`,
    )
    .action(async (flags: LocalAwsFlags, command: Command) => {
      const called = [command.parent?.name(), name].filter(Boolean).join(' ');
      // Everything else is loaded once it is needed: `--help` answers at once.
      const { runLocalAws } = await import('./main.ts');
      await serve(called, (life) => runLocalAws(runOf(flags), life));
    });
}

const runOf = (flags: LocalAwsFlags): LocalAwsRun => ({
  host: flags.host,
  port: flags.port,
  ...(flags.state === undefined ? {} : { stateFile: flags.state }),
  ...(flags.moto === undefined ? {} : { motoUrl: flags.moto }),
  region: flags.region,
  account: flags.account,
  provisioningSeconds: flags.provisioning,
  timeScale: flags.timeScale,
  latencyMs: flags.latency,
  visibleAfterMs: flags.visibleAfter,
  throttle: flags.throttle ?? false,
  targets: flags.target,
  buckets: flags.bucket,
  seedAccount: flags.seedAccount ?? false,
});

const oneMore = (text: string, before: string[]): string[] => [...before, text];

function anyPort(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('Not a port from 0 to 65535.');
  return value;
}

function upTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= 0 && value <= most))
      throw new InvalidArgumentError(`Not a number from 0 to ${most}.`);
    return value;
  };
}

function region(text: string): string {
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(text))
    throw new InvalidArgumentError('Not a region such as us-west-2.');
  return text;
}

function account(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('Not a number of 12 digits.');
  return text;
}

function motoUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' || url.pathname !== '/')
    throw new InvalidArgumentError('Not an address such as http://127.0.0.1:5000.');
  return url.origin;
}
