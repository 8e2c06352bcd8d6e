// Tests of place: Region and VPC from flags, the environment, tags and the instance metadata, over HTTP.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { DEFAULTS } from '../options.ts';
import { findPlace, type UnplacedOptions } from './place.ts';

const METADATA: Readonly<Record<string, string>> = {
  'placement/region': 'eu-west-1',
  mac: '02:aa',
  'network/interfaces/macs/02:aa/vpc-id': 'vpc-metadata',
};

/** VPCs that EC2 finds, and whether the instance metadata answers. */
const world = { vpcs: [] as string[], answers: true, silent: false, asked: [] as string[] };

const xml = (action: string, body: string): string =>
  `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${body}</${action}Response>`;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '';
  if (world.silent) return;
  if (path === '/latest/api/token' && request.method === 'PUT')
    return void (world.answers ? response.end('token') : response.writeHead(403).end());
  const name = /^\/latest\/meta-data\/(.*)$/.exec(path)?.[1];
  if (name !== undefined) {
    const known = request.headers['x-aws-ec2-metadata-token'] === 'token' ? METADATA[name] : undefined;
    return void (known === undefined ? response.writeHead(404).end() : response.end(known));
  }
  const asked = new URLSearchParams(await text(request));
  world.asked.push(decodeURIComponent(String(asked)));
  const ids = world.vpcs.map((id) => `<item><vpcId>${id}</vpcId></item>`).join('');
  if (asked.get('Action') === 'DescribeVpcs')
    return void response.end(xml('DescribeVpcs', `<vpcSet>${ids}</vpcSet>`));
  const instance = `<item><instancesSet><item><vpcId>vpc-node</vpcId></item></instancesSet></item>`;
  response.end(xml('DescribeInstances', `<reservationSet>${instance}</reservationSet>`));
}

const server = createServer((request, response) => void answer(request, response));
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
afterEach(() => {
  Object.assign(world, { vpcs: [], answers: true, silent: false, asked: [] });
  vi.unstubAllEnvs();
});

/** What is found with these options, and an environment that says nothing but credentials. */
function found(options: Partial<UnplacedOptions>, env: Record<string, string> = {}) {
  const silent = { AWS_REGION: '', AWS_DEFAULT_REGION: '', NODENAME: '', AWS_EC2_METADATA_DISABLED: '' };
  // Long enough for a machine that does much else.
  const patience = { AWS_METADATA_SERVICE_TIMEOUT: '60' };
  const files = { AWS_CONFIG_FILE: '/none', AWS_SHARED_CREDENTIALS_FILE: '/none' };
  const credentials = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  for (const [name, value] of Object.entries({ ...silent, ...files, ...patience, ...credentials, ...env }))
    vi.stubEnv(name, value === '' ? undefined : value);
  const awsApiEndpoints = { EC2: url, ec2imds: url };
  return findPlace({ ...DEFAULTS, clusterName: 'prod', awsApiEndpoints, ...options });
}

test.each<[string, Partial<UnplacedOptions>, Record<string, string>, string]>([
  ['said', { awsRegion: 'us-west-2' }, { AWS_REGION: 'x' }, 'us-west-2'],
  ['AWS_REGION', {}, { AWS_REGION: 'us-east-2' }, 'us-east-2'],
  ['AWS_DEFAULT_REGION', {}, { AWS_REGION: 'x', AWS_DEFAULT_REGION: 'us-east-1' }, 'us-east-1'],
  ['of the instance', {}, {}, 'eu-west-1'],
])('the Region is the one %s', async (_from, options, env, region) => {
  expect((await found({ awsVpcId: 'vpc-1', ...options }, env)).awsRegion).toBe(region);
});

test('what is said is asked of nobody', async () => {
  const place = { awsRegion: 'us-west-2', awsVpcId: 'vpc-1' };
  expect(await found({ ...place, awsVpcTags: { a: 'b' }, awsApiEndpoints: {} })).toEqual(place);
  expect(world.asked).toEqual([]);
});

test('the VPC is the one with all tags', async () => {
  world.vpcs = ['vpc-tags'];
  const { awsVpcId } = await found({ awsVpcTags: { Name: 'prod', team: 'shop' } });
  expect(awsVpcId).toBe('vpc-tags');
  expect(world.asked).toEqual([
    expect.stringMatching(/Filter\.1\.Name=tag:Name&Filter\.1\.Value\.1=prod&Filter\.2\.Name=tag:team&/),
  ]);
});

test.each([
  [[], 'no VPC of eu-west-1 has them'],
  [['vpc-2', 'vpc-1'], String.raw`2 VPCs have them \(vpc-1, vpc-2\)`],
])('tags of %j: %s', async (vpcs, because) => {
  world.vpcs = [...vpcs];
  await expect(found({ awsVpcTags: { a: 'b' } })).rejects.toThrow(
    new RegExp(`^--aws-vpc-tags a=b: ${because}; name tags that one VPC has, or give --aws-vpc-id$`),
  );
});

test('the VPC is that of the instance; where that says nothing, of the node', async () => {
  expect((await found({})).awsVpcId).toBe('vpc-metadata');
  world.answers = false;
  const { awsVpcId } = await found({ awsRegion: 'us-west-2' }, { NODENAME: 'i-1' });
  expect(awsVpcId).toBe('vpc-node');
  expect(world.asked).toEqual([expect.stringContaining('InstanceId.1=i-1')]);
});

test('instance metadata that never answers is not waited for', async () => {
  world.silent = true;
  await expect(found({ awsRegion: 'x' }, { AWS_METADATA_SERVICE_TIMEOUT: '0.2' })).rejects.toThrow(
    'the instance metadata says nothing (TimeoutError from instance metadata service)',
  );
});

test('both are missed at once where nobody answers', async () => {
  const nobody = { awsApiEndpoints: { ec2imds: 'http://127.0.0.1:1' } };
  await expect(found(nobody)).rejects.toThrow(
    /^--aws-region: not given, neither .* \(Unable to connect to instance metadata service\); give it, or set AWS_REGION; --aws-vpc-id: not given, and the instance metadata says nothing \(Unable .*\); give it, or --aws-vpc-tags$/,
  );
  await expect(found({ awsRegion: 'x' }, { AWS_EC2_METADATA_DISABLED: 'true' })).rejects.toThrow(
    '--aws-vpc-id: not given, and the instance metadata says nothing (AWS_EC2_METADATA_DISABLED is set)',
  );
});
