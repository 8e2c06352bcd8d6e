// Whole passes on paper: Ingresses are applied, and the group is reconciled with an account until nothing is left to do.

import { refusalMemory } from '../../alb/amendments/rejection-memory.ts';
import type { Looked } from '../../alb/desire/facts.ts';
import type { Outcome } from '../../alb/plan/operation.ts';
import { PREFIX } from '../../api/annotation.ts';
import type { OidcClient } from '../../api/aws.ts';
import type { BindingStatus, LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf } from '../../api/kube.ts';
import type { ProblemCode } from '../../api/problems/problem.ts';
import { type Book, openBook } from '../bindings/store.ts';
import { Drifts } from '../drift/detect.ts';
import type { Lookups } from '../facts/lookups.ts';
import { createInventory } from '../inventory/inventory.ts';
import { type Reconciling, reconcile } from '../reconcile.ts';
import { statusOf } from '../status/status.ts';
import { servingOf } from '../targets/serving.ts';
import { withTargets } from '../targets/target-status.ts';
import { type Account, openAccount } from './account.ts';
import { GROUP } from './groups.ts';
import { type Applied, bookOf, CERTIFICATE, CLUSTER, WEB_ACL_ARN } from './paper.ts';

export interface Passes {
  readonly account: Account;
  /** What look-ups and Secrets answer instead, from now on. */
  readonly instead: { lookups?: Partial<Lookups>; secret?: Looked<OidcClient> };
  /** Applies what is on the sheet and makes so many passes, whether anything is left to do or not. */
  attempt(sheet: Applied, passes: number): Promise<void>;
  /** Applies what is on the sheet, and takes away what is not, and goes on until nothing is left to do at once. */
  settle(sheet: Applied): Promise<void>;
  /** One more pass, `ms` later. */
  later(ms: number): Promise<void>;
  /** By `namespace/name`. */
  statuses(): ReadonlyMap<string, BindingStatus>;
  /** Every status that was ever told, oldest first. */
  readonly history: readonly (readonly [key: string, status: BindingStatus])[];
  /** The bindings of the group as they are now. */
  bindings(): readonly LoadBalancerBinding[];
  /** What became of every operation that was tried, oldest first. */
  readonly outcomes: readonly Outcome[];
}

/** What is looked at again after longer than this is at rest. */
const AT_REST_MS = 500;
const MOST_PASSES = 60;

function found<T>(value: T | undefined, code: ProblemCode, name: string): Looked<T> {
  if (value !== undefined) return { value };
  return {
    problem: { code, severity: 'refuse', path: `metadata.annotations[${PREFIX}${name}]`, because: 'none' },
  };
}

/** Hosts under `.example.com` have a certificate in ACM, all but `late.example.com`. */
export function lookupsOf(
  { elb: { context } }: Pick<Account, 'elb'>,
  instead: Passes['instead'] = {},
): Lookups {
  const { subnets, securityGroups } = context.world;
  const plain: Lookups = {
    subnets: async ({ named = ['subnet-a', 'subnet-b'] }) =>
      found(named.every((id) => subnets.has(id)) ? [...named] : undefined, 'SubnetsNotFound', 'subnets'),
    securityGroups: async (said) =>
      found(
        said.every((id) => securityGroups.has(id)) ? [...said] : undefined,
        'SecurityGroupNotFound',
        'security-groups',
      ),
    certificates: async (hosts) =>
      found(
        hosts.every((host) => /(?<!late)\.example\.com$/.test(host)) ? [CERTIFICATE('three')] : undefined,
        'CertificateNotFound',
        'certificate-arn',
      ),
    targetGroup: async () => undefined,
    inVpc: async () => true,
    trustStores: async () => new Map(),
    webAcl: async (name) => (name === 'one' ? WEB_ACL_ARN(name) : undefined),
    subscribed: async () => false,
    interfaceGroups: async () => new Map(),
  };
  const asked = <K extends keyof Lookups>(name: K): Lookups[K] => instead.lookups?.[name] ?? plain[name];
  // Asked for by name each time, so that what is put in its place later counts.
  return {
    ...plain,
    subnets: (request) => asked('subnets')(request),
    securityGroups: (said) => asked('securityGroups')(said),
    targetGroup: (name) => asked('targetGroup')(name),
    certificates: (hosts) => asked('certificates')(hosts),
    trustStores: (names) => asked('trustStores')(names),
    webAcl: (name) => asked('webAcl')(name),
    subscribed: () => asked('subscribed')(),
  };
}

