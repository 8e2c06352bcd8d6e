// Tests of derive on an API server in memory: what is written in which order when a binding is deleted under a living Ingress,
// and what people hear when none may be made.
import { describe, expect, test } from 'vitest';
import { ingress } from '../../alb/laws/paper.ts';
import { finalizerOf } from '../../api/binding/finalizers.ts';
import { readIngress } from '../../api/ingress/read.ts';
import { keyOf } from '../../api/kube.ts';
import { POLICY_ANNOTATION } from '../../api/policy.ts';
import type { KubeCall, KubeOutcome } from '../../kube/client.ts';
import { underPolicy, Writer } from '../../kube/write.ts';
import { ApiServer, asBinding, asIngress } from '../laws/api-server.ts';
import type { Next } from '../queue/queue.ts';
import { seenIngress } from './read-ingress.ts';
import { openBook } from './store.ts';
import { derive } from './sync.ts';

const KEY = 'shop/web';
const OURS = finalizerOf(KEY);

function setUp(said: Readonly<Record<string, string>> = {}) {
  const changes: string[] = [];
  const api = new ApiServer(({ kind, object, change }) => {
    if (kind === 'namespaces') return;
    const { finalizers = [], deletionTimestamp } = object.metadata;
    const going = deletionTimestamp === undefined ? '' : ', going';
    changes.push(`${kind === 'ingresses' ? 'Ingress' : 'binding'} ${change}: ${finalizers}${going}`);
  });
  api.apply('namespaces', '/shop', { metadata: { name: 'shop' } });
  const { metadata, spec = {} } = ingress();
  const annotations = { ...metadata.annotations, ...said };
  api.apply('ingresses', KEY, { metadata: { ...metadata, annotations }, spec });
  const told: string[] = [];
  const client = { request: async (call: KubeCall) => api.answer(call) as KubeOutcome<never> } as never;
  const book = openBook();
  /** Once, with a book that knows everything. */
  async function run(): Promise<Next> {
    const stored = api.list('ingresses').map(asIngress)[0];
    const reading =
      stored &&
      readIngress(stored, {
        service: () => undefined,
        options: { defaultTargetType: 'ip', defaultScheme: 'internal' },
      });
    const namespace = api.namespace('shop');
    book.ingress(KEY, stored && seenIngress(stored, { reading, namespace, ceiling: 'sync' }));
    book.binding(KEY, api.list('loadbalancerbindings').map(asBinding)[0]);
    return derive(KEY, {
      ...{ book, write: new Writer(client, underPolicy('sync')), ceiling: 'sync', now: Date.now },
      failed: () => undefined,
      refused: (entry, { note }) => told.push(`${keyOf(entry.ingress)}: ${note}`),
    });
  }
  const since = async (): Promise<string[]> => {
    changes.length = 0;
    await run();
    return changes;
  };
  return { api, run, since, told, book };
}

describe('a binding that is deleted under a living Ingress', () => {
  test('goes only when the Ingress answers, and the Ingress only when the new one does', async () => {
    const { api, run, since } = setUp();
    await run();
    api.delete('loadbalancerbindings', KEY);
    expect(await since()).toEqual([
      `Ingress updated: ${OURS}`,
      'binding deleted: , going',
      'binding added: ',
      `binding updated: ${OURS}`,
      'Ingress updated: ',
    ]);
  });

  test('stays when the Ingress is being deleted', async () => {
    const { api, run, book, since } = setUp();
    await run();
    api.delete('loadbalancerbindings', KEY);
    const going = {
      ...api.list('ingresses')[0],
      metadata: { ...api.list('ingresses')[0]?.metadata, finalizers: ['example.com/x'] },
    };
    api.delete('ingresses', KEY);
    api.apply('ingresses', KEY, going as never);
    api.delete('ingresses', KEY);
    expect(await since()).toEqual(['binding updated: albatross.dev/resources, going']);
    expect(book.of(KEY).map(({ metadata }) => metadata.deletionTimestamp !== undefined)).toEqual([true]);
  });

  test('stays in a namespace that is being terminated', async () => {
    const { api, run, since } = setUp();
    await run();
    api.delete('namespaces', '/shop');
    api.delete('loadbalancerbindings', KEY);
    expect(await since()).toEqual(['binding updated: albatross.dev/resources, going']);
  });

  test('stays where its policy forbids to write the Ingress, and its group is not held up', async () => {
    const { api, run, since, book } = setUp();
    await run();
    const { metadata, spec = {} } = ingress();
    const annotations = { ...metadata.annotations, [POLICY_ANNOTATION]: 'observe' };
    api.apply('ingresses', KEY, { metadata: { ...metadata, annotations }, spec });
    api.delete('loadbalancerbindings', KEY);
    expect(await since()).toEqual([]);
    expect([book.awaited(KEY), book.of(KEY).length]).toEqual([[], 1]);
  });
});

describe('a binding that may not be made', () => {
  test('is told: nothing is made in AWS', async () => {
    const { api, run, told } = setUp();
    api.full.add('shop');
    expect(await run()).toBe('retry');
    expect(told).toEqual([
      'shop/web: LoadBalancerBinding shop/web is refused: exceeded quota. Until it is taken, nothing is made for it in AWS.',
    ]);
  });

  test('after one that was deleted is told: what there is stays, for the Ingress answers', async () => {
    const { api, run, told, since } = setUp();
    await run();
    api.full.add('shop');
    api.delete('loadbalancerbindings', KEY);
    expect(await since()).toEqual([`Ingress updated: ${OURS}`, 'binding deleted: , going']);
    expect(told.at(-1)).toMatch(
      /exceeded quota\. Until it is taken, what the load balancer has stays as it is\.$/,
    );
    api.full.clear();
    expect(await since()).toEqual(['binding added: ', `binding updated: ${OURS}`, 'Ingress updated: ']);
    await run();
    expect(await since()).toEqual([]);
  });
});
