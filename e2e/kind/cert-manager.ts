// cert-manager: the real one where its manifest is named and its images can be pulled; else played. Played are what the webhook
// needs of it: a certificate in a Secret, its renewal, and the authority in the webhook configurations. Its CRDs are real there too:
// they come with its Go module, and `config/certmanager` is applied as it is.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Authority, createAuthority } from '../harness/certificates.ts';
import { type Cluster, runCommand } from '../harness/cluster.ts';
import { NAMESPACE } from '../harness/install.ts';

const VERSION = 'v1.21.1';
const MODULE = `github.com/cert-manager/cert-manager@${VERSION}`;
const SECRET = 'albatross-webhook-certificate';
const CERTIFICATE = 'albatross-webhook';

export interface CertManager {
  /** Which one it is, in words. */
  readonly told: string;
  /** Called once Albatross's own objects are there. */
  readonly issue: () => Promise<void>;
  /** Has the webhook's certificate made anew, as long before its end as cert-manager would. */
  readonly renew: () => Promise<void>;
}

async function kubectl(cluster: Cluster, args: readonly string[], input?: object): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args, {
    ...(input === undefined ? {} : { input: JSON.stringify(input) }),
  });
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}

/** Installs it: the manifest of `CERT_MANAGER_MANIFEST` (a URL or a file), or the part that is played. */
export async function installCertManager(cluster: Cluster): Promise<CertManager> {
  const manifest = process.env.CERT_MANAGER_MANIFEST;
  return manifest === undefined || manifest === '' ? played(cluster) : real(cluster, manifest);
}

async function real(cluster: Cluster, manifest: string): Promise<CertManager> {
  await kubectl(cluster, ['apply', '-f', manifest]);
  const deployments = ['deployment', '--all', '--namespace=cert-manager'];
  await kubectl(cluster, ['wait', '--for=condition=Available', ...deployments, '--timeout=10m']);
  const certificate = [`certificate/${CERTIFICATE}`, `--namespace=${NAMESPACE}`];
  return {
    told: `cert-manager of ${manifest}`,
    issue: async () => {
      await kubectl(cluster, ['wait', '--for=condition=Ready', ...certificate, '--timeout=5m']);
    },
    // What `cmctl renew` does.
    renew: async () => {
      const conditions = [
        { type: 'Issuing', status: 'True', reason: 'ManuallyTriggered', message: 'renewed by hand' },
      ];
      const patch = JSON.stringify({ status: { conditions } });
      await kubectl(cluster, ['patch', ...certificate, '--subresource=status', '--type=merge', '-p', patch]);
      await kubectl(cluster, ['wait', '--for=condition=Issuing=False', ...certificate, '--timeout=5m']);
    },
  };
}

async function played(cluster: Cluster): Promise<CertManager> {
  const { code, stdout, stderr } = await runCommand('go', ['mod', 'download', '-json', MODULE], {
    env: { GOFLAGS: '-mod=mod' },
  });
  if (code !== 0) throw new Error(`the CRDs of ${MODULE}: ${(stderr || stdout).trim()}`);
  const { Dir: directory }: { Dir: string } = JSON.parse(stdout);
  const crds = join(directory, 'deploy/crds');
  const files = (await readdir(crds)).filter((name) => name.endsWith('.yaml'));
  await cluster.apply(...(await Promise.all(files.map((name) => readFile(join(crds, name), 'utf8')))));
  await kubectl(cluster, [
    'wait',
    '--for=condition=Established',
    'crd/issuers.cert-manager.io',
    'crd/certificates.cert-manager.io',
  ]);
  const authority = await createAuthority('albatross-authority');
  return {
    told: `cert-manager is PLAYED (its CRDs ${VERSION} are real): no registry is reached, CERT_MANAGER_MANIFEST is not set`,
    issue: async () => {
      await issue(cluster, authority);
      await inject(cluster, authority);
    },
    renew: () => issue(cluster, authority),
  };
}

/** Writes the Secret that the Certificate names, with the names that it asks for. */
async function issue(cluster: Cluster, authority: Authority): Promise<void> {
  const path = `/apis/cert-manager.io/v1/namespaces/${NAMESPACE}/certificates/${CERTIFICATE}`;
  const certificate = await cluster.read<{ spec: { dnsNames: string[]; secretName: string } }>(path);
  if (certificate?.spec.secretName !== SECRET)
    throw new Error(`no Certificate asks for the Secret ${SECRET}`);
  const { key, cert } = await authority.server(certificate.spec.dnsNames);
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name: SECRET, namespace: NAMESPACE },
    stringData: { 'tls.crt': cert, 'tls.key': key, 'ca.crt': authority.cert },
  });
}

/** Puts the authority into every configuration that asks for it, as cert-manager's cainjector does. */
async function inject(cluster: Cluster, { cert }: Authority): Promise<void> {
  const caBundle = Buffer.from(cert).toString('base64');
  for (const kind of ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations']) {
    const path = `/apis/admissionregistration.k8s.io/v1/${kind}/albatross`;
    const found = await cluster.read<{
      metadata: { annotations?: Record<string, string> };
      webhooks: unknown[];
    }>(path);
    const wanted = found?.metadata.annotations?.['cert-manager.io/inject-ca-from'];
    if (found === undefined || wanted !== `${NAMESPACE}/${CERTIFICATE}`)
      throw new Error(`${kind}/albatross does not ask for the authority of ${CERTIFICATE}`);
    const patch = found.webhooks.map((_, at) => ({
      op: 'add',
      path: `/webhooks/${at}/clientConfig/caBundle`,
      value: caBundle,
    }));
    await kubectl(cluster, ['patch', kind, 'albatross', '--type=json', '-p', JSON.stringify(patch)]);
  }
}
