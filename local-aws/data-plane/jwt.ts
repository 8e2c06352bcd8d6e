// Verifying a client's JWT (ALB User Guide: Verify JWTs using an Application Load Balancer).
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { rootCertificates } from 'node:tls';
import type {
  JwtValidationActionAdditionalClaim,
  JwtValidationActionConfig,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';

/** ALB User Guide, JWT verification limits. */
const KEY_SET_MAX_BYTES = 150 * 1024;
const KEYS_MAX = 10;
/** How long a key set is kept; no document says how long AWS keeps it. */
const KEY_SET_MS = 60_000;

/** Key sets of identity providers, fetched when they are first needed. */
export class TokenKeys {
  readonly #authorities: () => readonly string[];
  readonly #sets = new Map<string, { until: number; keys: Promise<JSONWebKeySet | undefined> }>();

  /** `authorities`: certificates as PEM that an endpoint may have besides those of the public authorities. */
  constructor(authorities: () => readonly string[]) {
    this.#authorities = authorities;
  }

  /** The keys of an endpoint; undefined when they cannot be had or are too many. */
  async of(endpoint: string): Promise<JSONWebKeySet | undefined> {
    const now = Date.now();
    const known = this.#sets.get(endpoint);
    if (known !== undefined && known.until > now) return known.keys;
    const keys = fetchKeys(endpoint, [...rootCertificates, ...this.#authorities()]);
    this.#sets.set(endpoint, { until: now + KEY_SET_MS, keys });
    // What failed is tried again with the next request.
    if ((await keys) === undefined) this.#sets.delete(endpoint);
    return keys;
  }
}

async function fetchKeys(endpoint: string, ca: string[]): Promise<JSONWebKeySet | undefined> {
  const body = await new Promise<string | undefined>((resolve) => {
    https
      .get(endpoint, { ca, agent: false, timeout: 5_000 }, (response) => {
        if (response.statusCode === 200) text(response).then(resolve, () => resolve(undefined));
        else {
          response.resume();
          resolve(undefined);
        }
      })
      .on('timeout', function (this: { destroy(): void }) {
        this.destroy();
      })
      .on('error', () => resolve(undefined));
  });
  return body === undefined ? undefined : readKeySet(body);
}

/** A key set within AWS's limits: 150 KB and 10 keys. */
export function readKeySet(body: string): JSONWebKeySet | undefined {
  if (Buffer.byteLength(body) > KEY_SET_MAX_BYTES) return undefined;
  let set: unknown;
  try {
    set = JSON.parse(body);
  } catch {
    // An endpoint that does not answer with JSON has no keys.
    return undefined;
  }
  return isKeySet(set) && set.keys.length <= KEYS_MAX ? set : undefined;
}

const isKeySet = (set: unknown): set is JSONWebKeySet =>
  typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys);

/**
 * Whether the bearer token of a request is good: signed with RS256 by one of the keys, from the issuer, not over (`exp` is
 * required; `nbf` and `iat` count when they are there), and with every additional claim.
 */
export async function isGoodToken(
  authorization: string | undefined,
  config: JwtValidationActionConfig,
  keys: JSONWebKeySet,
): Promise<boolean> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return false;
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      algorithms: ['RS256'],
      issuer: config.Issuer ?? '',
      requiredClaims: ['exp'],
    });
    const now = Date.now() / 1000;
    return (
      (payload.iat ?? 0) <= now + 1 && (config.AdditionalClaims ?? []).every((claim) => has(payload, claim))
    );
  } catch (error) {
    // Every way in which a token can be bad.
    if (error instanceof errors.JOSEError || error instanceof TypeError) return false;
    throw error;
  }
}

/** Whether a token has one of the values that a claim must have. */
function has(
  payload: JWTPayload,
  { Name: name = '', Format: format, Values: wanted = [] }: JwtValidationActionAdditionalClaim,
): boolean {
  const claim = payload[name];
  if (format === 'string-array') return Array.isArray(claim) && claim.some((one) => wanted.includes(one));
  if (typeof claim !== 'string') return false;
  return format === 'space-separated-values'
    ? claim.split(' ').some((one) => wanted.includes(one))
    : wanted.includes(claim);
}
