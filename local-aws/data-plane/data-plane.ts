// The data plane: a door for every listener of every load balancer, opened and closed as the state changes.
import { held } from '../elb/find.ts';
import type { ElbState, World } from '../elb/state.ts';
import type { HealthChange } from '../state-file/entries.ts';
import { type Door, kindOf, openDoor } from './door.ts';
import { startHealthChecks } from './health-checks.ts';
import { TokenKeys } from './jwt.ts';
import { TargetLoad } from './load.ts';
import type { Plane } from './plane.ts';
import { Settings } from './settings.ts';
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

/** Calls after which listeners may have come, gone or want another kind of door. */
const CHANGES_DOORS =
  /^((Create|Modify|Delete)(Listener|LoadBalancer|TrustStore)|ModifyLoadBalancerAttributes|(Add|Remove)(ListenerCertificates|TrustStoreRevocations))$/;

export class DataPlane {
  readonly #plane: Plane;
  readonly #keys = new Map<string, Key>();
  readonly #doors = new Map<string, Door>();
  readonly #retired: Door[] = [];
  readonly #stopHealthChecks: () => void;
  /** Changes of doors, one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: DataPlaneOptions) {
    this.#plane = {
      ...options,
      upstreams: new Upstreams(),
      settings: new Settings(options.state),
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

  /** Brings settings and doors in line with the state after a call. */
  changed(action: string): Promise<void> {
    this.#plane.settings.forget();
    if (!CHANGES_DOORS.test(action)) return this.#work;
    this.#work = this.#work.then(() => this.#sync());
    return this.#work;
  }

  async #sync(): Promise<void> {
    const plane = this.#plane;
    const { listeners } = plane.state;
    for (const [arn, door] of this.#doors) {
      const listener = listeners.get(arn);
      if (listener !== undefined && kindOf(plane, listener) === door.kind) {
        door.refresh();
        continue;
      }
      this.#doors.delete(arn);
      if (listener === undefined) {
        await door.close();
        continue;
      }
      // A listener that needs another kind of door keeps its door's address, and clients their connections.
      door.retire();
      this.#retired.push(door);
      this.#doors.set(arn, await openDoor(plane, this.#keys, arn, door.address.port));
    }
    for (const arn of listeners.keys())
      if (!this.#doors.has(arn)) this.#doors.set(arn, await openDoor(plane, this.#keys, arn));
  }

  /** Undefined while the load balancer is provisioning: its name does not resolve yet. */
  frontDoor(dnsName: string, port: number): Address | undefined {
    const { state } = this.#plane;
    const arn = state.dnsNames.get(dnsName.toLowerCase());
    if (arn === undefined) return undefined;
    const lb = held(state.loadBalancers, arn);
    return lb.activeAt > Date.now() ? undefined : this.#doors.get(lb.listeners[port] ?? '')?.address;
  }

  async close(): Promise<void> {
    this.#stopHealthChecks();
    await this.#work;
    await Promise.all([...this.#doors.values(), ...this.#retired].map((door) => door.close()));
    this.#plane.upstreams.close();
  }
}
