// Tests of lease, on an API server over HTTP.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ApiServer, type Bend } from '../e2e/harness/api-server.ts';
import { type KubeClient, kubeClient } from './client.ts';
import { KINDS } from './kinds.ts';
import { identityOfProcess, isDead, Lead, type LeadOptions, type Lease } from './lease.ts';

describe('names of processes', () => {
  test('no two processes, not even two names of one, are the same', () => {
    expect(identityOfProcess()).not.toBe(identityOfProcess());
  });

  test.each([
    ['gone from our place', 'host_boot-1_41_aa', false, true],
    ['running at our place', 'host_boot-1_41_aa', true, false],
    ['had our pid before us', 'host_boot-1_42_aa', true, true],
    ['ourselves', 'host_boot-1_42_bb', true, false],
    ['elsewhere with our pid', 'host_boot-2_42_aa', false, false],
    ['another program', 'some-other-holder', false, false],
  ])('%s', (_name, holder, running, dead) => {
    expect(isDead(holder, 'host_boot-1_42_bb', () => running)).toBe(dead);
  });

  test('our own process is alive', () => {
    const own = identityOfProcess();
    const [host, place] = own.split('_');
    const parent = [host, place, process.ppid, 'aa'].join('_');
    expect(isDead(parent, own)).toBe(false);
    expect(isDead([host, place, 4_194_305, 'aa'].join('_'), own)).toBe(true);
  });
});

const NAME = { namespace: 'albatross-system', name: 'leader' };
const ELSEWHERE = 'elsewhere_boot_1_aa';

let server: ApiServer;
let leads: Lead[];
let told: string[];
beforeEach(async () => {
  server = await ApiServer.start();
  [leads, told] = [[], []];
});
afterEach(async () => {
  server.bend(() => undefined);
  await Promise.all(leads.map((lead) => lead.release()));
  await server.stop();
});

function stand(identity: string, more: Partial<LeadOptions> = {}): Lead {
  const lead = new Lead({
    client: kubeClient(server.kubeConfig),
    ...NAME,
    identity,
    onLost: (because) => told.push(`${identity} lost: ${because}`),
    onWaiting: (holder) => told.push(`${identity} waits for ${holder}`),
    onTrouble: (message) => told.push(`${identity}: ${message}`),
    // Long enough for a busy machine; what waits for one of them is told in the test.
    timing: { lease: 60, deadline: 30, retry: 0.02 },
    ...more,
  });
  leads.push(lead);
  return lead;
}
/** Who cannot renew it notices soon; on a busy machine also who can. */
const SHORT = { lease: 60, deadline: 0.2, retry: 0.02 };

/** Counts what it is asked for. */
function counted(): KubeClient & { calls: number } {
  const { kubeConfig, request } = kubeClient(server.kubeConfig);
  return {
    kubeConfig,
    calls: 0,
    request(call) {
      this.calls += 1;
      return request(call);
    },
  };
}

const lease = (): Lease | undefined => server.read(KINDS.leases, NAME);
const holder = (): string | undefined => lease()?.spec?.holderIdentity;
/** Somebody else's lease, renewed just now. */
const heldBy = (holderIdentity: string, leaseDurationSeconds = 60): void =>
  void server.put(KINDS.leases, { metadata: NAME, spec: { holderIdentity, leaseDurationSeconds } } as never);
/** Writes of the lease, by who holds it then. */
const writes = (): (string | undefined)[] =>
  server.requests.flatMap(({ method, body }) =>
    method === 'GET' ? [] : [(body as Lease | undefined)?.spec?.holderIdentity],
  );

test('of two one leads; the other one does when the lease is given back', async () => {
  const first = stand('a_here_1_a');
  await first.whenLeading();
  const second = stand('b_there_1_a');
  await expect.poll(() => told).toEqual(['b_there_1_a waits for a_here_1_a']);
  expect([first.leading(), second.leading(), holder()]).toEqual([true, false, 'a_here_1_a']);
  await first.release();
  await second.whenLeading();
  expect([first.leading(), second.leading(), holder()]).toEqual([false, true, 'b_there_1_a']);
  expect(lease()?.spec?.leaseTransitions).toBe(1);
});

