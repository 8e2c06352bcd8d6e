// Plays the admission corpus: makes what exists before, waits until the webhook knows all of it, then asks every entry once
// as a dry run. Nothing is asked twice: an answer is right at once or it is not.
import { setTimeout as sleep } from 'node:timers/promises';
import { type CorpusEntry, ingressIn, isRight, serviceIn, wordsOf } from './admission-corpus.ts';
import { type KubeObject, type Rest, type RestAnswer, restOf } from './rest.ts';
import type { WebhookHost } from './webhook.ts';

/** Requests under way at a time. */
const AT_ONCE = 24;

/** Longest wait until the webhook knows what was made, in milliseconds. */
const KNOWN_MS = 30_000;

export interface PlayedEntry {
  readonly entry: CorpusEntry;
  readonly right: boolean;
  /** Whether it was refused. */
  readonly refused: boolean;
  /** What was answered. */
  readonly words: string;
}

/**
 * Plays them in the order given, many at a time, each in its own namespace.
 * @throws Error when something that has to exist before is not admitted, or the webhook does not learn of it.
 */
export async function playCorpus(
  { cluster }: WebhookHost,
  entries: readonly CorpusEntry[],
): Promise<PlayedEntry[]> {
  const rest = await restOf(cluster, AT_ONCE);
  try {
    await each(entries, ({ before }) => makeAll(rest, before));
    await classesKnown(rest);
    await each(entries, ({ ingresses }) => makeAll(rest, ingresses));
    await membersKnown(rest);
    return await each(entries, async (entry) => {
      const ask = entry.update ? rest.replace : rest.create;
      const answer = await ask(entry.tried, { dryRun: true });
      return { entry, right: isRight(entry, answer), refused: answer.status >= 300, words: wordsOf(answer) };
    });
  } finally {
    rest.close();
  }
}

/** Does it with every item, some at a time; results in the order of the items. */
async function each<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [at, item] of queue) results[at] = await act(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

async function makeAll(rest: Rest, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const answer = await rest.create(object);
    const { name, namespace = '' } = object.metadata;
    if (answer.status >= 300) throw new Error(`${object.kind} ${namespace}/${name}: ${wordsOf(answer)}`);
  }
}

/** What is made last is known last: a watch tells of the objects of a kind in the order of their changes. */
const LAST = 'corpus-last';

/**
 * Waits until the webhook knows every namespace, Service, class and class parameters that exist, by one of each that is made
 * now: only when all four are known a dry run is admitted with this plan and without advice about the Service.
 */
async function classesKnown(rest: Rest): Promise<void> {
  const own = { matchLabels: { 'kubernetes.io/metadata.name': LAST } };
  const params = { apiGroup: 'elbv2.k8s.aws', kind: 'IngressClassParams', name: LAST };
  await makeAll(rest, [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: LAST } },
    serviceIn(LAST, 'web'),
    {
      apiVersion: 'elbv2.k8s.aws/v1beta1',
      kind: 'IngressClassParams',
      metadata: { name: LAST },
      spec: { scheme: 'internet-facing', namespaceSelector: own },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: LAST },
      spec: { controller: 'ingress.k8s.aws/alb', parameters: params },
    },
  ]);
  const spec = { defaultBackend: { service: { name: 'web', port: { number: 80 } } } };
  const asked = ingressIn(LAST, 'asked', { spec: { ...spec, ingressClassName: LAST } });
  await until(rest, asked, 'classes, parameters, namespaces and Services', ({ status, warnings }) => {
    const [plan, ...advice] = warnings;
    return status < 300 && advice.length === 0 && (plan?.includes('loadBalancer (internet-facing)') ?? false);
  });
}

/** Waits until the webhook knows every recorded binding, by a member that is made now and contradicted. */
async function membersKnown(rest: Rest): Promise<void> {
  const member = (name: string, scheme: string) =>
    ingressIn(LAST, name, { annotations: { 'group.name': LAST, scheme } });
  await makeAll(rest, [member('first', 'internal')]);
  const contradicted = ({ status, message }: RestAnswer) => status >= 300 && message.includes('first');
  await until(rest, member('second', 'internet-facing'), 'the bindings', contradicted);
}

async function until(
  rest: Rest,
  asked: KubeObject,
  what: string,
  known: (answer: RestAnswer) => boolean,
): Promise<void> {
  const deadline = performance.now() + KNOWN_MS;
  for (;;) {
    const answer = await rest.create(asked, { dryRun: true });
    if (known(answer)) return;
    if (performance.now() > deadline) {
      throw new Error(`the webhook does not know ${what}: ${wordsOf(answer)} ${answer.warnings.join(' | ')}`);
    }
    await sleep(20);
  }
}
