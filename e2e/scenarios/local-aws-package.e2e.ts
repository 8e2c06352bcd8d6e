// The local AWS as somebody gets it who has no checkout: packed, installed into an empty folder, started by its name.
import { type ExecFileOptions, execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Moto, startMoto } from '../../local-aws/moto/moto-process.ts';
import { pythonPath, ROOT } from '../harness/machine.ts';
import { type RunningProcess, startProcess, untilReady } from '../harness/process.ts';

const folder = mkdtempSync(join(tmpdir(), 'albatross-package-'));
const tools = join(folder, 'tools');
const empty = join(folder, 'empty');
/** The machine's PATH without a moto of the machine. */
const PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((directory) => !existsSync(join(directory, 'moto_server')))
  .join(delimiter);
/** A machine without a checkout: no cache of ours, and moto where its owner installed it. */
const env = {
  PATH: [tools, PATH].join(delimiter),
  XDG_CACHE_HOME: join(folder, 'cache'),
  npm_config_update_notifier: 'false',
};
/** Ends what does not end by itself. */
const TIMEOUT_MS = 240_000;
const run = (command: string, args: readonly string[], options: ExecFileOptions) =>
  promisify(execFile)(command, args, { ...options, encoding: 'utf8', timeout: TIMEOUT_MS });

/** What npx finds in the folder; npx itself takes a second each time. */
const INSTALLED = join(empty, 'node_modules/.bin/albatross-local-aws');

/** Runs it until it ends; its exit code and what it said to the person. */
async function ended(...flags: string[]): Promise<{ code: unknown; said: string }> {
  try {
    const { stdout } = await run(INSTALLED, flags, {
      cwd: empty,
      env: { ...process.env, ...env, PATH },
    });
    return { code: 0, said: stdout };
  } catch (error) {
    const { code, stderr } = error as { code: unknown; stderr: string };
    return { code, said: stderr.trim() };
  }
}

/** Starts it; gives the leader of its process group, and the URL of the ready line. */
async function started(
  command: string,
  ...flags: string[]
): Promise<{ leader: RunningProcess; url: string }> {
  const leader = await startProcess({
    name: 'albatross-local-aws',
    command: 'sh',
    args: ['-c', `cd "$0" && exec ${command} --port 0 "$@"`, empty, ...flags],
    env,
    log: join(folder, `run-${flags.length}.log`),
  });
  const urlOf = () => /listens on (http:\/\/\S+?);/.exec(readFileSync(leader.log, 'utf8'))?.[1];
  await untilReady(leader, async () => urlOf() !== undefined);
  return { leader, url: urlOf() ?? '' };
}

/** Ctrl-C: everybody in the group of the terminal hears of it. */
async function interrupted({ leader, url }: { leader: RunningProcess; url: string }): Promise<void> {
  process.kill(-leader.pid, 'SIGINT');
  await leader.exited;
  await expect
    .poll(() =>
      fetch(url).then(
        ({ status }) => `still answers ${status}`,
        () => 'gone',
      ),
    )
    .toBe('gone');
}

const clientOf = (endpoint: string) =>
  new elb.ElasticLoadBalancingV2Client({
    endpoint,
    region: 'us-west-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });

/** As pip writes it into the folder of scripts of an environment that has moto. */
function installMotoServer(): void {
  mkdirSync(tools);
  writeFileSync(join(tools, 'moto_server'), `#!${pythonPath()}\nimport moto.server\n`, { mode: 0o755 });
}

beforeAll(async () => {
  mkdirSync(empty);
  await run('npm', ['pack', '-w', 'local-aws', '--pack-destination', folder], { cwd: ROOT });
  const [tarball = 'none'] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  // Offline: everything that it needs is in the package.
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, tarball)], {
    cwd: empty,
    env: { ...process.env, ...env },
  });
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('it holds plain JavaScript, and brings no other package along', () => {
  const modules = readdirSync(join(empty, 'node_modules')).filter((name) => !name.startsWith('.'));
  expect(modules).toEqual(['albatross-local-aws']);
  const files = readdirSync(join(empty, 'node_modules/albatross-local-aws'), {
    recursive: true,
    encoding: 'utf8',
  });
  expect(files.filter((name) => name.endsWith('.ts'))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(['README.md', 'dist/LICENSE', 'dist/LIBRARIES.txt']));
});

test('without moto it ends with one line that says how to get it', async () => {
  expect(await ended()).toEqual({
    code: 1,
    said: expect.stringMatching(
      /^albatross-local-aws: cannot start: moto, .*: no moto_server on the PATH; install it \(pipx install 'moto\[server\]==[\d.]+'; .*--moto$/,
    ),
  });
});

test('it serves load balancers, the rest by the moto on the PATH, and ends with Ctrl-C', async () => {
  installMotoServer();
  const aws = await started('npx albatross-local-aws', '--seed-account');
  const client = clientOf(aws.url);
  const { TargetGroups } = await client.send(
    new elb.CreateTargetGroupCommand({ Name: 'web', TargetType: 'lambda' }),
  );
  expect(TargetGroups?.[0]?.TargetGroupName).toBe('web');
  await expect(client.send(new elb.DescribeTargetGroupsCommand({ Names: ['none'] }))).rejects.toMatchObject({
    name: 'TargetGroupNotFoundException',
  });
  await interrupted(aws);
});

describe('with --moto', () => {
  const account = '210987654321';
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto({ account });
  });
  afterAll(() => moto?.close());

  test('what cannot be used is one line, with what to do', async () => {
    const said = async (...flags: string[]) => (await ended('--moto', ...flags)).said;
    expect(await said(moto.url)).toBe(
      `albatross-local-aws: cannot start: --moto ${moto.url}: its account is ${account}, and this one is 123456789012; add --account ${account}`,
    );
    expect(await said(moto.url, '--state', 'aws.jsonl')).toMatch(/leave one of the two flags out$/);
    expect(await said('http://127.0.0.1:1')).toMatch(
      /nothing answers there \(.*\); start moto_server, or leave --moto out/,
    );
  });

  test('it takes one that runs, and says when it is gone', async () => {
    const aws = await started(INSTALLED, '--moto', moto.url, '--account', account);
    await moto.close();
    expect((await fetch(`${aws.url}/`)).status).toBe(200);
    await expect(
      clientOf(aws.url).send(
        new elb.CreateTargetGroupCommand({ Name: 'web', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1' }),
      ),
    ).rejects.toMatchObject({
      name: 'ServiceUnavailable',
      message: expect.stringMatching(`^moto at ${moto.url} does not answer`),
    });
    await interrupted(aws);
  });
});
