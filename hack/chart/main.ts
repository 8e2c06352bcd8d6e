// `make chart`: holds the Helm chart to what it promises, on a real API server without nodes: pods do not run here.
//
//   lint ─▶ template, six value sets ─▶ equal to config/ ─▶ taken by the API server ─▶ install ─▶ upgrade ─▶ rollback ─▶ uninstall
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Cluster, startCluster } from '../../e2e/harness/cluster.ts';
import { issueAuthority, issueServing } from '../../webhook/self-managed/issue.ts';
import { differences } from './equality.ts';
import { CHART, helm, NAMESPACE, objectsIn, RELEASE, type Rendered, rendered } from './helm.ts';
import { life } from './life.ts';
import { missed } from './said.ts';

const SETS = ['plain', 'cert-manager', 'of-the-lbc', 'webhook-off', 'full'] as const;
const fileOf = (set: string): string => join(import.meta.dirname, 'values', `${set}.yaml`);

/** Which of the sets makes what of config/. */
const EQUAL = { 'cert-manager': 'default', plain: 'without-cert-manager' } as const;

/** What the notes must say of a values file of the AWS Load Balancer Controller. */
const TOLD = [
  'fullnameOverride:',
  'image.repository:',
  'image.tag:',
  'autoscaling:',
  'enableWaf:',
  'nodeSelecter',
  'terminationGracePeriodSeconds:',
  'topologySpreadConstraints:',
];

let failures = 0;

/** One line for one check; a check that throws, or gives words, has failed. */
async function check(name: string, deed: () => Promise<readonly string[]>): Promise<void> {
  const from = performance.now();
  const wrong = await deed().catch((thrown: unknown) => [
    thrown instanceof Error ? thrown.message : String(thrown),
  ]);
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  const failed = wrong.length > 0;
  if (failed) failures += 1;
  const words = failed ? wrong.map((line) => `\n      ${line.replaceAll('\n', '\n      ')}`).join('') : '';
  process.stdout.write(`  ${failed ? 'FAILED' : 'ok    '} ${seconds.padStart(6)} s  ${name}${words}\n`);
}

/** A values file with a certificate of its own. */
async function givenCertificate(directory: string): Promise<string> {
  const authority = await issueAuthority(Date.now());
  const { cert, key } = await issueServing(authority, [`albatross-webhook.${NAMESPACE}.svc`], Date.now());
  const file = join(directory, 'given-certificate.yaml');
  const webhookTLS = { caCert: authority.cert, cert, key };
  await writeFile(
    file,
    JSON.stringify({ clusterName: 'shop', region: 'us-west-2', vpcId: 'vpc-1', webhookTLS }),
  );
  return file;
}

async function equal(cluster: Cluster): Promise<void> {
  for (const [set, config] of Object.entries(EQUAL))
    await check(`${set} is what config/${config} is`, async () => {
      const { code, stdout, stderr } = await cluster.kubectl(['kustomize', join(CHART, '..', config)]);
      if (code !== 0) throw new Error(stderr);
      const { clusterName, region, vpcId } = parse(await readFile(fileOf(set), 'utf8'));
      const said = { CLUSTER_NAME: clusterName, AWS_REGION: region, AWS_VPC_ID: vpcId };
      return differences(await rendered(fileOf(set)), objectsIn(stdout), said);
    });
}

/** As much of kinds of others as a dry run needs. */
const STRANGERS = [
  ['cert-manager.io', 'Issuer', 'v1'],
  ['cert-manager.io', 'Certificate', 'v1'],
  ['monitoring.coreos.com', 'ServiceMonitor', 'v1'],
] as const;

const standIn = ([group, kind, version]: (typeof STRANGERS)[number]): object => {
  const singular = kind.toLowerCase();
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${group}` },
    spec: {
      ...{ group, scope: 'Namespaced', names: { kind, singular, plural: `${singular}s` } },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
};

/** A cluster with what is there before the chart comes. */
async function prepared(): Promise<Cluster> {
  const cluster = await startCluster({ before: STRANGERS.map(standIn) });
  const namespaces = [NAMESPACE, 'shop', 'blog'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  await cluster.apply(...namespaces);
  const crds = await cluster.kubectl(['create', '-f', join(CHART, 'crds')]);
  if (crds.code !== 0) throw new Error(crds.stderr);
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=120s']);
  return cluster;
}

async function taken(cluster: Cluster, objects: readonly Rendered[]): Promise<string[]> {
  const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const { code, stdout, stderr } = await cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], { input });
  const lines = stdout.trim().split('\n').length;
  if (code === 0 && lines === objects.length) return [];
  return [`${lines} of ${objects.length} objects taken`, stderr.trim()];
}

const directory = await mkdtemp(join(tmpdir(), 'albatross-chart-'));
let cluster: Cluster | undefined;
try {
  cluster = await prepared();
  const files = new Map<string, string>(SETS.map((set) => [set, fileOf(set)]));
  files.set('given-certificate', await givenCertificate(directory));
  for (const [set, file] of files)
    await check(`lint, ${set}`, async () => {
      await helm(['lint', CHART, '--strict', '--values', file, '--namespace', NAMESPACE]);
      return [];
    });
  await check('a values file of the LBC: what means nothing is told, and only that', async () => {
    const args = ['install', RELEASE, CHART, '--dry-run=client', '--namespace', NAMESPACE, '--values'];
    const said = await helm([...args, fileOf('of-the-lbc')]);
    const notes = said.slice(said.indexOf('NOTES:'));
    const plain = await helm([...args, fileOf('plain')]);
    return [
      ...TOLD.filter((words) => !notes.includes(words)).map((words) => `the notes do not say ${words}`),
      ...(plain.includes('mean nothing here')
        ? ['the notes of plain values tell of some without meaning']
        : []),
      ...(notes.includes('defaultTags') ? ['the notes tell of defaultTags'] : []),
    ];
  });
  await check('what is said arrives', () => missed((set) => rendered(fileOf(set))));
  await check('without a cluster name it says so', async () => {
    const words = await helm(['template', RELEASE, CHART]).then(
      () => 'it renders',
      (thrown: Error) => thrown.message,
    );
    return words.includes('clusterName') ? [] : [words];
  });
  await equal(cluster);
  const taking = cluster;
  for (const [set, file] of files)
    await check(`template | kubectl apply --dry-run=server, ${set}`, async () =>
      taken(taking, await rendered(file)),
    );
  await life(cluster, fileOf, check);
} finally {
  await cluster?.stop();
  await rm(directory, { recursive: true, force: true });
}
process.stdout.write(failures === 0 ? 'the chart is as it should be\n' : `${failures} failed\n`);
process.exitCode = failures === 0 ? 0 : 1;
