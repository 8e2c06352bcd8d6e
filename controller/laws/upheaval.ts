// Upheaval: people, the namespace controller, the garbage collector and a killed process change a cluster on paper at the same
// time as the controller works on it, in any order, with writes and calls that are refused or whose answer is lost.

import { failureOf } from '../../alb/failures/failure.ts';
import { CLUSTER, ingress, service } from '../../alb/laws/paper.ts';
import { CLUSTER_TAG, STACK_TAG } from '../../api/aws.ts';
import { heldGroups } from '../../api/binding/finalizers.ts';
import { keyOf, type Service } from '../../api/kube.ts';
import type { KubeCall, KubeFailure, KubeOutcome } from '../../kube/client.ts';
import { type Account, openAccount } from './account.ts';
import { ApiServer, type Stored } from './api-server.ts';
import { type Operator, startOperator } from './operator.ts';
import { type Turns, takeTurns } from './turns.ts';

/** What somebody does. Keys are `namespace/name`. */
export type Deed =
  | {
      readonly do: 'apply';
      readonly key: string;
      readonly group: string;
      readonly finalizers: readonly string[];
    }
  | { readonly do: 'delete'; readonly what: 'ingresses' | 'loadbalancerbindings'; readonly key: string }
  | { readonly do: 'deleteNamespace' | 'makeNamespace' | 'fill' | 'empty'; readonly namespace: string }
  | { readonly do: 'deleteService' | 'deleteKind' | 'makeKind' | 'kill' };

export interface Upheaval {
  /** Does something, after the others had so many turns. */
  after(turns: number, deed: Deed): Promise<void>;
  /** Ends all trouble, and goes on until nothing happens any more; answers how long that took, in milliseconds. */
  rest(): Promise<number>;
  /** Ends refusals by chance and lost answers, not quotas and kinds that are gone, and lets so many milliseconds pass. */
  calm(ms: number): Promise<void>;
  readonly api: ApiServer;
  /** Stacks that AWS has something of, and whether it has the security group that all share. */
  inAws(): { readonly stacks: readonly string[]; readonly shared: boolean };
  /** When something in AWS had nobody to answer for it, and what was thrown. */
  readonly broken: readonly string[];
}

/** Of all writes and calls while there is trouble, those that end in it. */
const TROUBLE = 0.12;
const MUTATES = /^(Create|Delete|Modify|Set|Add|Remove|Authorize|Revoke)/;
const MOST_STEPS = 6_000;
const START = Date.UTC(2026, 1, 1);

function inAws({ elb, securityGroups }: Account) {
  const all = [
    ...elb.state.loadBalancers.values(),
    ...elb.state.targetGroups.values(),
    ...[...securityGroups.values()].map(({ Tags = [] }) => ({
      tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
    })),
  ].filter(({ tags }) => tags[CLUSTER_TAG] === CLUSTER.name);
  const stacks = new Set(all.flatMap(({ tags }) => tags[STACK_TAG] ?? []));
  return { stacks: [...stacks].sort(), shared: all.some(({ tags }) => tags[STACK_TAG] === undefined) };
}

class Staged implements Upheaval {
  readonly api: ApiServer;
  readonly broken: string[] = [];
  readonly #turns: Turns;
  readonly #account = openAccount();
  readonly #timers: { readonly at: number; readonly run: () => void }[] = [];
  readonly #services = new Map<string, Service>();
  #operator: Operator | undefined;
  /** Counts processes: those before are dead. */
  #process = 0;
  #now = START;
  #trouble = true;
  #tidying = false;

  constructor(seed: number) {
    this.#turns = takeTurns(seed);
    this.api = new ApiServer((told) => {
      this.#operator?.tell(told);
      this.#check(`${told.change} ${told.kind} ${keyOf(told.object)}`);
      this.#tidy();
    });
    this.#start();
  }

