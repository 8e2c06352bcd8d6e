// The data plane: a door for every listener of every load balancer, opened and closed as the state changes.
import { X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { ElbState, World } from '../elb/state.ts';
import { type Door, type Keys, keyOf, openDoor } from './door.ts';
import type { Address, Plane } from './forward.ts';
import { startHealthChecks } from './health-checks.ts';

export interface DataPlaneOptions {
  state: ElbState;
  world: World;
  timeScale: number;
  targetAddress: (target: { id: string; port: number }) => Address | undefined;
}

/** Calls after which listeners may have come, gone or changed their protocol. */
const CHANGES_DOORS = /^(Create|Modify|Delete)(Listener|LoadBalancer)$/;

export class DataPlane {
  readonly #plane: Plane;
  readonly #keys: Keys = new Map();
  readonly #doors = new Map<string, Door>();
  readonly #stopHealthChecks: () => void;
  /** Changes of doors, one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: DataPlaneOptions) {
    this.#plane = {
      state: options.state,
      world: options.world,
      targetAddress: options.targetAddress,
      agents: {
        http: new http.Agent({ keepAlive: true }),
        // A load balancer does not validate the certificates of its targets (ALB User Guide: Target groups).
        https: new https.Agent({ keepAlive: true, rejectUnauthorized: false }),
      },
      turns: new Map(),
    };
    this.#stopHealthChecks = startHealthChecks(options);
  }

  knowCertificate(arn: string, certPem: string, keyPem: string): void {
    const certificate = new X509Certificate(certPem);
    const names = (certificate.subjectAltName ?? '')
      .split(', ')
      .filter((name) => name.startsWith('DNS:'))
      .map((name) => name.slice('DNS:'.length).toLowerCase());
    this.#keys.set(arn, keyOf(certPem, keyPem, names));
  }

  /** Brings the doors in line with the state after a call. */
  changed(action: string): Promise<void> {
    if (!CHANGES_DOORS.test(action)) return this.#work;
    this.#work = this.#work.then(() => this.#sync());
    return this.#work;
  }

  async #sync(): Promise<void> {
    const { listeners } = this.#plane.state;
    for (const [arn, door] of this.#doors) {
      if (listeners.get(arn)?.protocol === door.protocol) {
        door.refresh();
        continue;
      }
      this.#doors.delete(arn);
      await door.close();
      // A listener that changed its protocol keeps its door's address.
      if (listeners.has(arn))
        this.#doors.set(arn, await openDoor(this.#plane, this.#keys, arn, door.address.port));
    }
    for (const arn of listeners.keys())
      if (!this.#doors.has(arn)) this.#doors.set(arn, await openDoor(this.#plane, this.#keys, arn));
  }

  /** Undefined while the load balancer is provisioning: its name does not resolve yet. */
  frontDoor(dnsName: string, port: number): Address | undefined {
    const { state } = this.#plane;
    const lb = state.loadBalancers.get(state.dnsNames.get(dnsName.toLowerCase()) ?? '');
    if (lb !== undefined && lb.activeAt > Date.now()) return undefined;
    return this.#doors.get(lb?.listeners[port] ?? '')?.address;
  }

  async close(): Promise<void> {
    this.#stopHealthChecks();
    await this.#work;
    await Promise.all([...this.#doors.values()].map((door) => door.close()));
    this.#plane.agents.http.destroy();
    this.#plane.agents.https.destroy();
  }
}
