// What is to be made anew, and when. Pure.
//
// A certificate is served only when the API server trusts who signed it, and an API server learns late whom to trust. So a new
// authority is trusted first, signs later, and the one before it is trusted until nobody serves what it signed:
//
//   trusted   old ───────────────────────┐
//                new ──────────────────────────────
//   served    by old ─────┐
//                          by new ─────────────────
//              new is made  1 h later   1 h later
//
// Only when there is nothing to serve does the new one sign at once; the webhook is not ready then until it is trusted.
import type { KeyAndCertificate } from '../certificate.ts';
import { AUTHORITY, SERVING } from './issue.ts';
import { goodAuthorities, issuedAt, issuerOf, remaining, type StoredMaterial, serves } from './material.ts';

/** How long everybody has to notice a change: replicas and API servers, in milliseconds. */
export const SETTLING_MS = 60 * 60 * 1000;

/** Most authorities that are trusted at once: a Secret that somebody deletes again and again adds one each time. */
const MOST_AUTHORITIES = 5;

/** A pair that is served, with the authority that signed it. */
export interface HeldPair extends KeyAndCertificate {
  /** PEM. */
  readonly issuer: string;
}

export interface RenewalFacts {
  readonly stored: StoredMaterial;
  /** What this process serves. */
  readonly held: HeldPair | undefined;
  /** PEM of what the webhook configurations trust. */
  readonly trusted: readonly string[];
  readonly names: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What the Secret is to hold instead. */
export interface Renewal {
  /** PEM, beside the authority that signs. */
  readonly others: readonly string[];
  /** The authority that signs; `new`: it is to be made. */
  readonly signing: KeyAndCertificate | 'new';
  /** `new`: it is to be signed. */
  readonly pair: KeyAndCertificate | 'new';
  readonly because: string;
}

const settled = (pem: string, now: number): boolean => now - issuedAt(pem) >= SETTLING_MS;

/** What to write, or undefined when all is well. */
export function renewalOf(facts: RenewalFacts): Renewal | undefined {
  const { stored, names, now } = facts;
  const { signing, pair } = stored;
  const held = facts.held !== undefined && serves(facts.held, names, now) ? facts.held : undefined;
  const faults = stored.faults.join('; ');
  if (signing === undefined) return withNewAuthority(facts, held, faults);
  if (remaining(signing.cert, now) < AUTHORITY.renewMs)
    return withNewAuthority(facts, held, 'the authority ends within a year');
  const others = stored.authorities.filter((pem) => pem !== signing.cert);
  if (pair === undefined && held !== undefined && !settled(signing.cert, now))
    return {
      others: limited([held.issuer, ...others], signing),
      signing,
      pair: plain(held),
      because: faults,
    };
  const because = pair === undefined ? faults : renewable(pair, signing, now);
  if (because !== undefined) return { others, signing, pair: 'new', because };
  return pair === undefined ? undefined : withoutFormer(stored.authorities, { signing, pair, now });
}

/** Without the authorities that nobody needs any more; undefined when all are needed, or may be. */
function withoutFormer(
  authorities: readonly string[],
  { signing, pair, now }: { signing: KeyAndCertificate; pair: KeyAndCertificate; now: number },
): Renewal | undefined {
  if (!settled(signing.cert, now) || !settled(pair.cert, now)) return undefined;
  const needed = [signing.cert, issuerOf(pair, authorities)];
  if (authorities.every((pem) => needed.includes(pem))) return undefined;
  const others = authorities.filter((pem) => pem !== signing.cert && needed.includes(pem));
  return { others, signing, pair, because: 'nobody serves what the authorities before it signed' };
}

/** Why a pair that can be served is to be signed anew now; undefined when it is not. */
function renewable(pair: KeyAndCertificate, signing: KeyAndCertificate, now: number): string | undefined {
  if (!settled(signing.cert, now)) return undefined;
  if (remaining(pair.cert, now) < SERVING.renewMs) return 'the certificate ends within 30 days';
  return issuerOf(pair, [signing.cert]) === undefined ? 'another authority signs from now on' : undefined;
}

/** A new authority; what is served goes on being trusted, and is served until the new one is. */
function withNewAuthority(
  { stored, trusted, now }: RenewalFacts,
  held: HeldPair | undefined,
  because: string,
): Renewal {
  const pair = stored.pair ?? held;
  const issuer = stored.pair === undefined ? held?.issuer : issuerOf(stored.pair, stored.authorities);
  const others = [
    ...(issuer === undefined ? [] : [issuer]),
    ...stored.authorities,
    ...goodAuthorities(trusted, now),
  ];
  return {
    others: limited(others),
    signing: 'new',
    pair: pair === undefined ? 'new' : plain(pair),
    because,
  };
}

const plain = ({ cert, key }: KeyAndCertificate): KeyAndCertificate => ({ cert, key });

/** Each once, without the one that signs, the first ones where they are too many. */
const limited = (pems: readonly string[], signing?: KeyAndCertificate): string[] =>
  [...new Set(pems)].filter((pem) => pem !== signing?.cert).slice(0, MOST_AUTHORITIES - 1);
