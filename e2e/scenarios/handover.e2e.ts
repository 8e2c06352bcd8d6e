// From the LBC and back: nothing is changed in AWS, finalizers change hands, leftovers go without harm (docs/migrate.md).

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { collectionPath, KINDS } from '../../kube/kinds.ts';
import { takeAccountSnapshot } from '../harness/account-snapshot.ts';
import { albatross, awsOf, placeOf } from '../harness/command.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import {
  asAdministrator,
  asTheLbcLeftIt,
  CONTROLLER,
  installTargetGroupBindings,
  leaveLease,
  leaveTargetGroupBindings,
  leaveWebhook,
} from '../harness/lbc.ts';
import { bindingNames, untilQuiet } from '../harness/waiters.ts';
import { bound, k, ready, soon, stage, startStage, stopStage } from './life.ts';

/** Ingress → the LBC's finalizer on it. */
const FLEET = {
  'shop/web': 'ingress.k8s.aws/resources',
  'shop/one': 'group.ingress.k8s.aws/www',
  'blog/two': 'group.ingress.k8s.aws/www',
  'blog/late': 'ingress.k8s.aws/resources',
} as const;

const fleet = Object.entries(FLEET).map(([key, finalizer]) => {
  const [of = '', name = ''] = key.split('/');
  return { key, of, name, finalizer };
});
const KEPT = 'example.com/kept';

interface Stored {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly finalizers?: readonly string[];
    readonly resourceVersion: string;
    readonly managedFields: unknown;
  };
}

async function stored(): Promise<readonly Stored[]> {
  return (await stage.cluster.read<{ items: Stored[] }>(collectionPath(KINDS.ingresses)))?.items ?? [];
}

/** The finalizers of every Ingress. */
const finalizers = async (): Promise<Record<string, readonly string[]>> =>
  Object.fromEntries(
    (await stored()).map(({ metadata }) => [
      `${metadata.namespace}/${metadata.name}`,
      metadata.finalizers ?? [],
    ]),
  );

/** What must not change of Ingresses. */
async function rest(): Promise<readonly object[]> {
  return (await stored()).map(
    ({ metadata: { finalizers: _, resourceVersion: __, managedFields: ___, ...known }, ...others }) => ({
      ...others,
      metadata: known,
    }),
  );
}

const each = (list: (finalizer: string) => readonly string[]): Record<string, readonly string[]> =>
  Object.fromEntries(fleet.map(({ key, finalizer }) => [key, list(finalizer)]));
const theirs = each((finalizer) => [KEPT, finalizer]);
const ours = each(() => [KEPT]);

/** Everything in AWS, and how often it was changed. */
async function aws(): Promise<object> {
  await untilQuiet(stage);
  return { snapshot: await takeAccountSnapshot(stage), mutations: stage.aws.mutations().length };
}

const allReady = (): Promise<unknown> => Promise.all(fleet.map(({ of, name }) => ready(of, name)));

let before: object;
let ingresses: readonly object[];

beforeAll(async () => {
  await startStage();
  await stage.cluster.apply(
    namespace('shop'),
    namespace('blog'),
    ...app('shop', 'web'),
    ...app('blog', 'web'),
  );
  await stage.cluster.apply(
    ...fleet.map(({ of, name, finalizer }) =>
      ingress(of, name, {
        hosts: { [`${name}.example.com`]: { '/': 'web:80' } },
        annotations: finalizer.startsWith('group.') ? { 'group.name': 'www' } : {},
      }),
    ),
  );
  await allReady();
  await stage.controller().stop();
  await Promise.all(fleet.map(({ of, name, finalizer }) => asTheLbcLeftIt(stage, of, name, finalizer)));
  before = await aws();
  ingresses = await rest();
});
afterAll(stopStage);

