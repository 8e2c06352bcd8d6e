// Where in AWS a process works when that is not said outright: Region and VPC (aws-model 11.2).
//
//   Region: --aws-region ─▶ AWS_DEFAULT_REGION ─▶ the SDK's search (AWS_REGION, profile) ─▶ instance metadata
//   VPC:    --aws-vpc-id ─▶ --aws-vpc-tags (exactly one VPC has them all) ─▶ instance metadata ─▶ the instance NODENAME
import { DescribeInstancesCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { Registry } from 'prom-client';
import { isFailure } from '../../alb/failures/failure.ts';
import { meet, unmet } from '../../api/problems/unmet-need.ts';
import { awsOptions, type ControllerOptions } from '../options.ts';
import { type Aws, allPages, connectAws } from './client.ts';
import { type Metadata, openMetadata, regionOf, silenceOf, vpcOf } from './metadata.ts';
import { METADATA_ID } from './services.ts';

/** What is found where it is not said. */
export interface Place {
  readonly awsRegion: string;
  readonly awsVpcId: string;
}

/** Options as they are said: the VPC may be missing. */
export type UnplacedOptions = Omit<ControllerOptions, 'awsVpcId'> &
  Partial<Pick<ControllerOptions, 'awsVpcId'>>;

/** Attempts of one call: somebody waits for the process to start. */
const ATTEMPTS = 3;

/** The session is opened once, by whoever needs it first. */
const metadataOf = (options: UnplacedOptions): (() => Promise<Metadata>) => {
  let session: Promise<Metadata> | undefined;
  return () => {
    session ??= openMetadata(options.awsApiEndpoints[METADATA_ID]);
    return session;
  };
};

/** The Region that the SDK finds in the environment and in profiles; undefined when there is none. */
async function searchedRegion(): Promise<string | undefined> {
  const client = new EC2Client({});
  try {
    return await client.config.region();
  } catch {
    // It says nothing else: no place that it looks in names one.
    return undefined;
  } finally {
    client.destroy();
  }
}

async function findRegion(options: UnplacedOptions, metadata: () => Promise<Metadata>): Promise<string> {
  const said = options.awsRegion ?? (process.env.AWS_DEFAULT_REGION || (await searchedRegion()));
  if (said !== undefined) return said;
  try {
    return await regionOf(await metadata());
  } catch (thrown) {
    const because = `not given, neither the environment nor a profile names one, and ${silenceOf(thrown)}`;
    throw unmet('--aws-region', because, 'give it, or set AWS_REGION', thrown);
  }
}

/** Asks EC2 something, and lets go of the connection. */
async function asking<T>(
  options: UnplacedOptions,
  awsRegion: string,
  ask: (aws: Aws) => Promise<T>,
): Promise<T> {
  const placed = { ...options, awsRegion, awsVpcId: '', awsMaxRetries: ATTEMPTS };
  const aws = connectAws({
    ...awsOptions(placed),
    registry: new Registry(),
    mayWrite: () => Promise.reject(new Error('a place is found without writing')),
  });
  try {
    return await ask(aws);
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown;
    throw unmet(
      '--aws-vpc-id',
      `not given, and ${thrown.action} fails (${thrown.code}: ${thrown.message})`,
      'give it, or allow that call',
      thrown,
    );
  } finally {
    aws.close();
  }
}

async function vpcWithTags(options: UnplacedOptions, region: string): Promise<string> {
  const tags = Object.entries(options.awsVpcTags);
  const vpcs = await asking(options, region, ({ ec2 }) =>
    allPages(async (NextToken) => {
      const Filters = tags.map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
      const page = await ec2.send(new DescribeVpcsCommand({ Filters, NextToken }));
      return { items: page.Vpcs, token: page.NextToken };
    }),
  );
  const ids = vpcs.flatMap(({ VpcId }) => VpcId ?? []);
  const [id, ...more] = ids;
  if (id !== undefined && more.length === 0) return id;
  throw unmet(
    `--aws-vpc-tags ${tags.map((pair) => pair.join('=')).join(',')}`,
    id === undefined
      ? `no VPC of ${region} has them`
      : `${ids.length} VPCs have them (${ids.sort().join(', ')})`,
    'name tags that one VPC has, or give --aws-vpc-id',
  );
}

/** The VPC of the instance that the pod's node is, where its name is given to the process (env NODENAME). */
async function vpcOfNode(options: UnplacedOptions, region: string): Promise<string | undefined> {
  const node = process.env.NODENAME ?? '';
  if (!node.startsWith('i-')) return undefined;
  const { Reservations = [] } = await asking(options, region, ({ ec2 }) =>
    ec2.send(new DescribeInstancesCommand({ InstanceIds: [node] })),
  );
  return Reservations[0]?.Instances?.[0]?.VpcId;
}

async function vpcOfInstance(
  options: UnplacedOptions,
  region: Promise<string>,
  metadata: () => Promise<Metadata>,
): Promise<string> {
  try {
    return await vpcOf(await metadata());
  } catch (thrown) {
    // That there is no Region is told by who looks for it.
    const found = await region.then(
      (known) => vpcOfNode(options, known),
      () => undefined,
    );
    if (found !== undefined) return found;
    const because = `not given, and ${silenceOf(thrown)}`;
    throw unmet('--aws-vpc-id', because, 'give it, or --aws-vpc-tags', thrown);
  }
}

/**
 * Finds Region and VPC; asks nobody for what is said.
 * @throws Unmet for what is not found, within a few seconds.
 */
export async function findPlace(options: UnplacedOptions): Promise<Place> {
  const metadata = metadataOf(options);
  const region = findRegion(options, metadata);
  const { awsVpcId: said } = options;
  if (said === undefined && Object.keys(options.awsVpcTags).length > 0)
    return { awsRegion: await region, awsVpcId: await vpcWithTags(options, await region) };
  const vpc = said === undefined ? vpcOfInstance(options, region, metadata) : Promise.resolve(said);
  const [awsRegion, awsVpcId] = await meet([region, vpc]);
  return { awsRegion, awsVpcId };
}