/** Brings the book in line with a sheet; what was told stays with the bindings that stay. */
function put(sheet: Applied, book: Book, told: Map<string, BindingStatus>): void {
  const keys = new Set(sheet.ingresses.map(keyOf));
  for (const key of book.keys()) if (!keys.has(key)) book.ingress(key);
  for (const key of [...told.keys()]) if (!keys.has(key)) told.delete(key);
  const kept = new Map(book.keys().map((key) => [key, book.bindingOf(key)]));
  bookOf(sheet, book);
  for (const [key, binding] of kept) {
    const now = book.bindingOf(key);
    if (keys.has(key) && now !== undefined && binding?.status !== undefined)
      book.binding(key, { ...now, status: binding.status });
  }
}

/** Writes what became of a group into its bindings. */
const publishing =
  (
    book: Book,
    now: () => number,
    tell: (key: string, status: BindingStatus) => void,
  ): Reconciling['publish'] =>
  async (group, pass) => {
    const health = () => ({ healthy: 1, total: 1 });
    const serving = servingOf({ book, cluster: CLUSTER }, group, pass);
    for (const binding of pass.bindings) {
      const key = keyOf(binding);
      if (book.entry(key) === undefined) {
        if (pass.clean) book.binding(key);
        continue;
      }
      const at = new Date(now()).toISOString();
      const mine = serving.filter(({ backend }) => backend.member === key);
      // Two programs write a status: that of the group, and that of the targets.
      const status = withTargets(statusOf({ ...pass, health, now: at }, binding), mine, health, at);
      tell(key, status);
      book.binding(key, { ...binding, status });
    }
    return true;
  };

/** A controller for the group of `groups.ts`, and the account it works on. */
export function openPasses(): Passes {
  const instead: Passes['instead'] = {};
  const account = openAccount();
  const inventory = createInventory(account.aws, { now: () => time });
  const book = openBook();
  const told = new Map<string, BindingStatus>();
  const history: [string, BindingStatus][] = [];
  const outcomes: Outcome[] = [];
  const tell = (key: string, status: BindingStatus): void => {
    told.set(key, status);
    history.push([key, status]);
  };
  const publish = publishing(book, () => time, tell);
  let time = 0;
  let sheet: Applied = { ingresses: [], services: [] };
  const world: Reconciling = {
    ...{ book, inventory, aws: account.aws, cluster: CLUSTER, policy: 'sync' },
    lookups: lookupsOf(account, instead),
    refusals: refusalMemory(() => time),
    drifts: new Drifts(),
    drifted: () => undefined,
    ready: () => true,
    waitsFor: () => undefined,
    service: (namespace, name) => sheet.services.find((one) => keyOf(one) === `${namespace}/${name}`),
    secrets: async (_, named) =>
      new Map(named.map((one) => [one, instead.secret ?? { value: { id: one, secret: one } }])),
    now: () => time,
    log: () => undefined,
    unsettle: async () => true,
    publish: (group, pass) => {
      outcomes.push(...pass.outcomes);
      return publish(group, pass);
    },
  };
  /** One pass; whether something is left to do at once. */
  async function once(): Promise<boolean> {
    account.elb.context.now += 1_000;
    const next = await reconcile(GROUP, world);
    if (next === 'done' || (typeof next === 'object' && next.afterMs > AT_REST_MS)) return false;
    time += typeof next === 'object' ? next.afterMs : AT_REST_MS;
    return true;
  }
  async function untilRest(): Promise<void> {
    for (let passes = 0; passes < MOST_PASSES; passes += 1) if (!(await once())) return;
    throw new Error(`not at rest after ${MOST_PASSES} passes: ${JSON.stringify([...told])}`);
  }
  return {
    account,
    instead,
    async settle(next) {
      sheet = next;
      put(next, book, told);
      await untilRest();
    },
    async attempt(next, passes) {
      sheet = next;
      put(next, book, told);
      for (let left = passes; left > 0; left -= 1) await once();
    },
    async later(ms) {
      time += ms;
      await untilRest();
    },
    statuses: () => told,
    history,
    bindings: () => book.of(GROUP),
    outcomes,
  };
}
