// The control plane as three processes: etcd, kube-apiserver, kube-controller-manager. Flags and readiness only.
//
//   etcd ──→ kube-apiserver (both at once: the API server waits for etcd itself) ──→ kube-controller-manager
import { request } from 'node:https';
import { join } from 'node:path';
import type { Tools } from './machine.ts';
import { type RunningProcess, startProcess, untilReady } from './process.ts';

/** The files and ports that the three agree on. */
export interface ControlPlane {
  readonly dir: string;
  readonly tools: Tools;
  readonly ports: { readonly etcd: number; readonly etcdPeer: number; readonly apiServer: number };
  readonly caPem: string;
}

/** File names inside `dir`, written before the first process starts. */
export const FILES = {
  ca: 'ca.crt',
  apiServerCert: 'apiserver.crt',
  apiServerKey: 'apiserver.key',
  serviceAccountKey: 'service-account.key',
  serviceAccountPublicKey: 'service-account.pub',
  adminKubeconfig: 'kubeconfig',
  controllerManagerKubeconfig: 'controller-manager.kubeconfig',
} as const;

/** The addresses of Services; the first is the Service `kubernetes`. */
export const SERVICE_RANGE = '10.96.0.0/16';

/** Less garbage collection for more memory: a third of the API server's work otherwise. */
const GO = { GOGC: '300' };

const CONTROLLERS = [
  'clusterrole-aggregation-controller',
  'deployment-controller',
  'endpointslice-controller',
  'garbage-collector-controller',
  'namespace-controller',
  'replicaset-controller',
  'root-ca-certificate-publisher-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'validatingadmissionpolicy-status-controller',
];

/** Starts etcd without fsync: the data is worth nothing, and a laptop's disk is slow. */
export function startEtcd({ dir, tools, ports }: ControlPlane): Promise<RunningProcess> {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return startProcess({
    name: 'etcd',
    command: tools.etcd,
    args: [
      '--unsafe-no-fsync',
      '--log-level=warn',
      `--data-dir=${join(dir, 'etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
    ],
    env: GO,
    log: join(dir, 'etcd.log'),
  });
}

/** Starts kube-apiserver with RBAC and its default admission plugins; it waits for etcd by itself. */
export function startApiServer({ dir, tools, ports }: ControlPlane): Promise<RunningProcess> {
  const file = (name: keyof typeof FILES) => join(dir, FILES[name]);
  return startProcess({
    name: 'kube-apiserver',
    command: tools.kubeApiserver,
    args: [
      `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.apiServer}`,
      `--tls-cert-file=${file('apiServerCert')}`,
      `--tls-private-key-file=${file('apiServerKey')}`,
      `--client-ca-file=${file('ca')}`,
      '--authorization-mode=Node,RBAC',
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${file('serviceAccountPublicKey')}`,
      `--service-account-signing-key-file=${file('serviceAccountKey')}`,
      `--service-cluster-ip-range=${SERVICE_RANGE}`,
      // Nothing reaches the API server through the Service `kubernetes` here, and it would refuse a loopback address.
      '--endpoint-reconciler-type=none',
      '--allow-privileged=true',
      '--profiling=false',
    ],
    env: GO,
    log: join(dir, 'kube-apiserver.log'),
  });
}

/** Starts kube-controller-manager with the controllers that a cluster without nodes of its own can use. */
export function startControllerManager({ dir, tools }: ControlPlane): Promise<RunningProcess> {
  const file = (name: keyof typeof FILES) => join(dir, FILES[name]);
  return startProcess({
    name: 'kube-controller-manager',
    command: tools.kubeControllerManager,
    args: [
      `--kubeconfig=${file('controllerManagerKubeconfig')}`,
      `--controllers=${CONTROLLERS.join(',')}`,
      `--service-account-private-key-file=${file('serviceAccountKey')}`,
      `--root-ca-file=${file('ca')}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
    ],
    env: GO,
    log: join(dir, 'kube-controller-manager.log'),
  });
}

/** Waits until the API server says that every one of its start-up steps is done. */
export function apiServerReady(plane: ControlPlane, apiServer: RunningProcess): Promise<void> {
  return untilReady(apiServer, () => answersOk(plane));
}

function answersOk({ ports, caPem }: ControlPlane): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(
      { host: '127.0.0.1', port: ports.apiServer, path: '/readyz', ca: caPem, timeout: 2_000, agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(false));
    call.end();
  });
}
