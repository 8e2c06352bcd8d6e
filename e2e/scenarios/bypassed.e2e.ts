// Without a webhook everything arrives: the controller says what admission would have said, and keeps what it accepted last.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { takeAccountSnapshot } from '../harness/account-snapshot.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { type Stage, setStage } from '../harness/stage.ts';
import {
  ask,
  type BindingSeen,
  bindingNames,
  bindingOf,
  countAfresh,
  kubectl,
  soon,
  untilQuiet,
} from '../harness/waiters.ts';

let stage: Stage;
const k = (line: string): Promise<string> => kubectl(stage.cluster, line);

beforeAll(async () => {
  stage = await setStage({ webhook: false });
  await stage.cluster.apply(
    namespace('open'),
    ...app('open', 'web'),
    namespace('next'),
    ...app('next', 'web'),
  );
});
afterAll(() => stage?.stop());
afterEach(async () => {
  await Promise.all(['open', 'next'].map((of) => k(`delete ingress -n ${of} --all`)));
  await vi.waitFor(async () => expect(await bindingNames(stage.cluster)).toEqual([]), soon);
  await untilQuiet(stage);
});

/** The binding, as soon as it says what is expected of it. */
async function saying(
  of: string,
  name: string,
  wanted: Record<string, object>,
  state?: string,
): Promise<BindingSeen> {
  return vi.waitFor(async () => {
    const seen = await bindingOf(stage.cluster, of, name);
    expect(seen.conditions).toMatchObject(wanted);
    if (state !== undefined) expect(seen.status?.state).toBe(state);
    return seen;
  }, soon);
}

const served = { Programmed: { status: 'True' } };
const fine = { Accepted: { status: 'True' }, ResolvedRefs: { status: 'True' }, ...served };

describe('without a webhook', () => {
  test('HTTPS without any matching certificate: the port stays closed and says why, HTTP is served', async () => {
    const annotations = { 'listen-ports': '[{"HTTP":80},{"HTTPS":443}]' };
    await stage.cluster.apply(
      ingress('open', 'tls', { annotations, hosts: { 'nobody.example.net': { '/': 'web:80' } } }),
    );
    const { status, conditions } = await saying(
      'open',
      'tls',
      { ResolvedRefs: { status: 'False', reason: 'CertificateNotFound' }, ...served },
      'Degraded',
    );
    expect(conditions.ResolvedRefs?.message).toContain(
      'no issued certificate in ACM is for nobody.example.net',
    );
    const [one] = (await takeAccountSnapshot(stage)).loadBalancers;
    expect(Object.keys(one?.listeners ?? {})).toEqual(['80']);
    const host = status?.loadBalancer?.dnsName ?? '';
    await vi.waitFor(
      async () => expect((await ask(stage, host, '/', { host: 'nobody.example.net' })).status).toBe(200),
      soon,
    );
  });

  test('an invalid Ingress is not accepted, by the code that admission would have named, and nothing is made for it', async () => {
    await stage.cluster.apply(
      ingress('open', 'wrong', {
        annotations: { scheme: 'internet-facng' },
        hosts: { '': { '/': 'web:80' } },
      }),
    );
    const { conditions } = await saying('open', 'wrong', {
      Accepted: { status: 'False', reason: 'NotAllowed' },
    });
    expect(conditions.Accepted?.message).toContain('Did you mean "internet-facing"?');
    expect(conditions.Programmed?.status).toBe('False');
    await untilQuiet(stage);
    expect((await takeAccountSnapshot(stage)).loadBalancers).toEqual([]);
  });

  test('a valid Ingress that becomes invalid keeps being served as it was last accepted', async () => {
    const before = { hosts: { '': { '/old': 'web:80' } } };
    await stage.cluster.apply(ingress('open', 'turns', before));
    const { status } = await saying('open', 'turns', fine, 'Ready');
    const host = status?.loadBalancer?.dnsName ?? '';
    await countAfresh(stage);
    const snapshot = await takeAccountSnapshot(stage);
    await stage.cluster.apply(
      ingress('open', 'turns', {
        annotations: { 'target-type': 'lambda' },
        hosts: { '': { '/new': 'web:80' } },
      }),
    );
    await saying(
      'open',
      'turns',
      { Accepted: { status: 'False', reason: 'NotAllowed' }, ...served },
      'Degraded',
    );
    await untilQuiet(stage);
    expect(stage.aws.mutations()).toEqual([]);
    expect(await takeAccountSnapshot(stage)).toEqual(snapshot);
    expect((await ask(stage, host, '/old')).status).toBe(200);
    expect((await ask(stage, host, '/new')).status).toBe(404);

    stage.controller().kill('SIGKILL');
    await stage.controller().exited;
    await stage.startController();
    await saying(
      'open',
      'turns',
      { Accepted: { status: 'False', reason: 'NotAllowed' }, ...served },
      'Degraded',
    );
    await untilQuiet(stage);
    expect(stage.aws.mutations()).toEqual([]);

    await stage.cluster.apply(ingress('open', 'turns', { hosts: { '': { '/new': 'web:80' } } }));
    await saying('open', 'turns', fine, 'Ready');
    await vi.waitFor(async () => expect((await ask(stage, host, '/new')).status).toBe(200), soon);
  });

  test('members of a group that disagree: the earlier one wins, only the difference is left out, both are told', async () => {
    const group = { 'group.name': 'torn' };
    await stage.cluster.apply(
      ingress('open', 'first', {
        annotations: { ...group, scheme: 'internal', 'group.order': '7' },
        hosts: { '': { '/first': 'web:80' } },
      }),
    );
    await saying('open', 'first', fine, 'Ready');
    // A creation time has whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await stage.cluster.apply(
      ingress('next', 'second', {
        annotations: { ...group, scheme: 'internet-facing' },
        hosts: { '': { '/second': 'web:80' } },
      }),
    );
    await saying('next', 'second', { Accepted: { status: 'False', reason: 'GroupConflict' }, ...served });
    const { conditions } = await saying(
      'open',
      'first',
      { Accepted: { status: 'True', reason: 'GroupConflict' }, ...served },
      'Ready',
    );
    expect(conditions.Accepted?.message).toContain(
      'Ingress next/second of the same group says "internet-facing"',
    );
    await untilQuiet(stage);
    const [one, ...others] = (await takeAccountSnapshot(stage)).loadBalancers;
    expect(others).toEqual([]);
    expect(one?.scheme).toBe('internal');
    expect(one?.listeners[80]?.rules.map(({ paths: [path] }) => path)).toEqual(['/second', '/first']);
  });
});
