// What is renewed and when, with real certificates: at no moment is something served that whoever asks does not trust.
import { describe, expect, test } from 'vitest';
import type { KeyAndCertificate } from '../certificate.ts';
import { AUTHORITY, issueAuthority, issueServing, SERVING } from './issue.ts';
import {
  bundleOf,
  certificatesIn,
  dataOf,
  issuerOf,
  type Material,
  readMaterial,
  serves,
} from './material.ts';
import { type HeldPair, type Renewal, renewalOf, SETTLING_MS } from './renewal.ts';

const NAMES = ['albatross-webhook.albatross-system.svc', '127.0.0.1'];
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START = Date.parse('2026-01-01T00:00:00Z');

async function made(now: number): Promise<Material> {
  const authority = await issueAuthority(now);
  const pair = await issueServing(authority, NAMES, now);
  return { authorities: [authority.cert], authorityKey: authority.key, pair };
}

const stored = (material: Material, now: number) => readMaterial(dataOf(material), NAMES, now);

const renewal = (material: Material, now: number, held?: HeldPair) =>
  renewalOf({ stored: stored(material, now), held, trusted: material.authorities, names: NAMES, now });

/** As the keeper does it. */
async function carriedOut({ others, signing, pair }: Renewal, now: number): Promise<Material> {
  const by = signing === 'new' ? await issueAuthority(now) : signing;
  const served = pair === 'new' ? await issueServing(by, NAMES, now) : pair;
  return { authorities: [by.cert, ...others], authorityKey: by.key, pair: served };
}

const heldOf = ({ pair, authorities }: Material): HeldPair => {
  const issuer = issuerOf(pair, authorities.flatMap(certificatesIn));
  if (issuer === undefined) throw new Error('signed by nobody');
  return { ...pair, issuer };
};

test('what was made is good, and nothing is due before its time', async () => {
  const material = await made(START);
  expect(stored(material, START)).toMatchObject({ pair: material.pair, faults: [] });
  expect(renewal(material, START)).toBeUndefined();
  expect(renewal(material, START + SERVING.goodMs - SERVING.renewMs)).toBeUndefined();
  expect(renewal(material, START + SERVING.goodMs - SERVING.renewMs + 1)).toMatchObject({
    pair: 'new',
    because: 'the certificate ends within 30 days',
  });
});

describe('what is spoilt is told and made anew', () => {
  const rows: readonly [string, Partial<Record<string, string>>, string][] = [
    [
      'an empty Secret',
      { 'ca.key': '', 'ca.crt': '', 'tls.crt': '', 'tls.key': '' },
      'ca.key holds no private key (PEM); tls.crt holds no certificate (PEM)',
    ],
    ['no key of the authority', { 'ca.key': 'x' }, 'ca.key holds no private key (PEM)'],
    [
      'no authority',
      { 'ca.crt': 'x' },
      'ca.crt holds no authority that is good now and whose key is ca.key; no authority in ca.crt signed tls.crt',
    ],
    ['no certificate', { 'tls.crt': 'x' }, 'tls.crt holds no certificate (PEM)'],
    ['no key', { 'tls.key': 'x' }, 'tls.key holds no private key (PEM)'],
  ];
  test.each(rows)('%s', async (_, spoilt, because) => {
    const material = await made(START);
    const data = { ...dataOf(material) };
    for (const [key, text = ''] of Object.entries(spoilt)) data[key] = Buffer.from(text).toString('base64');
    const held = heldOf(material);
    const read = readMaterial(data, NAMES, START);
    expect(read.faults.join('; ')).toBe(because);
    const { authorities: trusted } = material;
    const next = renewalOf({ stored: read, held, trusted, names: NAMES, now: START + 1 });
    if (next === undefined) throw new Error('nothing is made anew');
    const after = await carriedOut(next, START + 1);
    expect(stored(after, START + 1).faults).toEqual([]);
    // What is served is what whoever asks trusts already.
    expect(issuerOf(after.pair, trusted)).toBeDefined();
    expect(renewal(after, START + 2)).toBeUndefined();
  });

  test('a certificate for other names, of another key, of a stranger', async () => {
    const [material, other] = [await made(START), await made(START)];
    const authority = { cert: material.authorities[0] ?? '', key: material.authorityKey };
    const named = await issueServing(authority, ['localhost'], START);
    const words = (pair: KeyAndCertificate) => stored({ ...material, pair }, START).faults.join();
    expect(words(named)).toBe('tls.crt is not for albatross-webhook.albatross-system.svc');
    expect(words({ ...material.pair, key: named.key })).toBe('tls.key is not the key of tls.crt');
    expect(words(other.pair)).toBe('no authority in ca.crt signed tls.crt');
  });
});