test('who was slower by a moment does not lead: the write of an older version is a conflict', async () => {
  heldBy('');
  let raced = false;
  server.bend(({ method }) => {
    if (method === 'PUT' && !raced) {
      raced = true;
      heldBy(ELSEWHERE);
    }
    return undefined;
  });
  const lead = stand('a_here_1_a');
  await expect.poll(() => told).toEqual([`a_here_1_a waits for ${ELSEWHERE}`]);
  expect([raced, lead.leading(), holder()]).toEqual([true, false, ELSEWHERE]);
});

test('a lease that nobody renews is taken when it has run out, by our own clock', async () => {
  heldBy(ELSEWHERE, 0.3);
  const from = performance.now();
  const lead = stand('a_here_1_a');
  await lead.whenLeading();
  expect(performance.now() - from).toBeGreaterThan(300);
  expect(told).toEqual([`a_here_1_a waits for ${ELSEWHERE}`]);
});

describe('fencing', () => {
  test('whose lease another one took has lost it for good: it is told once, and writes no more', async () => {
    const client = counted();
    const lead = stand('a_here_1_a', { client });
    await lead.whenLeading();
    heldBy(ELSEWHERE);
    await expect.poll(() => told.at(-1)).toBe(`a_here_1_a lost: ${ELSEWHERE} leads`);
    const { calls } = client;
    heldBy('');
    // Another one asks again and again meanwhile.
    stand('b_there_1_a');
    await expect.poll(() => writes().filter((by) => by === 'b_there_1_a').length).toBeGreaterThan(3);
    await lead.release();
    expect([lead.leading(), client.calls, holder()]).toEqual([false, calls + 1, 'b_there_1_a']);
    expect(told.filter((line) => line.includes('lost'))).toHaveLength(1);
  });

  const away: Bend = () => ({ status: 503, body: { message: 'away' } });
  test.each<[string, Bend | undefined, more: number]>([
    ['is away', away, 3],
    // One that is not answered stays the only one.
    ['does not answer', undefined, 0],
  ])('while the API server %s nobody may write; who still holds the lease goes on', async (_, bend, more) => {
    const late = Promise.withResolvers<undefined>();
    const lead = stand('a_here_1_a', { timing: SHORT });
    await lead.whenLeading();
    server.bend(bend ?? (() => late.promise));
    await expect.poll(() => lead.leading()).toBe(false);
    let free = false;
    void lead.whenLeading().then(() => {
      free = true;
    });
    expect(told).toContainEqual(expect.stringContaining('not renewed for 0.2 seconds'));
    const { length } = server.requests;
    await expect.poll(() => server.requests.length).toBeGreaterThanOrEqual(length + more);
    expect(free).toBe(false);
    server.bend(() => undefined);
    late.resolve(undefined);
    await lead.whenLeading();
    expect([lead.leading(), told.some((line) => line.includes('lost'))]).toEqual([true, false]);
  });

  test('who comes back and finds another leader ends', async () => {
    const lead = stand('a_here_1_a', { timing: SHORT });
    await lead.whenLeading();
    server.bend(away);
    await expect.poll(() => lead.leading()).toBe(false);
    heldBy(ELSEWHERE);
    const before = writes().length;
    server.bend(() => undefined);
    await expect.poll(() => told.at(-1)).toBe(`a_here_1_a lost: ${ELSEWHERE} leads`);
    expect([lead.leading(), writes().length - before, holder()]).toEqual([false, 0, ELSEWHERE]);
  });
});

test('trouble is told once for each reason', async () => {
  server.bend(() => ({ status: 403, body: { message: 'leases is forbidden' } }));
  stand('a_here_1_a');
  await expect.poll(() => server.requests.length).toBeGreaterThan(4);
  expect(told).toEqual(['a_here_1_a: leases is forbidden']);
});

test('who never led gives nothing back', async () => {
  heldBy(ELSEWHERE);
  const lead = stand('a_here_1_a');
  await expect.poll(() => told.length).toBe(1);
  await lead.release();
  expect(writes()).toEqual([]);
});
