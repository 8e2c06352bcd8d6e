// Tests of release: the order of the writes, what stays, and that nothing is let go before the LBC's finalizer is on.
import { describe, expect, test } from 'vitest';
import { ingress } from '../../alb/laws/paper.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { KubeClient, KubeOutcome } from '../../kube/client.ts';
import { asOrdered, Writer } from '../../kube/write.ts';
import { type Release, release, releases } from './release.ts';

const binding = (more: object = {}): LoadBalancerBinding => ({
  apiVersion: 'albatross.dev/v1alpha1',
  kind: 'LoadBalancerBinding',
  metadata: {
    namespace: 'shop',
    name: 'web',
    uid: 'b',
    finalizers: ['x.example.com/y', 'group.albatross.dev/www', 'albatross.dev/resources'],
    ...more,
  },
  spec: { ingressRef: { name: 'web', hash: '0' }, group: 'www', order: 0 },
  status: { state: 'Ready', appliedHash: 'h', plan: ['create loadBalancer: does not exist yet'] },
});
const seen = (bindings: readonly LoadBalancerBinding[], ingresses = [ingress()]) => ({
  ingresses,
  bindings,
  targetGroupBindings: undefined,
});

/** An API server on paper: notes what is written and answers in turn. */
function server(...answers: KubeOutcome[]) {
  const calls: string[] = [];
  const request = (async ({ method, path, body }) => {
    calls.push(`${method} ${path.split('/').slice(-2).join('/')} ${JSON.stringify(body)}`);
    return answers.shift() ?? { ok: true, object: {} };
  }) as KubeClient['request'];
  return { calls, write: new Writer({ request } as KubeClient, asOrdered) };
}

describe('what is given back', () => {
  test('finalizers of every group that the binding holds', () => {
    expect(releases(seen([binding()]))).toMatchObject([
      { key: 'shop/web', finalizers: ['group.ingress.k8s.aws/www', 'ingress.k8s.aws/resources'] },
    ]);
  });

  test.each<[string, Release[], RegExp]>([
    ['without an Ingress', releases(seen([binding()], [])), /^its Ingress is gone/],
    ['on its way out', releases(seen([binding({ deletionTimestamp: 'now' })])), /^its Ingress is gone/],
    [
      'of an Ingress on its way out',
      releases(
        seen([binding()], [{ ...ingress(), metadata: { ...ingress().metadata, deletionTimestamp: 'now' } }]),
      ),
      /^its Ingress is being deleted/,
    ],
  ])('a binding %s stays', async (_what, all, because) => {
    expect(all.map(({ stays }) => stays)).toEqual([expect.stringMatching(because)]);
    const { calls, write } = server();
    expect(await release(write, all, () => true)).toEqual([]);
    expect(calls).toEqual([]);
  });

  test('what is not done is told', () => {
    const [one] = releases(
      seen([{ ...binding(), status: { state: 'Programming', plan: ['create rule 1'] } }]),
    );
    expect(one?.warning).toBe('Programming, planned operations not done: 1');
    expect(releases(seen([binding()]))[0]?.warning).toBeUndefined();
  });
});

describe('the writes', () => {
  test("the LBC's finalizers, then ours off, then the binding, and other finalizers are left", async () => {
    const { calls, write } = server();
    expect(await release(write, releases(seen([binding()])), () => true)).toEqual([{ key: 'shop/web' }]);
    expect(calls).toEqual([
      'PATCH ingresses/web {"metadata":{"finalizers":["group.ingress.k8s.aws/www","ingress.k8s.aws/resources"]}}',
      'PATCH loadbalancerbindings/web {"metadata":{"finalizers":["x.example.com/y"]}}',
      'DELETE loadbalancerbindings/web {"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"b"}}',
    ]);
  });

  test('stop at the first failure', async () => {
    const { calls, write } = server({ ok: false, reason: 'conflict', message: 'changed' });
    expect(await release(write, releases(seen([binding()])), () => true)).toEqual([
      { key: 'shop/web', failed: 'changed' },
    ]);
    expect(calls).toHaveLength(1);
  });

  test('nothing without the Lease', async () => {
    const { calls, write } = server();
    const [result] = await release(write, releases(seen([binding()])), () => false);
    expect(result?.failed).toBeDefined();
    expect(calls).toEqual([]);
  });
});