  inAws() {
    return inAws(this.#account);
  }

  async after(turns: number, deed: Deed): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) if (!(await this.#turns.step()) && !this.#pass(5_000)) break;
    this.#perform(deed);
    this.#check(deed.do);
  }

  async calm(ms: number): Promise<void> {
    this.#trouble = false;
    const end = this.#now + ms;
    while ((await this.#turns.step()) || (this.#now < end && this.#pass(ms)));
  }

  async rest(): Promise<number> {
    this.#trouble = false;
    this.api.full.clear();
    if (this.api.kind === 'gone') this.api.kind = 'there';
    this.#tidy();
    const begun = this.#now;
    for (let steps = 0; (await this.#turns.step()) || this.#pass(40_000); steps += 1)
      if (steps > MOST_STEPS) {
        this.broken.push(`no rest after ${steps} steps`);
        break;
      }
    return this.#now - begun;
  }

  /** THE INVARIANT of bindings.ts. */
  #check(after: string): void {
    const held = new Set(this.api.holders().flatMap((one) => heldGroups(one)));
    const { stacks, shared } = this.inAws();
    const left = stacks.filter((stack) => !held.has(stack) && !this.#heldByLbc(stack));
    if (left.length > 0) this.broken.push(`nobody answers for ${left} after: ${after}`);
    if (shared && held.size === 0 && left.length === 0 && !this.#heldByLbc())
      this.broken.push(`nobody answers for the shared security group after: ${after}`);
  }

  #heldByLbc(stack?: string): boolean {
    const names = stack === undefined ? [] : [`group.ingress.k8s.aws/${stack}`];
    return this.api.list('ingresses').some((one) => {
      const { finalizers = [] } = one.metadata;
      if (stack === undefined) return finalizers.some((name) => name.includes('ingress.k8s.aws/'));
      const own = keyOf(one) === stack ? ['ingress.k8s.aws/resources'] : [];
      return [...names, ...own].some((name) => finalizers.includes(name));
    });
  }

  /** Lets time pass until the next timer, if that is soon enough. */
  #pass(within: number): boolean {
    this.#timers.sort((a, b) => a.at - b.at);
    const [first] = this.#timers;
    if (first === undefined || first.at - this.#now > within) return false;
    this.#timers.shift();
    this.#now = Math.max(this.#now, first.at);
    this.#account.elb.context.now = this.#now;
    first.run();
    return true;
  }

  #start(): void {
    this.#process += 1;
    const mine = this.#process;
    const alive = (): boolean => this.#process === mine;
    const turn = async (): Promise<void> => {
      await this.#turns.turn();
      // Killed: it never goes on.
      if (!alive()) await new Promise(() => undefined);
    };
    this.#operator = startOperator({
      ...{ api: this.api, account: this.#account, turn, now: () => this.#now },
      aws: this.#account.connect({
        before: async (action) => {
          await turn();
          if (MUTATES.test(action) && this.#unlucky()) throw this.#failure(action);
        },
        after: (action) => {
          this.#check(action);
          if (MUTATES.test(action) && this.#unlucky()) throw this.#failure(action);
        },
      }),
      client: {
        request: async (call: KubeCall) => (await this.#answer(call, turn)) as KubeOutcome<never>,
      } as never,
      service: (namespace, name) => this.#services.get(`${namespace}/${name}`) ?? service(name, namespace),
      later: (ms, run) => this.#timers.push({ at: this.#now + ms, run: () => alive() && run() }),
      broken: (error) => this.broken.push(String(error)),
    });
  }

  #failure(action: string) {
    const message = 'no answer came';
    return failureOf(action, { name: 'InternalFailure', message, $metadata: { httpStatusCode: 500 } });
  }

  #unlucky(): boolean {
    return this.#trouble && this.#turns.random() < TROUBLE;
  }

  async #answer(call: KubeCall, turn: () => Promise<void>): Promise<KubeOutcome> {
    await turn();
    if (call.method !== 'GET' && this.#unlucky()) {
      const reasons: KubeFailure[] = ['forbidden', 'conflict', 'unavailable', 'invalid'];
      const reason = reasons[Math.floor(this.#turns.random() * reasons.length)] ?? 'unavailable';
      return { ok: false, reason, message: 'refused' };
    }
    const outcome = this.api.answer(call);
    await turn();
    return this.#unlucky() ? { ok: false, reason: 'unavailable', message: 'no answer came' } : outcome;
  }

  #perform(deed: Deed): void {
    const { api } = this;
    switch (deed.do) {
      case 'apply':
        this.#apply(deed.key, deed.group, deed.finalizers);
        return;
      case 'delete':
        api.delete(deed.what, deed.key);
        return;
      case 'deleteNamespace':
        api.delete('namespaces', `/${deed.namespace}`);
        return;
      case 'makeNamespace':
        api.apply('namespaces', `/${deed.namespace}`, { metadata: { name: deed.namespace } });
        return;
      case 'fill':
        api.full.add(deed.namespace);
        return;
      case 'empty':
        api.full.delete(deed.namespace);
        return;
      case 'deleteService':
        this.#services.clear();
        return;
      case 'deleteKind':
        if (api.kind === 'there') api.kind = 'terminating';
        this.#tidy();
        return;
      case 'makeKind':
        if (api.kind === 'gone') api.kind = 'there';
        return;
      case 'kill':
        this.#start();
        return;
    }
  }

  #apply(key: string, group: string, finalizers: readonly string[]): void {
    const [namespace = '', name = ''] = key.split('/');
    const { metadata, spec } = ingress({
      ...{ namespace, ingress: name },
      said: group === '' ? {} : { 'group.name': group },
    });
    this.api.apply('ingresses', key, {
      metadata: { ...metadata, finalizers },
      ...(spec === undefined ? {} : { spec }),
    });
  }

  /** The namespace controller, the garbage collector and the controller of kinds do one thing after the other. */
  #tidy(): void {
    if (this.#tidying) return;
    this.#tidying = true;
    void this.#turns.turn().then(() => {
      this.#tidying = false;
      if (this.#tidyOne()) this.#tidy();
    });
  }

