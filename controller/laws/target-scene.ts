// One target group, the endpoints of its Service, and the targets program between them: on paper, with a clock that stands still.
import type { Backend } from '../../alb/desire/desiring.ts';
import { failureOf } from '../../alb/failures/failure.ts';
import { service } from '../../alb/laws/paper.ts';
import type { EndpointSlice, Node, Pod, Service } from '../../api/kube.ts';
import type { Aws } from '../aws/client.ts';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import type { World } from '../targets/endpoints.ts';
import type { Serving } from '../targets/serving.ts';
import { Targets, type TargetsOptions } from '../targets/targets.ts';

export const ARN = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/web/0123456789abcdef';

export const BACKEND: Backend = {
  ...{ id: 'targetGroup/shop/web/web:80', member: 'shop/web', namespace: 'shop', service: 'web', port: 80 },
  ...{ targetType: 'ip', ipAddressType: 'ipv4', reach: [8080] },
};

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: {
    readonly Targets?: readonly { Id?: string; Port?: number; AvailabilityZone?: string }[];
  };
}

/** What AWS says of a target that is registered; `healthy` unless told. */
export interface Ailment {
  readonly State: string;
  readonly Reason?: string;
  readonly Description?: string;
}

/** A target group whose targets are healthy at once; `log` has every call and every word about the binding. */
export class TargetGroupAccount {
  readonly log: string[];
  /** Addresses. */
  readonly registered: string[];
  readonly ailments = new Map<string, Ailment>();
  /** The name of an error that AWS answers a call with, by its action and the ids in it. */
  refuse: (action: string, ids: readonly string[]) => string | undefined = () => undefined;

  constructor(registered: string[] = [], log: string[] = []) {
    this.registered = registered;
    this.log = log;
  }

  get aws(): Aws {
    return { elbv2: { send: (command: Command) => this.#send(command) } } as unknown as Aws;
  }

  async #send({ constructor: { name }, input }: Command): Promise<object> {
    const action = name.replace('Command', '');
    const ids = (input.Targets ?? []).map(({ Id }) => Id ?? '');
    const zones = (input.Targets ?? []).map(({ Id, AvailabilityZone: zone }) =>
      zone ? `${Id}@${zone}` : Id,
    );
    this.log.push([action, ...zones].join(' '));
    const error = this.refuse(action, zones.map(String));
    if (error !== undefined)
      throw failureOf(action, {
        name: error,
        message: `${ids.length} targets`,
        $metadata: { httpStatusCode: 400 },
      });
    if (action === 'RegisterTargets')
      this.registered.push(...ids.filter((id) => !this.registered.includes(id)));
    const gone = new Set(action === 'DeregisterTargets' ? ids : []);
    this.registered.splice(0, Infinity, ...this.registered.filter((id) => !gone.has(id)));
    const TargetHealthDescriptions = this.registered.map((Id) => ({
      Target: { Id, Port: 8080 },
      TargetHealth: this.ailments.get(Id) ?? { State: 'healthy' },
    }));
    return { TargetHealthDescriptions };
  }

  /** The calls that change something. */
  changes(): string[] {
    return this.log.filter((line) => /^(R|Der)egister/.test(line));
  }
}

/** Endpoints of one Service on paper. Addresses in 10.1.0.0/16 are of pods that are not ready. */
export interface Paper {
  /** Addresses. */
  readonly pods: string[];
  /** Addresses of pods that end. */
  readonly ending: string[];
  /** Addresses that are no pods'. */
  readonly strays: string[];
  readonly nodes: Node[];
  /** Addresses of pods that are gone. */
  readonly gone: string[];
  service: Service | undefined;
}

type PaperEndpoint = NonNullable<EndpointSlice['endpoints']>[number];

const endpointAt = (address: string, more: PaperEndpoint['conditions']): PaperEndpoint => ({
  addresses: [address],
  targetRef: { kind: 'Pod', name: `pod-${address}` },
  nodeName: 'a',
  conditions: { ready: !address.startsWith('10.1.'), ...more },
});

const runningPod = (name: string): Pod => ({
  metadata: { name },
  status: { conditions: [{ type: 'ContainersReady', status: 'True' }] },
});

/** The endpoints as the targets program sees them. */
export const worldOf = (paper: Paper): World => ({
  service: () => paper.service,
  nodes: () => paper.nodes,
  isPodAt: (address) => !paper.gone.includes(address),
  pod: (_, name) => (paper.gone.some((address) => name === `pod-${address}`) ? undefined : runningPod(name)),
  slices: () => [
    {
      metadata: { name: 'web', namespace: 'shop' },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080 }],
      endpoints: [
        ...paper.pods.map((address) => endpointAt(address, {})),
        ...paper.ending.map((address) => endpointAt(address, { ready: false, terminating: true })),
        ...paper.strays.map((address) => ({ addresses: [address], conditions: { ready: true } })),
      ],
    },
  ],
});

