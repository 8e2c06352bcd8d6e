// The data plane: a server for every listener of every load balancer, started and closed as the state changes.
import { held } from '../elb/find.ts';
import type { ElbState, World } from '../elb/state.ts';
import type { HealthChange } from '../state-file/entries.ts';
import { startHealthChecks } from './health-checks.ts';
import { TokenKeys } from './jwt.ts';
import { kindOf, type ListenerServer, startListenerServer } from './listener-server.ts';
import { TargetLoad } from './load.ts';
import type { DataPlaneContext } from './plane.ts';
import { DataPlaneSettings } from './settings.ts';
import { type Key, keyOf } from './tls.ts';
import { type Address, Upstreams } from './upstreams.ts';

export interface DataPlaneOptions {
  state: ElbState;
  world: World;
  /** The address that listeners listen on. */
  host: string;
  timeScale: number;
  targetAddress: (target: { id: string; port: number }) => Address | undefined;
  /** Told of every check that changes what AWS shows of a target. */
  healthChanged?: (change: HealthChange) => void;
}

/** Calls after which listeners may have come, gone or want another kind of server. */
const CHANGES_LISTENERS =
  /^((Create|Modify|Delete)(Listener|LoadBalancer|TrustStore)|ModifyLoadBalancerAttributes|(Add|Remove)(ListenerCertificates|TrustStoreRevocations))$/;

export class DataPlane {
  readonly #plane: DataPlaneContext;
  readonly #keys = new Map<string, Key>();
  readonly #servers = new Map<string, ListenerServer>();
  readonly #retired: ListenerServer[] = [];
  readonly #stopHealthChecks: () => void;
  /** Changes of servers, one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: DataPlaneOptions) {
    this.#plane = {
      ...options,
      upstreams: new Upstreams(),
      settings: new DataPlaneSettings(options.state),
      load: new TargetLoad(),
      // An identity provider on this machine may show a certificate of the account.
      tokenKeys: new TokenKeys(() => [...this.#keys.values()].map(({ certPem }) => certPem)),
    };
    this.#stopHealthChecks = startHealthChecks({
      ...options,
      becameHealthy: (target, alone) => this.#plane.load.becameHealthy(target, alone, Date.now()),
    });
  }

  knowCertificate(arn: string, certPem: string, keyPem: string): void {
    this.#keys.set(arn, keyOf(certPem, keyPem));
  }

  /** Brings settings and servers in line with the state after a call. */
  changed(action: string): Promise<void> {
    this.#plane.settings.forget();
    if (!CHANGES_LISTENERS.test(action)) return this.#work;
    this.#work = this.#work.then(() => this.#sync());
    return this.#work;
  }

  async #sync(): Promise<void> {
    const plane = this.#plane;
    const { listeners } = plane.state;
    for (const [arn, server] of this.#servers) {
      const listener = listeners.get(arn);
      if (listener !== undefined && kindOf(plane, listener) === server.kind) {
        server.refresh();
        continue;
      }
      this.#servers.delete(arn);
      if (listener === undefined) {
        await server.close();
        continue;
      }
      // A listener that needs another kind of server keeps its server's address, and clients their connections.
      server.retire();
      this.#retired.push(server);
      this.#servers.set(arn, await startListenerServer(plane, this.#keys, arn, server.address.port));
    }
    for (const arn of listeners.keys())
      if (!this.#servers.has(arn)) this.#servers.set(arn, await startListenerServer(plane, this.#keys, arn));
  }

  /** Undefined while the load balancer is provisioning: its name does not resolve yet. */
  listenerAddress(dnsName: string, port: number): Address | undefined {
    const { state } = this.#plane;
    const arn = state.dnsNames.get(dnsName.toLowerCase());
    if (arn === undefined) return undefined;
    const lb = held(state.loadBalancers, arn);
    return lb.activeAt > Date.now() ? undefined : this.#servers.get(lb.listeners[port] ?? '')?.address;
  }

  async close(): Promise<void> {
    this.#stopHealthChecks();
    await this.#work;
    await Promise.all([...this.#servers.values(), ...this.#retired].map((server) => server.close()));
    this.#plane.upstreams.close();
  }
}
