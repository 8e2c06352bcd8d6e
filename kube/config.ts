// config: who to be at the API server, and in which namespace: from a kubeconfig or from the pod, as the library finds them.
// By hand: it does not say what is missing in a kubeconfig, falls back to http://localhost:8080, and knows the pod's namespace only
// where it takes the pod's user.
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { type UnmetNeed, unmet, unreadable } from '../api/problems/unmet-need.ts';

export type { KubeConfig };

/** What the library falls back to where nothing is found. */
const NOTHING = 'http://localhost:8080';

const REMEDY = 'name a kubeconfig of a user of the cluster with --kubeconfig';

/**
 * The kubeconfig at `path`; without one KUBECONFIG, ~/.kube/config, or the ServiceAccount of the pod, in this order. It is
 * loaded into `config`.
 * @throws Unmet when there is none, or it says nobody to be.
 */
export function kubeConfigOf(path: string | undefined, config = new KubeConfig()): KubeConfig {
  const { KUBECONFIG = '', HOME = '' } = process.env;
  const home = join(HOME, '.kube', 'config');
  const found = KUBECONFIG !== '' ? `KUBECONFIG=${KUBECONFIG}` : existsSync(home) ? home : 'kubeconfig';
  const need = path !== undefined ? `--kubeconfig ${path}` : found;
  try {
    if (path === undefined) config.loadFromDefault();
    else config.loadFromFile(path);
  } catch (thrown) {
    throw invalid(need, thrown);
  }
  const server = config.getCurrentCluster()?.server;
  if (path === undefined && KUBECONFIG === '' && server === NOTHING)
    throw unmet(
      need,
      'there is neither --kubeconfig nor KUBECONFIG nor ~/.kube/config nor a ServiceAccount of a pod',
      REMEDY,
    );
  const because = incomplete(config);
  if (because !== undefined) throw unmet(need, because, REMEDY);
  for (const file of filesOf(config)) {
    try {
      accessSync(file, constants.R_OK);
    } catch (thrown) {
      throw unreadable(`${need}, which names ${file}`, REMEDY, thrown);
    }
  }
  return config;
}

function invalid(need: string, thrown: unknown): UnmetNeed {
  if (thrown instanceof Error && 'syscall' in thrown) return unreadable(need, REMEDY, thrown);
  const [words = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n');
  return unmet(need, `it is not a kubeconfig (${words})`, REMEDY, thrown);
}

/** What is missing on the way from the current context to a server and a user, for people. */
function incomplete(config: KubeConfig): string | undefined {
  const name = config.getCurrentContext();
  const contexts = (config.contexts ?? []).map((one) => one.name);
  if (name === undefined || name === '') return 'it has no current-context';
  const context = config.getContextObject(name);
  if (context === null)
    return `its current-context "${name}" is none of its contexts (${contexts.join(', ')})`;
  const server = config.getCurrentCluster()?.server;
  if (server === undefined)
    return `its context "${name}" names the cluster "${context.cluster}", which is not in it`;
  if (!URL.canParse(server)) return `the server of its context "${name}" is no URL: "${server}"`;
  if (config.getCurrentUser() === null)
    return `its context "${name}" names the user "${context.user}", which is not in it`;
  return undefined;
}

/** The files that the current cluster and user name. */
function filesOf(config: KubeConfig): string[] {
  const user = config.getCurrentUser();
  return [config.getCurrentCluster()?.caFile, user?.certFile, user?.keyFile].flatMap((file) =>
    file === undefined || file === '' ? [] : [file],
  );
}

/** The namespace of the kubeconfig's context or of the pod. */
export function ownNamespace(config: KubeConfig): string {
  const context = config.getContextObject(config.getCurrentContext())?.namespace;
  if (context !== undefined) return context;
  const file = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : 'default';
}

/** The same kubeconfig as somebody else (Kubernetes documentation: user impersonation); as it is without a user. */
export function actingAs(config: KubeConfig, user: string | undefined): KubeConfig {
  if (user === undefined) return config;
  const { clusters, contexts, currentContext } = config;
  const users = config.users.map((one) => ({ ...one, impersonateUser: user }));
  const other = new KubeConfig();
  other.loadFromOptions({ clusters, contexts, currentContext, users });
  return other;
}