export interface Scene {
  /** In AWS. */
  readonly registered?: string[];
  /** Addresses of pods. */
  readonly pods?: string[];
  /** What the binding says. */
  readonly remembered?: TargetGroupHealth;
  readonly toldDown?: true;
  readonly written?: () => boolean;
  readonly shared?: true;
  readonly maxTargets?: number;
  /** What this cluster noted of a shared target group, as `id:port`; undefined: it cannot be read. */
  readonly noted?: readonly string[] | 'unreadable';
  readonly account?: TargetGroupAccount;
}

/** Plays one cluster. */
export function play(scene: Scene) {
  const { pods = [], remembered, written = () => true, shared, maxTargets = 0, noted = [] } = scene;
  const account = scene.account ?? new TargetGroupAccount(scene.registered);
  const { log } = account;
  const paper: Paper = { pods, ending: [], strays: [], nodes: [], gone: [], service: service() };
  const clock = { now: 0, waiting: 0 };
  const seen: boolean[] = [];
  const enqueued: string[] = [];
  const told: string[] = [];
  const cluster = { unseen: undefined as string | undefined, noted };
  const options: TargetsOptions = {
    ...{ aws: account.aws, world: worldOf(paper), maxTargets },
    served: () => undefined,
    withdrawn: () => log.push('withdrawn'),
    async forget() {
      log.push('forget');
      return written();
    },
    own: {
      read: async () => (cluster.noted === 'unreadable' ? undefined : new Set(cluster.noted)),
      async write(_, keys) {
        log.push(`note ${[...keys].sort().join(' ')}`.trim());
        cluster.noted = [...keys];
        return written();
      },
      async forget() {
        log.push('forget own');
      },
    },
    unseen: () => cluster.unseen,
    ...{ waiting: () => clock.waiting, seen: (_, someUnhealthy) => seen.push(someUnhealthy) },
    drifted: (_, lines) => log.push(`drift: ${lines.join('; ')}`),
    tell: (_, { reason, note }) => told.push(`${reason}: ${note}`),
    now: () => clock.now,
    random: () => 0.5,
    inVpc: async (address) => !address.startsWith('192.168.'),
    enqueue: (arn) => enqueued.push(arn),
    changed: (_, awaited) => log.push(awaited ? 'changed, awaited' : 'changed'),
    lost: () => log.push('lost'),
    failed: (_, { code }) => log.push(`failed: ${code}`),
  };
  const serving: Serving = {
    ...{ arn: ARN, name: 'web', group: 'shop/web', made: false, policy: 'sync' },
    backend: shared ? { ...BACKEND, shared } : BACKEND,
    ...(remembered === undefined ? {} : { remembered }),
    ...(scene.toldDown === undefined ? {} : { toldDown: scene.toldDown }),
  };
  const targets = new Targets(options);
  targets.serve('shop/web', [serving], false);
  return {
    ...{ targets, serving, account, log, clock, paper, pods, enqueued, seen, told, cluster },
    run: () => targets.reconcile(ARN),
    /** Runs after the window in which changes are joined. */
    async runLater(ms = 2_000) {
      clock.now += ms;
      return targets.reconcile(ARN);
    },
  };
}