describe('from the LBC', () => {
  test('adopt tells what is to be taken over, without the kind TargetGroupBinding too', async () => {
    await k('delete crd targetgroupbindings.elbv2.k8s.aws');
    const { code, out } = await asAdministrator(stage, 'adopt');
    expect(out).toMatch(/^shop\/web +none +0 +not known +LBC +0$/m);
    expect(out).toContain('0 of 4 Ingresses taken over');
    expect(out).toContain('TargetGroupBindings are not installed here');
    expect(code).toBe(0);
  });

  test('with observe there are bindings and plans; the finalizers stay', async () => {
    await installTargetGroupBindings(stage);
    await leaveTargetGroupBindings(stage, 'shop', 'shop/web');
    await leaveTargetGroupBindings(stage, 'shop', 'www');
    await leaveWebhook(stage);
    await stage.startController('observe', ['--policy', 'observe']);
    await allReady();
    const { out } = await asAdministrator(stage, 'adopt');
    expect(out).toMatch(/^shop\/web +shop\/web +Ready +3 +nothing +LBC +1$/m);
    expect(out).toContain('0 of 4 Ingresses taken over');
    expect(out).toMatch(/stays: the finalizers of Ingress shop\/web are not exchanged yet$/m);
    await stage.controller().stop();
    expect(await aws()).toEqual(before);
    expect(await finalizers()).toEqual(theirs);
  });

  test('with sync the finalizers are exchanged, and nothing else is changed anywhere', async () => {
    await k('delete validatingwebhookconfiguration aws-load-balancer-webhook');
    await stage.startController('sync');
    await vi.waitFor(async () => expect(await finalizers()).toEqual(ours), soon);
    await allReady();
    expect(await aws()).toEqual(before);
    expect(await rest()).toEqual(ingresses);
    const { out } = await asAdministrator(stage, 'adopt');
    expect(out).toContain('4 of 4 Ingresses taken over');
  });

  test('nothing is planned for the fleet; after an edit, with the controller stopped, exactly that', async () => {
    const plan = (...args: string[]) =>
      albatross(
        ['plan', '--all', ...placeOf(stage), '--kubeconfig', stage.cluster.kubeconfig, ...args],
        awsOf(stage),
      );
    expect(await plan()).toMatchObject({ code: 0, out: '3 groups looked at: nothing to do\n' });
    await stage.controller().stop();
    await k('annotate ingress web -n shop alb.ingress.kubernetes.io/healthcheck-path=/live');
    const { code, out } = await plan('-o', 'json');
    const planned: { operations: { words: string }[] }[] = JSON.parse(out).plan;
    const words = planned.flatMap(({ operations }) => operations.map((one) => one.words));
    expect([code, words]).toEqual([2, [expect.stringMatching(/^modify targetGroup\/shop\/web\/web:80: /)]]);
    await k('annotate ingress web -n shop alb.ingress.kubernetes.io/healthcheck-path-');
    expect(await aws()).toEqual(before);
    await stage.startController('sync again');
    await allReady();
  });

  test('leftovers: shown, kept while the LBC runs, deleted without touching a target', async () => {
    const names = await k('get targetgroupbindings -A -o name');
    expect(names.split('\n')).toHaveLength(3);
    await leaveLease(stage, 'running');
    const dry = await asAdministrator(stage, 'adopt --cleanup');
    expect(dry.out).toContain('Nothing was changed; with --yes 3 would be deleted.');
    expect(dry.out).toContain('It would be refused now: the LBC runs: lbc-0 holds the Lease');
    const refused = await asAdministrator(stage, 'adopt --cleanup --yes');
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('the LBC runs: lbc-0')]);
    expect(await k('get targetgroupbindings -A -o name')).toBe(names);
    await k('delete lease aws-load-balancer-controller-leader -n kube-system');
    expect((await asAdministrator(stage, 'adopt --cleanup --yes')).err).toContain('there is no Lease');
    await leaveLease(stage, 'dead');
    const done = await asAdministrator(stage, 'adopt --cleanup --yes');
    expect(done.out.match(/deleted, its targets stay/g)).toHaveLength(3);
    expect(await k('get targetgroupbindings -A -o name')).toBe('');
    expect(await aws()).toEqual(before);
  });
});

describe('back to the LBC', () => {
  test('release is refused while our controller runs', async () => {
    const { code, err } = await asAdministrator(stage, `release --all --yes --as ${CONTROLLER}`);
    expect(err).toContain('a controller of Albatross runs: ');
    expect(code).toBe(1);
    expect(await finalizers()).toEqual(ours);
  });

  test('release puts the finalizers back and leaves AWS alone', async () => {
    await stage.controller().stop();
    const dry = await asAdministrator(stage, 'release --all');
    expect(dry.out).toMatch(/^blog\/two +group\.ingress\.k8s\.aws\/www$/m);
    expect(dry.out).toContain('Nothing was changed; with --yes 4 would be given back.');
    const { out, code } = await asAdministrator(stage, `release web -n shop --yes --as ${CONTROLLER}`);
    expect([code, out]).toEqual([0, expect.stringContaining('shop/web: given back')]);
    expect(await bound('shop')).not.toContain('web');
    expect((await asAdministrator(stage, `release --all --yes --as ${CONTROLLER}`)).code).toBe(0);
    expect(await bindingNames(stage.cluster)).toEqual([]);
    expect(await finalizers()).toEqual(theirs);
    expect(await rest()).toEqual(ingresses);
    expect(await aws()).toEqual(before);
  });
});

describe('deletion', () => {
  test('an Ingress deleted while nobody ran is cleaned up after, those that are left are taken over again', async () => {
    await k('delete ingress late -n blog --wait=false');
    const patch = '[{"op":"remove","path":"/metadata/finalizers/0"}]';
    await Promise.all(
      fleet.map(({ of, name }) => k(`patch ingress ${name} -n ${of} --type=json --patch=${patch}`)),
    );
    await stage.startController('again');
    const left = { 'shop/web': [], 'shop/one': [], 'blog/two': [] };
    await vi.waitFor(async () => expect(await finalizers()).toEqual(left), soon);
    await vi.waitFor(async () => expect(await bound('blog')).not.toContain('late'), soon);
    await untilQuiet(stage);
    const { loadBalancers } = await takeAccountSnapshot(stage);
    expect(loadBalancers.map(({ tags }) => tags['ingress.k8s.aws/stack']).sort()).toEqual([
      'shop/web',
      'www',
    ]);
  });

  test('delete returns at once and leaves nothing', async () => {
    // Whoever waited for AWS would wait until it lets go.
    stage.aws.faults.fail('DeleteLoadBalancer', 'ResourceInUse', 'still in use', 'before', 1_000);
    await k('delete ingress -n shop --all --timeout=120s');
    await k('delete ingress -n blog --all --timeout=120s');
    expect(await bindingNames(stage.cluster)).not.toEqual([]);
    stage.aws.faults.heal();
    await vi.waitFor(async () => expect(await bindingNames(stage.cluster)).toEqual([]), soon);
    await untilQuiet(stage);
    expect((await takeAccountSnapshot(stage)).loadBalancers).toEqual([]);
  });
});