  #tidyOne(): boolean {
    const { api } = this;
    const ending = new Set(
      api
        .list('namespaces')
        .flatMap(({ metadata: { name, deletionTimestamp } }) =>
          deletionTimestamp === undefined ? [] : [name],
        ),
    );
    if ([...ending].some((name) => api.removeEmpty(name))) return true;
    const bindings = api.list('loadbalancerbindings');
    if (api.kind === 'terminating' && bindings.length === 0) api.kind = this.#trouble ? 'gone' : 'there';
    const doomed: [kind: 'ingresses' | 'loadbalancerbindings', Stored][] = [
      ...(api.kind === 'terminating' ? bindings : api.orphans()).map(
        (one): ['loadbalancerbindings', Stored] => ['loadbalancerbindings', one],
      ),
      ...(['ingresses', 'loadbalancerbindings'] as const).flatMap((kind) =>
        api
          .list(kind)
          .filter(({ metadata }) => ending.has(metadata.namespace ?? ''))
          .map((one): ['ingresses' | 'loadbalancerbindings', Stored] => [kind, one]),
      ),
    ];
    const open = doomed.filter(([, { metadata }]) => metadata.deletionTimestamp === undefined);
    const [kind, one] = open[Math.floor(this.#turns.random() * open.length)] ?? [];
    if (kind === undefined || one === undefined) return false;
    api.delete(kind, keyOf(one));
    return true;
  }
}

/** A cluster with the namespaces `a` and `b` and a controller that starts; `seed` decides every order. */
export function stageUpheaval(seed: number): Upheaval {
  const staged = new Staged(seed);
  for (const name of ['a', 'b']) staged.api.apply('namespaces', `/${name}`, { metadata: { name } });
  return staged;
}
