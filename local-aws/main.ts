// The local AWS as a process of its own: with moto, an account if asked for, and what it prints for the person who started it.
import { once } from 'node:events';
import { UnmetNeed, unmet, wordsOf } from '../api/problems/unmet-need.ts';
import { putToS3 } from './account/objects.ts';
import { type SeededAccount, seedAccount } from './account/seed.ts';
import { readTarget } from './control/control-api.ts';
import { COVERS } from './coverage.ts';
import type { Address } from './data-plane/upstreams.ts';
import type { ServerLife } from './life.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';
import { type Moto, startMoto } from './moto/moto-process.ts';
import { runningMoto } from './moto/running-moto.ts';

export interface LocalAwsRun {
  /** The address to listen on. */
  host: string;
  /** 0: any free port. */
  port: number;
  stateFile?: string;
  /** A moto that runs already; one of its own by default. */
  motoUrl?: string;
  region: string;
  account: string;
  /** From `provisioning` to `active`. */
  provisioningSeconds: number;
  /** Real seconds for each configured second. */
  timeScale: number;
  latencyMs: number;
  visibleAfterMs: number;
  throttle: boolean;
  /** `id:port=host:port`: where targets of the VPC really listen. */
  targets: readonly string[];
  /** S3 buckets that are there, for logs. */
  buckets: readonly string[];
  /** Makes an account to begin with, unless the state file holds one. */
  seedAccount: boolean;
}

/**
 * Serves until it is asked to end, then ends in order, moto with it; gives the exit code.
 * @throws Unmet in words for a person: the port is taken, moto is not installed, the state file cannot be used.
 */
export async function runLocalAws(options: LocalAwsRun, { ending, ready }: ServerLife): Promise<0 | 1> {
  const targets = new Map(options.targets.map(targetOf));
  const moto = await motoOf(options).catch(cannotStart);
  try {
    const aws = await start(options, moto.url, targets).catch(cannotStart);
    for (const bucket of options.buckets) await putToS3(aws.url, bucket);
    for (const note of aws.notes) console.error(`note: ${note}`);
    const account =
      options.seedAccount && aws.isNew ? await seedAccount(aws.url, { region: options.region }) : undefined;
    console.log(welcome(aws, options, account));
    ready();
    const asked = ending.aborted ? Promise.resolve() : once(ending, 'abort');
    const because = await Promise.race([
      asked.then(() => 'asked' as const),
      moto.ended.then(() => 'moto' as const),
    ]);
    if (because === 'moto') console.error('moto has ended, and with it most of AWS');
    await aws.close();
    return because === 'asked' ? 0 : 1;
  } finally {
    await moto.close();
  }
}

/** @throws Unmet when there is none, or one that cannot be used. */
async function motoOf({ account, motoUrl, stateFile }: LocalAwsRun): Promise<Moto> {
  if (motoUrl === undefined) return startMoto({ account });
  if (stateFile !== undefined)
    throw unmet(
      `--state ${stateFile}`,
      'only a moto that is started here comes back with the same ids, and --moto names another one',
      'leave one of the two flags out',
    );
  return runningMoto(motoUrl, account);
}

/** Whatever stops it before it listens is one line for the person who started it. */
function cannotStart(thrown: unknown): never {
  throw new UnmetNeed(wordsOf(thrown), thrown);
}

function targetOf(text: string): [target: string, address: Address] {
  const read = readTarget(text);
  if (read === undefined) throw new UnmetNeed(`--target: "${text}" is not of the form ID:PORT=HOST:PORT`);
  return read;
}

async function start(
  options: LocalAwsRun,
  motoUrl: string,
  targets: ReadonlyMap<string, Address>,
): Promise<LocalAws> {
  try {
    return await startLocalAws({
      host: options.host,
      port: options.port,
      motoUrl,
      region: options.region,
      account: options.account,
      provisioningMs: options.provisioningSeconds * 1000,
      healthIntervalScale: options.timeScale,
      latencyMs: options.latencyMs,
      visibleAfterMs: options.visibleAfterMs,
      throttle: options.throttle,
      targets,
      ...(options.stateFile === undefined ? {} : { stateFile: options.stateFile }),
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Error(`--host ${options.host} is no address of this machine`, { cause: error });
    if (code !== 'EADDRINUSE') throw error;
    throw new Error(
      `port ${options.port} is taken; choose another with --port, or any free one with --port 0`,
      {
        cause: error,
      },
    );
  }
}

/** Addresses that only this machine reaches. */
const LOOPBACK = /^(127\.|localhost$|::1$)/;

function welcome(
  aws: LocalAws,
  { region, stateFile, host }: LocalAwsRun,
  account: SeededAccount | undefined,
): string {
  const kept =
    stateFile === undefined ? 'nothing is kept when it ends (see --state)' : `kept in ${stateFile}`;
  const lines = [
    `Local AWS listens on ${aws.url}; ${kept}. What there is: ${aws.url}/`,
    ...(LOOPBACK.test(host)
      ? []
      : [
          `WARNING: it listens on ${host} and has no authentication: whoever reaches this machine can change everything in it.`,
        ]),
    '',
    `export AWS_ENDPOINT_URL=${aws.url} AWS_REGION=${region} AWS_DEFAULT_REGION=${region} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local`,
    '',
    'Through a listener (its real address is under /_local/doors):',
    `  curl --connect-to DNS-NAME:80:127.0.0.1:REAL-PORT http://DNS-NAME/`,
    'Where a target of the VPC really listens: --target 10.0.0.5:80=127.0.0.1:3000',
    `To begin anew: curl -X POST ${aws.url}/_local/reset`,
    COVERS,
  ];
  return [...lines, ...(account === undefined ? [] : ['', ...accountLines(account)])].join('\n');
}

function accountLines({
  cluster,
  vpcId,
  subnets,
  nodeSecurityGroupId,
  nodes,
  certificates,
}: SeededAccount): string[] {
  return [
    `Subnets and nodes are tagged for the cluster ${cluster} (kubernetes.io/cluster/${cluster}): albatross controller --cluster-name ${cluster}`,
    `VPC             ${vpcId}`,
    ...subnets.map(
      ({ id, name, zone, cidr }) => `subnet          ${id}  ${name.padEnd(6)}  ${zone}  ${cidr}`,
    ),
    `security group  ${nodeSecurityGroupId}  nodes`,
    ...nodes.map(({ instanceId, name, privateIp }) => `instance        ${instanceId}  ${name}  ${privateIp}`),
    ...certificates.map(({ arn, domain }) => `certificate     ${arn}  ${domain}`),
  ];
}
