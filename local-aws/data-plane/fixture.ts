// A load balancer with real sockets over the state in memory: no moto and no API in front, for traffic and benchmarks.
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http';
import { type AddressInfo, type Server as NetServer, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type {
  Action,
  CreateListenerCommandInput,
  CreateTargetGroupCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type InMemory, inMemory } from '../elb/in-memory.ts';
import type { ActionName } from '../elb/model.ts';
import type { InputOf, OutputOf } from '../elb/perform.ts';
import { DataPlane } from './data-plane.ts';
import { selfSignedCertificate } from './self-signed.ts';
import type { Address } from './upstreams.ts';

export interface FetchedPage {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

export interface DataPlaneFixture {
  readonly aws: InMemory;
  readonly plane: DataPlane;
  readonly arn: string;
  /** One call, with the servers of listeners brought in line afterwards. */
  call<A extends ActionName>(action: A, input: InputOf<A>): Promise<OutputOf<A>>;
  /** Makes what listens at `address` the target `id:port`. */
  mapTarget(target: string, address: Address): void;
  /** Starts an HTTP server that is the target `id:port`. */
  serve(target: string, handler: RequestListener): Promise<Server>;
  /** The ARN of a group of ip targets on port 80. */
  group(ids: readonly string[], changes?: Partial<CreateTargetGroupCommandInput>): Promise<string>;
  attributes(group: string, values: Record<string, string>): Promise<unknown>;
  /** The ARN of an HTTP listener. */
  http(port: number, action: Action): Promise<string>;
  /** The ARN of an HTTPS listener with a certificate for `localhost` that clients may trust by `ca`. */
  https(
    port: number,
    actions: readonly Action[],
    changes?: Partial<CreateListenerCommandInput>,
  ): Promise<string>;
  readonly ca: string;
  /** Where the listener on a port really listens. */
  addressOf(port: number): Address;
  /** Asks an HTTP listener over a connection of its own. */
  ask(port: number, path: string, headers?: Record<string, string>, method?: string): Promise<FetchedPage>;
  close(): Promise<void>;
}

const CERTIFICATE = 'arn:aws:acm:us-west-2:123456789012:certificate/one';

export const to = (TargetGroupArn: string): Action => ({ Type: 'forward', TargetGroupArn });

/** Listens on any free port of this machine. */
export async function listen(server: NetServer): Promise<Address> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

/** A load balancer in the account on paper; `timeScale` is real seconds for each configured one. */
export async function startDataPlane(timeScale: number): Promise<DataPlaneFixture> {
  const aws = inMemory();
  aws.context.timeScale = timeScale;
  const targets = new Map<string, Address>();
  const servers: Server[] = [];
  const plane = new DataPlane({
    state: aws.state,
    world: aws.context.world,
    host: '127.0.0.1',
    timeScale,
    targetAddress: ({ id, port }) => targets.get(`${id}:${port}`),
  });
  const { certPem, keyPem } = await selfSignedCertificate('localhost');
  plane.knowCertificate(CERTIFICATE, certPem, keyPem);
  const call: DataPlaneFixture['call'] = async (action, input) => {
    aws.context.now = Date.now();
    const answer = aws.call(action, input);
    await plane.changed(action);
    return answer;
  };
  const created = await call('CreateLoadBalancer', { Name: 'lb', Subnets: ['subnet-a', 'subnet-b'] });
  const { LoadBalancerArn: arn = '', DNSName: dns = '' } = created.LoadBalancers?.[0] ?? {};
  const addressOf = (port: number): Address => {
    const found = plane.listenerAddress(dns, port);
    if (found === undefined) throw new Error(`no listener on port ${port}`);
    return found;
  };
  return {
    aws,
    plane,
    arn,
    call,
    ca: certPem,
    addressOf,
    ...makers(call, arn),
    mapTarget: (target, address) => targets.set(target, address),
    serve: async (target, handler) => {
      const server = createServer(handler);
      servers.push(server);
      targets.set(target, await listen(server));
      return server;
    },
    ask: (port, path, headers = {}, method = 'GET') => ask(addressOf(port), path, headers, method),
    close: async () => {
      await plane.close();
      for (const server of servers) server.close().closeAllConnections();
    },
  };
}

function makers(
  call: DataPlaneFixture['call'],
  LoadBalancerArn: string,
): Pick<DataPlaneFixture, 'group' | 'attributes' | 'http' | 'https'> {
  let serial = 0;
  return {
    group: async (ids, changes = {}) => {
      const { TargetGroups: groups } = await call('CreateTargetGroup', {
        Name: `tg-${++serial}`,
        Protocol: 'HTTP',
        Port: 80,
        VpcId: 'vpc-1',
        TargetType: 'ip',
        HealthCheckIntervalSeconds: 10,
        ...changes,
      });
      const TargetGroupArn = groups?.[0]?.TargetGroupArn ?? '';
      if (ids.length > 0)
        await call('RegisterTargets', { TargetGroupArn, Targets: ids.map((Id) => ({ Id })) });
      return TargetGroupArn;
    },
    attributes: (TargetGroupArn, values) =>
      call('ModifyTargetGroupAttributes', {
        TargetGroupArn,
        Attributes: Object.entries(values).map(([Key, Value]) => ({ Key, Value })),
      }),
    http: async (Port, action) => {
      const { Listeners: listeners } = await call('CreateListener', {
        LoadBalancerArn,
        Port,
        Protocol: 'HTTP',
        DefaultActions: [action],
      });
      return listeners?.[0]?.ListenerArn ?? '';
    },
    https: async (Port, actions, changes = {}) => {
      const { Listeners: listeners } = await call('CreateListener', {
        LoadBalancerArn,
        Port,
        Protocol: 'HTTPS',
        Certificates: [{ CertificateArn: CERTIFICATE }],
        DefaultActions: [...actions],
        ...changes,
      });
      return listeners?.[0]?.ListenerArn ?? '';
    },
  };
}

async function ask(
  address: Address,
  path: string,
  headers: Record<string, string>,
  method: string,
): Promise<FetchedPage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ ...address, path, method, headers, agent: false }, resolve)
      .on('error', reject)
      .end();
  });
  return { status: response.statusCode ?? 0, body: await text(response), headers: response.headers };
}

/** Sends bytes over a connection of its own; gives everything that comes back until it is closed. */
export async function raw(address: Address, bytes: string): Promise<string> {
  const socket = new Socket().connect(address.port, address.host);
  socket.write(bytes);
  return text(socket);
}
