// The controller as a whole, on an API server and an AWS over HTTP: what it begins when, and how it ends.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ingress, readingsAndBindings, service } from '../alb/laws/paper.ts';
import { CONTROLLER } from '../api/ownership.ts';
import { ApiServer } from '../e2e/harness/api-server.ts';
import { freePorts } from '../e2e/harness/machine.ts';
import { KINDS } from '../kube/kinds.ts';
import type { Lease } from '../kube/lease.ts';
import { runController } from './main.ts';
import { type ControllerOptions, DEFAULTS } from './options.ts';
import { SERVICE_LABEL } from './targets/slice-index.ts';
import { targetsHash } from './targets/target-health.ts';
import { WATCHED } from './watched.ts';

const LEASE = { namespace: 'albatross-system', name: DEFAULTS.leaderElectionId };
const ELSEWHERE = 'elsewhere_boot_1_aa';
const WEB = { namespace: 'shop', name: 'web' };
const WEB_INGRESS = ingress({ spec: { ingressClassName: 'alb' } });

let server: ApiServer;
let aws: Server;
/** AWS actions that were asked for, oldest first. */
let actions: string[];
/** An action is answered when this resolves: nothing is there. */
let answering: (action: string) => Promise<unknown> | undefined;
let options: ControllerOptions;
let ending: AbortController;
let lines: string[];
let isReady: boolean;

beforeEach(async () => {
  [actions, lines, isReady, ending] = [[], [], false, new AbortController()];
  answering = () => undefined;
  server = await ApiServer.start();
  server.put(KINDS.ingressClasses, { metadata: { name: 'alb' }, spec: { controller: CONTROLLER } });
  server.put(KINDS.namespaces, { metadata: { name: 'shop' } });
  server.put(KINDS.services, service());
  server.put(KINDS.ingresses, WEB_INGRESS);
  aws = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    const target = request.headers['x-amz-target'];
    const action = form.get('Action') ?? String(target).replace(/^.*\./, '');
    actions.push(action);
    await answering(action);
    const xml = `<${action}Response><${action}Result></${action}Result></${action}Response>`;
    response.end(target === undefined ? xml : '{}');
  }).listen(0, '127.0.0.1');
  await once(aws, 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(aws.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  const [metricsPort = 0, healthPort = 0] = await freePorts(2);
  options = {
    ...DEFAULTS,
    ...{ clusterName: 'prod', awsVpcId: 'vpc-1', awsRegion: 'us-west-2', awsMaxRetries: 1 },
    ...{ metricsPort, healthPort, leaderElectionNamespace: LEASE.namespace },
  };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  aws.closeAllConnections();
  aws.close();
  await server.stop();
});

const run = (): Promise<0 | 1> =>
  runController(options, {
    ...{ kubeConfig: server.kubeConfig, ending: ending.signal },
    log: pino({}, { write: (line) => void lines.push(JSON.parse(line).msg) }),
    ready: () => {
      isReady = true;
    },
  });

const holder = () => (server.read(KINDS.leases, LEASE) as Lease | undefined)?.spec?.holderIdentity;
const heldBy = (holderIdentity: string): void =>
  void server.put(KINDS.leases, {
    ...{ metadata: LEASE, spec: { holderIdentity, leaseDurationSeconds: 60 } },
  } as never);
const binding = () => server.read(KINDS.bindings, WEB);
const readyz = async () => {
  const { status } = await fetch(`http://127.0.0.1:${options.healthPort}/readyz`);
  return status;
};
/** Whatever would come early comes while it answers this. */
async function aWhile(): Promise<void> {
  for (let times = 0; times < 20; times += 1) await readyz();
}
/** What it wrote to the API server, its Lease apart. */
const writes = (): string[] =>
  server.lines.filter((line) => !/^(GET|WATCH) /.test(line) && !line.includes('/leases'));

test('without its ports it begins nothing, and says both', async () => {
  const others = [createServer(), createServer()];
  const [metricsPort = 0, healthPort = 0] = await Promise.all(
    others.map(async (other) => {
      await once(other.listen(0), 'listening');
      return (other.address() as AddressInfo).port;
    }),
  );
  options = { ...options, metricsPort, healthPort };
  const taken = (flag: string, port: number): string =>
    `${flag} ${port}: the port is taken; choose another one, or end what listens there`;
  await expect(run()).rejects.toThrow(
    `${taken('--metrics-port', metricsPort)}; ${taken('--health-port', healthPort)}`,
  );
  expect([isReady, server.requests, actions, lines]).toEqual([false, [], [], []]);
  for (const other of others) other.close();
});

