// Whole passes: Ingresses are applied to an API server in memory, and the real programs reconcile the group with an account until
// nothing is left to do. Nobody works at the same time: what is written is known at once (operator.ts has the opposite).

import type { Applied } from '../../alb/laws/paper.ts';
import type { Outcome } from '../../alb/plan/operation.ts';
import type { BindingStatus, LoadBalancerBinding } from '../../api/generated/binding.ts';
import { type Ingress, keyOf, type Service } from '../../api/kube.ts';
import type { KubeCall, KubeClient } from '../../kube/client.ts';
import type { Lookups } from '../facts/lookups.ts';
import type { Next } from '../queue/queue.ts';
import { type Account, openAccount } from './account.ts';
import { ApiServer, asBinding, asIngress, type Told } from './api-server.ts';
import { GROUP } from './groups.ts';
import { type Instead, lookupsOf } from './paper-lookups.ts';
import { note, type Programs, wirePrograms } from './programs.ts';

export interface Passes {
  readonly account: Account;
  /** What look-ups and Secrets answer instead, from now on. */
  readonly instead: Instead;
  /** Applies what is on the sheet and makes so many passes, whether anything is left to do or not. */
  attempt(sheet: Applied, passes: number): Promise<void>;
  /** Applies what is on the sheet, and takes away what is not, and goes on until nothing is left to do at once. */
  settle(sheet: Applied): Promise<void>;
  /** One more pass, `ms` later. */
  later(ms: number): Promise<void>;
  /**
   * Applies what is on the sheet. After so many calls, to AWS and to the API server together, or at rest, the controller is killed,
   * and another one starts, which knows what those two tell it. False when it had come to rest before.
   */
  kill(sheet: Applied, calls: number): Promise<boolean>;
  /**
   * Every call that was made, oldest first: its action, or method, kind and key, as `CreateRule` or
   * `PATCH loadbalancerbindings shop/web status`.
   */
  readonly calls: readonly string[];
  readonly api: ApiServer;
  /** By `namespace/name`. */
  statuses(): ReadonlyMap<string, BindingStatus>;
  /** The host names in the status of an Ingress (`namespace/name`). */
  addresses(key: string): readonly string[];
  /** Every status that was ever told, oldest first. */
  readonly history: readonly (readonly [key: string, status: BindingStatus])[];
  /** The bindings of the group as they are now. */
  bindings(): readonly LoadBalancerBinding[];
  /** What became of every operation that was tried, oldest first. */
  readonly outcomes: readonly Outcome[];
  /** The same, pass by pass. */
  readonly byPass: readonly (readonly Outcome[])[];
}

/** What is looked at again after longer than this is at rest. */
const AT_REST_MS = 500;
const MOST_PASSES = 60;

/** How long a process lives: once it was killed, nothing that it waits for comes. */
class Life {
  readonly #end = Promise.withResolvers<true>();
  readonly #log: string[];
  #calls = Number.POSITIVE_INFINITY;

  /** `log` gets the name of every call. */
  constructor(log: string[]) {
    this.#log = log;
  }

  get ended(): Promise<true> {
    return this.#end.promise;
  }

  endAfter(calls: number): void {
    this.#calls = calls;
  }

  /** Resolves when the process may make a call. */
  async call(name: string): Promise<void> {
    if (this.#calls === 0) {
      this.#end.resolve(true);
      await new Promise(() => undefined);
    }
    this.#calls -= 1;
    this.#log.push(name);
  }
}

/** `PATCH loadbalancerbindings shop/web status` */
function nameOf({ method, path }: KubeCall): string {
  const [, namespace, plural, name, sub] =
    /\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
  const key = name === undefined ? namespace : `${namespace}/${name}`;
  return [method, plural, key, sub].filter((part) => part !== undefined).join(' ');
}

/** A client whose requests an API server in memory answers. */
const clientOf = (api: ApiServer, life: Life, instead: Instead): KubeClient =>
  // Nothing on paper asks for the kubeconfig.
  ({
    async request(call: KubeCall) {
      const name = nameOf(call);
      await life.call(name);
      return instead.kube?.(name) ?? api.answer(call);
    },
  }) as Pick<KubeClient, 'request'> as KubeClient;

interface Around {
  readonly account: Account;
  readonly lookups: Lookups;
  readonly instead: Instead;
  now(): number;
}

/** The cluster: what is applied to it, and the controller that works on it. */
class Cluster {
  readonly api: ApiServer;
  programs: Programs;
  readonly calls: string[] = [];
  life = new Life(this.calls);
  readonly history: [key: string, status: BindingStatus][] = [];
  readonly outcomes: Outcome[] = [];
  readonly byPass: (readonly Outcome[])[] = [];
  /** Ingresses and bindings that changed since they were worked on, and members whose targets are to be told of. */
  readonly #changed = new Set<string>();
  readonly #published = new Set<string>();
  #sheet: Applied = { ingresses: [], services: [] };

  readonly #around: Around;
  /** Nothing is planned before the inventory is read. */
  #isLoaded = false;

  constructor(around: Around) {
    this.#around = around;
    this.api = new ApiServer((told) => this.#hear(told));
    this.programs = this.#wire();
  }

  /** The programs of a process that knows nothing. */
  #wire(): Programs {
    const { account, lookups, instead, now } = this.#around;
    const { life } = this;
    return wirePrograms({
      aws: account.connect({ before: (action) => life.call(action), after: () => undefined }),
      ...{ client: clientOf(this.api, life, instead), lookups, now },
      service: (namespace, name) => this.#service(namespace, name),
      secrets: async (_, named) =>
        new Map(named.map((one) => [one, instead.secret ?? { value: { id: one, secret: one } }])),
      health: () => ({ healthy: 1, total: 1 }),
      published: (members) => {
        for (const member of members) this.#published.add(member);
      },
      passed: ({ outcomes }) => {
        this.outcomes.push(...outcomes);
        this.byPass.push(outcomes);
      },
    });
  }

