// From the LBC and back: nothing is changed in AWS, finalizers change hands, leftovers go without harm (docs/migrate.md).
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  albatross,
  asTheLbcLeftIt,
  CONTROLLER,
  installTargetGroupBindings,
  leaveLease,
  leaveTargetGroupBindings,
  leaveWebhook,
} from '../harness/lbc.ts';
import { takePicture } from '../harness/picture.ts';
import { app, ingress, namespace } from '../harness/shop.ts';
import { untilQuiet } from '../harness/watching.ts';
import { k, ready, soon, stage, startStage, stopStage } from './life.ts';

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
  readonly metadata: { readonly finalizers?: readonly string[] };
}

async function stored(key: string): Promise<Stored> {
  const [of, name] = key.split('/');
  return JSON.parse(await k(`get ingress ${name} -n ${of} -o json`));
}

const finalizers = async (key: string): Promise<readonly string[]> =>
  (await stored(key)).metadata.finalizers ?? [];

/** What must not change of an Ingress. */
async function rest(key: string): Promise<object> {
  const { metadata, ...others } = await stored(key);
  const { finalizers: _, ...known } = metadata;
  return { ...others, metadata: { ...known, resourceVersion: '' } };
}

/** Everything in AWS, and how often it was changed. */
async function aws(): Promise<object> {
  await untilQuiet(stage);
  return { picture: await takePicture(stage), mutations: stage.aws.mutations().length };
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
  const hosts = { 'www.example.com': { '/': 'web:80' } };
  await stage.cluster.apply(
    ...fleet.map(({ of, name, finalizer }) =>
      ingress(of, name, {
        hosts: { [`${name}.example.com`]: hosts['www.example.com'] },
        annotations: finalizer.startsWith('group.') ? { 'group.name': 'www' } : {},
      }),
    ),
  );
  await allReady();
  await stage.controller().stop();
  for (const { of, name, finalizer } of fleet) await asTheLbcLeftIt(stage, of, name, finalizer);
  before = await aws();
  ingresses = await Promise.all(fleet.map(({ key }) => rest(key)));
}, 120_000);
afterAll(stopStage);

describe('from the LBC', () => {
  test('adopt tells what is to be taken over, without the kind TargetGroupBinding too', async () => {
    const { code, out } = await albatross(stage, 'adopt');
    expect(out).toMatch(/^shop\/web +none +0 +nothing +LBC +0$/m);
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
    const { out } = await albatross(stage, 'adopt');
    expect(out).toMatch(/^shop\/web +shop\/web +Ready +3 +nothing +both +1$/m);
    expect(out).toContain('0 of 4 Ingresses taken over');
    expect(out).toMatch(/stays: the finalizers of Ingress shop\/web are not exchanged yet$/m);
    await stage.controller().stop();
    expect(await aws()).toEqual(before);
    for (const { key, finalizer } of fleet) expect(await finalizers(key)).toEqual([KEPT, finalizer]);
  });

  test('with sync the finalizers are exchanged, and nothing else is changed anywhere', async () => {
    await k('delete validatingwebhookconfiguration aws-load-balancer-webhook');
    await stage.startController('sync');
    await vi.waitFor(async () => {
      for (const { key } of fleet) expect(await finalizers(key)).toEqual([KEPT]);
    }, soon);
    await allReady();
    expect(await aws()).toEqual(before);
    expect(await Promise.all(fleet.map(({ key }) => rest(key)))).toEqual(ingresses);
    const { out } = await albatross(stage, 'adopt');
    expect(out).toContain('4 of 4 Ingresses taken over');
  });

  test('leftovers: shown, kept while the LBC runs, deleted without touching a target', async () => {
    const names = await k('get targetgroupbindings -A -o name');
    expect(names.split('\n')).toHaveLength(3);
    await leaveLease(stage, new Date());
    const dry = await albatross(stage, 'adopt --cleanup');
    expect(dry.out).toContain('Nothing was changed; with --yes 3 would be deleted.');
    expect(dry.out).toContain('It would be refused now: the LBC runs: lbc-0 holds the Lease');
    const refused = await albatross(stage, 'adopt --cleanup --yes');
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('the LBC runs: lbc-0')]);
    expect(await k('get targetgroupbindings -A -o name')).toBe(names);
    await k('delete lease aws-load-balancer-controller-leader -n kube-system');
    expect((await albatross(stage, 'adopt --cleanup --yes')).err).toContain('there is no Lease');
    const done = await albatross(stage, 'adopt --cleanup --yes --lbc-lease none');
    expect(done.out.match(/deleted, its targets stay/g)).toHaveLength(3);
    expect(await k('get targetgroupbindings -A -o name')).toBe('');
    expect(await aws()).toEqual(before);
  });
});

describe('back to the LBC', () => {
  test('release is refused while our controller runs', async () => {
    const { code, err } = await albatross(stage, `release --all --yes --as ${CONTROLLER}`);
    expect(err).toContain('a controller of Albatross runs: ');
    expect(code).toBe(1);
    expect(await finalizers('shop/web')).toEqual([KEPT]);
  });

  test('release puts the finalizers back and leaves AWS alone', async () => {
    await stage.controller().stop();
    const dry = await albatross(stage, 'release --all');
    expect(dry.out).toMatch(/^blog\/two +group\.ingress\.k8s\.aws\/www$/m);
    expect(dry.out).toContain('Nothing was changed; with --yes 4 would be given back.');
    const { out, code } = await albatross(stage, `release web -n shop --yes --as ${CONTROLLER}`);
    expect([code, out]).toEqual([0, expect.stringContaining('shop/web: given back')]);
    expect(await k('get lbb -n shop -o name')).not.toContain('/web');
    expect((await albatross(stage, `release --all --yes --as ${CONTROLLER}`)).code).toBe(0);
    expect(await k('get lbb -A -o name')).toBe('');
    for (const { key, finalizer } of fleet) expect(await finalizers(key)).toEqual([KEPT, finalizer]);
    expect(await Promise.all(fleet.map(({ key }) => rest(key)))).toEqual(ingresses);
    expect(await aws()).toEqual(before);
  });
});

describe('deletion', () => {
  test('an Ingress deleted while nobody ran is cleaned up after, those that are left are taken over again', async () => {
    await k('delete ingress late -n blog --wait=false');
    for (const { of, name } of fleet)
      await k(
        `patch ingress ${name} -n ${of} --type=json --patch=[{"op":"remove","path":"/metadata/finalizers/0"}]`,
      );
    await stage.startController('again');
    await vi.waitFor(async () => expect(await k('get ingress,lbb -A -o name')).not.toContain('late'), soon);
    await vi.waitFor(async () => {
      for (const { key } of fleet.slice(0, 3)) expect(await finalizers(key)).toEqual([]);
    }, soon);
    await untilQuiet(stage);
    const { loadBalancers } = await takePicture(stage);
    expect(loadBalancers.map(({ tags }) => tags['ingress.k8s.aws/stack']).sort()).toEqual([
      'shop/web',
      'www',
    ]);
  });

  test('delete returns at once and leaves nothing', async () => {
    await k('delete ingress -n shop --all --timeout=2s');
    await k('delete ingress -n blog --all --timeout=2s');
    await vi.waitFor(async () => expect(await k('get lbb -A -o name')).toBe(''), soon);
    await untilQuiet(stage);
    expect((await takePicture(stage)).loadBalancers).toEqual([]);
  });
});