/** A target group of ip targets without any, as the process before left it; and a pod that came since. */
function remembering(): void {
  const [known] = readingsAndBindings({ ingresses: [WEB_INGRESS], services: [service()] });
  if (known === undefined) throw new Error('nothing is bound');
  const arn = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/web/0123456789abcdef';
  const kind = { targetType: 'ip', ipAddressType: 'ipv4' } as const;
  const targetGroup = { name: 'web', arn, service: 'web', port: 80, ...kind, healthy: 0, total: 0 };
  const status = { cluster: 'prod', targetGroups: [targetGroup], registered: { [arn]: targetsHash([]) } };
  server.put(KINDS.bindings, { ...known.binding, status });
  server.put(KINDS.endpointSlices, {
    metadata: { namespace: 'shop', name: 'web-1', labels: { [SERVICE_LABEL]: 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080 }],
    endpoints: [{ addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', name: 'web-1' } }],
  });
}

describe('it begins', () => {
  test('when it leads, and works when all is known', async () => {
    const late = Promise.withResolvers<undefined>();
    server.bend(({ path }) => (path.endsWith('/nodes') ? late.promise : undefined));
    const running = run();
    const kinds = Object.keys(WATCHED).length;
    await expect.poll(() => server.watches).toBe(kinds - 1);
    expect([isReady, await readyz(), holder()]).toEqual([true, 200, expect.any(String)]);
    await aWhile();
    expect([writes(), lines.includes('synced')]).toEqual([[], false]);
    late.resolve(undefined);
    await expect.poll(binding).toBeDefined();
    expect(lines).toContain('synced');
    ending.abort('SIGTERM');
    expect(await running).toBe(0);
  });

  test('nothing while another one leads', async () => {
    heldBy(ELSEWHERE);
    const running = run();
    await expect.poll(() => lines).toContain('another controller leads; waiting');
    expect([isReady, await readyz(), actions, server.watches]).toEqual([true, 200, [], 0]);
    ending.abort('SIGTERM');
    expect(await running).toBe(0);
    expect([writes(), holder()]).toEqual([[], ELSEWHERE]);
  });

  test('without an inventory nothing in the cluster', async () => {
    answering = async () => aws.closeAllConnections();
    const running = run();
    await expect.poll(() => lines).toContain('cannot read the inventory');
    await expect.poll(() => server.watches).toBe(Object.keys(WATCHED).length);
    await aWhile();
    expect([writes(), lines.includes('synced')]).toEqual([[], false]);
    ending.abort('SIGTERM');
    expect(await running).toBe(0);
  });

  test('with the targets that bindings remember, whatever the inventory costs', async () => {
    remembering();
    const late = Promise.withResolvers<undefined>();
    answering = (action) => (action === 'DescribeLoadBalancers' ? late.promise : undefined);
    const running = run();
    await expect.poll(() => actions).toContain('RegisterTargets');
    expect(lines).not.toContain('synced');
    // The hash of what was registered before, and nothing else.
    expect(writes()).toEqual([
      'PATCH /apis/albatross.dev/v1alpha1/namespaces/shop/loadbalancerbindings/web/status',
    ]);
    late.resolve(undefined);
    await expect.poll(() => lines).toContain('synced');
    ending.abort('SIGTERM');
    expect(await running).toBe(0);
  });
});

describe('it ends', () => {
  test('in order: what runs is finished, the lease is given back, ports and watches are closed', async () => {
    const late = Promise.withResolvers<void>();
    answering = (action) => (action === 'DescribeSubnets' ? late.promise : undefined);
    const running = run();
    await expect.poll(() => actions).toContain('DescribeSubnets');
    const before = holder();
    ending.abort('SIGTERM');
    await expect.poll(() => server.watches).toBe(0);
    expect([await readyz(), holder()]).toEqual([503, before]);
    late.resolve();
    expect(await running).toBe(0);
    expect([before === undefined, holder()]).toEqual([false, undefined]);
    // What the pass found out was written, and only then the lease was.
    const last = (what: RegExp) => server.lines.findLastIndex((line) => what.test(line));
    expect(last(/^PATCH .*\/web\/status$/)).toBeGreaterThan(0);
    expect(last(/^PUT .*\/leases\//)).toBeGreaterThan(last(/^(?!.*\/leases\/)/));
    await expect(readyz()).rejects.toThrow();
  });

  test('with 1 when another one took the lease, and writes no more', async () => {
    answering = () => new Promise(() => undefined);
    const running = run();
    await expect.poll(() => actions.length).toBeGreaterThan(0);
    heldBy(ELSEWHERE);
    expect(await running).toBe(1);
    expect(lines).toContain('leadership lost');
    expect([writes(), holder()]).toEqual([[], ELSEWHERE]);
    ending.abort('SIGTERM');
  });
});