  /** Another process takes over. */
  restart(): void {
    this.life = new Life(this.calls);
    this.programs = this.#wire();
    this.#isLoaded = false;
    for (const kind of ['loadbalancerbindings', 'ingresses'] as const)
      for (const object of this.api.list(kind)) this.#hear({ kind, object, change: 'added' });
  }

  #service(namespace: string, name: string): Service | undefined {
    return this.#sheet.services.find((one) => keyOf(one) === `${namespace}/${name}`);
  }

  /** Every watch tells at once. */
  #hear({ kind, object, change }: Told): void {
    const { book } = this.programs;
    const key = keyOf(object);
    const gone = change === 'deleted';
    if (kind === 'ingresses') this.#read(asIngress(object), gone);
    if (kind !== 'loadbalancerbindings') return;
    const { status } = asBinding(object);
    if (status !== undefined && status !== book.bindingOf(key)?.status && book.entry(key) !== undefined)
      this.history.push([key, status]);
    book.binding(key, gone ? undefined : asBinding(object));
    this.#changed.add(key);
  }

  #read(ingress: Ingress, gone: boolean): void {
    const service = this.#service.bind(this);
    const namespace = this.api.namespace(ingress.metadata.namespace ?? '');
    note(this.programs.book, ingress, { ...this.#sheet.classes, service, gone, namespace });
    this.#changed.add(keyOf(ingress));
  }

  /** Applies what is on a sheet, and deletes what is not. */
  apply(sheet: Applied): void {
    const { api } = this;
    const before = this.#sheet;
    this.#sheet = sheet;
    const keys = new Set(sheet.ingresses.map(keyOf));
    for (const key of api.list('ingresses').map(keyOf)) if (!keys.has(key)) api.delete('ingresses', key);
    for (const one of sheet.ingresses) {
      const { namespace: name = '', creationTimestamp } = one.metadata;
      api.clock = creationTimestamp;
      api.apply('namespaces', `/${name}`, { metadata: { name } });
      api.apply('ingresses', keyOf(one), { metadata: one.metadata, spec: { ...one.spec } });
    }
    api.clock = undefined;
    // Services and classes may be others for Ingresses that are the same.
    if (sheet.services === before.services && sheet.classes === before.classes) return;
    for (const one of api.list('ingresses')) this.#read(asIngress(one), false);
  }

  /** Works on everything that changed, and on the group. */
  async work(): Promise<Next> {
    if (!this.#isLoaded) await this.programs.inventory.load();
    this.#isLoaded = true;
    await this.#drain(this.#changed, this.programs.derive);
    const next = await this.programs.reconcile(GROUP);
    await this.#drain(this.#published, this.programs.targetStatus);
    return next;
  }

  async #drain(keys: Set<string>, run: (key: string) => Promise<Next>): Promise<void> {
    for (const key of keys) {
      keys.delete(key);
      await run(key);
    }
  }

  addresses(of: string): readonly string[] {
    const one = this.api.list('ingresses').find((stored) => keyOf(stored) === of);
    const { status } = one === undefined ? {} : asIngress(one);
    return (status?.loadBalancer?.ingress ?? []).flatMap(({ hostname }) => hostname ?? []);
  }

  statuses(): ReadonlyMap<string, BindingStatus> {
    const { book } = this.programs;
    const all = this.api.list('loadbalancerbindings').map(asBinding);
    return new Map(
      all.flatMap((one): [string, BindingStatus][] =>
        one.status === undefined || book.entry(keyOf(one)) === undefined ? [] : [[keyOf(one), one.status]],
      ),
    );
  }
}

/** A controller for the group of `groups.ts`, and the account it works on. */
export function openPasses(): Passes {
  const instead: Instead = {};
  const account = openAccount();
  let time = 0;
  const cluster = new Cluster({ account, lookups: lookupsOf(account, instead), instead, now: () => time });
  /** One pass; whether something is left to do at once. */
  async function once(): Promise<boolean> {
    account.elb.context.now += 1_000;
    const next = await cluster.work();
    if (next === 'done' || (typeof next === 'object' && next.afterMs > AT_REST_MS)) return false;
    time += typeof next === 'object' ? next.afterMs : AT_REST_MS;
    return true;
  }
  async function untilRest(): Promise<void> {
    for (let passes = 0; passes < MOST_PASSES; passes += 1) if (!(await once())) return;
    throw new Error(`not at rest after ${MOST_PASSES} passes: ${JSON.stringify([...cluster.statuses()])}`);
  }
  return {
    account,
    instead,
    async settle(next) {
      cluster.apply(next);
      await untilRest();
    },
    async attempt(next, passes) {
      cluster.apply(next);
      for (let left = passes; left > 0; left -= 1) await once();
    },
    async later(ms) {
      time += ms;
      await untilRest();
    },
    async kill(next, calls) {
      cluster.life.endAfter(calls);
      cluster.apply(next);
      const isKilled = await Promise.race([cluster.life.ended, untilRest().then(() => false)]);
      cluster.restart();
      return isKilled;
    },
    ...{ api: cluster.api, calls: cluster.calls },
    statuses: () => cluster.statuses(),
    addresses: (key) => cluster.addresses(key),
    history: cluster.history,
    bindings: () => cluster.programs.book.of(GROUP),
    outcomes: cluster.outcomes,
    byPass: cluster.byPass,
  };
}
