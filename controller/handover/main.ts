// Taking over from the LBC and giving back, wired: one look at the cluster, lines for people, and writes only when asked for.
import { defined } from '../../api/defined.ts';
import { type KubeClient, kubeClient } from '../../kube/client.ts';
import { actingAs, kubeConfigOf, ownNamespace } from '../../kube/config.ts';
import { asOrdered, Writer } from '../../kube/write.ts';
import { DEFAULTS } from '../options.ts';
import { adoptions, leftovers } from './adoption.ts';
import { type CleanupResult, cleanUp } from './cleanup.ts';
import { holderOf, type LeaseName, underLease } from './lease.ts';
import { release, releases } from './release.ts';
import { adoptionLines, leftoverLines, releaseLines, resultLines } from './report.ts';
import { HandoverRefusal, survey } from './survey.ts';

interface HandoverTarget {
  readonly kubeconfig?: string;
  /** Undefined: all namespaces. */
  readonly namespace?: string;
  /** Lease of the controller that must not act meanwhile; undefined: nobody is asked. */
  readonly lease?: LeaseName;
  /** Whether anything is written; unset: nothing is. */
  readonly yes?: boolean;
}

export interface Adopting extends HandoverTarget {
  readonly ingressClass: string;
  readonly cleanup?: boolean;
}

export interface Releasing extends HandoverTarget {
  /** One Ingress of the namespace, or of the context's; undefined: all. */
  readonly ingress?: string;
  /** User to act as (impersonation): only the controller may write bindings. */
  readonly as?: string;
}

/** What is told, and whether something could not be done. */
export interface HandoverOutput {
  readonly lines: readonly string[];
  readonly failed: boolean;
}

const nameOf = ({ namespace, name }: LeaseName): string => `${namespace}/${name}`;

/** Why writing would be refused at the moment; undefined when it would not. */
async function obstacle(
  client: KubeClient,
  lease: LeaseName | undefined,
  stop: string,
): Promise<string | undefined> {
  if (lease === undefined) return undefined;
  const holder = await holderOf(client, lease, Date.now());
  if (holder === 'nobody') return undefined;
  return holder === 'absent'
    ? `there is no Lease ${nameOf(lease)}, so it cannot be told whether ${stop}: name the right one, or "none"`
    : `${stop}: ${holder.holder} holds the Lease ${nameOf(lease)}. Scale it to zero first`;
}

const answer = (lines: readonly string[], results: readonly CleanupResult[] = []): HandoverOutput => ({
  lines,
  failed: results.some(({ failed }) => failed !== undefined),
});

interface Order {
  /** What is told in any case. */
  readonly told: readonly string[];
  /** How many objects there are to deal with. */
  readonly may: number;
  /** What becomes of them, in words. */
  readonly would: string;
  readonly done: string;
  /** Why it is refused while somebody holds the Lease. */
  readonly runs: string;
  work(still: () => boolean): Promise<CleanupResult[]>;
}

/**
 * Carries an order out with `yes`, while holding the Lease if there is one to hold; else tells what would be done.
 * @throws Refusal, before anything is done, when the controller behind the Lease runs.
 */
async function ordered(
  client: KubeClient,
  { lease, yes }: HandoverTarget,
  { told, may, would, done, runs, work }: Order,
): Promise<HandoverOutput> {
  if (may === 0) return answer(told);
  const because = await obstacle(client, lease, runs);
  if (!yes) {
    const hint = because === undefined ? [] : [`It would be refused now: ${because}.`];
    return answer([...told, '', `Nothing was changed; with --yes ${may} would be ${would}.`, ...hint]);
  }
  if (because !== undefined) throw new HandoverRefusal(because);
  const results = await (lease === undefined ? work(() => true) : underLease(client, lease, work));
  return answer([...told, '', ...resultLines(results, done)], results);
}

const LBC_RUNS = 'the LBC runs';
const WE_RUN = 'a controller of Albatross runs';

/**
 * Tells how far every Ingress is taken over; with `cleanup` and `yes` deletes what the LBC left over and nobody needs.
 * @throws Refusal with words for people.
 */
export async function adopt(options: Adopting): Promise<HandoverOutput> {
  const client = kubeClient(kubeConfigOf(options.kubeconfig));
  const look = () => survey(client, { ...options, leftovers: true });
  const seen = await look();
  const left = leftovers(seen);
  const told = [
    ...adoptionLines(adoptions(seen)),
    '',
    ...leftoverLines(seen.targetGroupBindings === undefined ? undefined : left),
  ];
  return ordered(client, options, {
    told,
    may: options.cleanup ? left.filter(({ stays }) => stays === undefined).length : 0,
    would: 'deleted',
    done: 'deleted, its targets stay',
    runs: LBC_RUNS,
    work: async (still) => cleanUp(client, leftovers(await look()), still),
  });
}

/**
 * Gives Ingresses back to the LBC: with `yes` its finalizers are put on and bindings deleted, AWS is never asked.
 * @throws Refusal with words for people.
 */
export async function giveBack(options: Releasing): Promise<HandoverOutput> {
  const client = kubeClient(actingAs(kubeConfigOf(options.kubeconfig), options.as));
  const one = options.ingress;
  const namespace = options.namespace ?? (one === undefined ? undefined : ownNamespace(client.kubeConfig));
  const where = { ...defined({ namespace }), ingressClass: DEFAULTS.ingressClass, leftovers: false };
  const look = async () =>
    releases(await survey(client, where), one === undefined ? undefined : `${namespace}/${one}`);
  const all = await look();
  return ordered(client, options, {
    told: releaseLines(all),
    may: all.filter(({ stays }) => stays === undefined).length,
    would: 'given back',
    done: 'given back',
    runs: WE_RUN,
    work: async (still) => release(new Writer(client, asOrdered), await look(), still),
  });
}