test('after its end everything is made anew at once, whatever was served', async () => {
  const material = await made(START);
  const late = START + SERVING.goodMs + 1;
  expect(renewal(material, late, heldOf(material))).toMatchObject({ pair: 'new', others: [] });
  const ages = START + AUTHORITY.goodMs + 1;
  expect(renewal(material, ages, heldOf(material))).toMatchObject({
    signing: 'new',
    pair: 'new',
    others: [],
  });
});

test('a Secret that is deleted again and again does not make the list of authorities grow', async () => {
  let material = await made(START);
  const held = heldOf(material);
  for (let times = 1; times < 12; times++) {
    const empty = readMaterial(undefined, NAMES, START + times);
    const next = renewalOf({
      stored: empty,
      held,
      trusted: material.authorities,
      names: NAMES,
      now: START + times,
    });
    if (next === undefined) throw new Error('nothing is made anew');
    material = await carriedOut(next, START + times);
    expect(material.pair).toEqual({ cert: held.cert, key: held.key });
    expect(material.authorities.length).toBeLessThanOrEqual(5);
    expect(material.authorities).toContain(held.issuer);
  }
});

test('an authority is replaced without a moment in which what is served is not trusted', async () => {
  // A replica that looks at once, one that looks late, and an API server that learns late.
  const LATE = 50 * MINUTE;
  const history: { at: number; material: Material }[] = [];
  const first = START + AUTHORITY.goodMs - AUTHORITY.renewMs;
  const authority = await issueAuthority(START);
  const pair = await issueServing(authority, NAMES, first - 50 * DAY);
  history.push({
    at: first - DAY,
    material: { authorities: [authority.cert], authorityKey: authority.key, pair },
  });
  const asOf = (at: number): Material => {
    const known = history.findLast((one) => one.at <= at) ?? history[0];
    if (known === undefined) throw new Error('nothing is known');
    return known.material;
  };
  const reasons = new Set<string>();
  let calm = 0;
  for (let now = first - 10 * MINUTE; now < first + 20 * DAY; now += calm > 12 ? DAY : 20 * MINUTE) {
    const next = renewal(asOf(now), now, heldOf(asOf(now)));
    calm = next === undefined ? calm + 1 : 0;
    if (next !== undefined) {
      reasons.add(next.because);
      history.push({ at: now, material: await carriedOut(next, now) });
    }
    for (const [seen, trusts] of [
      [now, now - LATE],
      [now - LATE, now],
      [now, now],
      [now - LATE, now - LATE],
    ] as const) {
      const { pair: served } = asOf(seen);
      expect(serves(served, NAMES, now)).toBe(true);
      expect(issuerOf(served, certificatesIn(bundleOf(asOf(trusts).authorities)))).toBeDefined();
    }
  }
  expect([...reasons]).toEqual([
    'the authority ends within a year',
    'another authority signs from now on',
    'nobody serves what the authorities before it signed',
  ]);
  expect(history.at(-1)?.material.authorities).toHaveLength(1);
  expect(SETTLING_MS).toBeGreaterThan(LATE);
});
