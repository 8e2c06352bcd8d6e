// Who to be at the API server, and in which namespace: from a kubeconfig or from the pod.
import { existsSync, readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';

/**
 * The kubeconfig at `path`; without one KUBECONFIG, ~/.kube/config, or the ServiceAccount of the pod, in this order.
 * @throws Error of the file system or of the parser.
 */
export function kubeConfigOf(path: string | undefined): KubeConfig {
  const config = new KubeConfig();
  if (path === undefined) config.loadFromDefault();
  else config.loadFromFile(path);
  return config;
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
