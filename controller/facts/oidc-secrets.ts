// Secrets of logins: read by name, one by one, and looked at again from time to time (hack/decisions/0009). Of each only the
// client is kept, and its secret leaves this file in one way: into the call that gives it to AWS.
//
//   named by a group ─▶ read ─▶ looked at every 3 s (while it is missing: after 1, 2, 4 … s) ─differs─▶ changed(group)
//   named by nobody  ─▶ forgotten

import { type ScryptOptions, scrypt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Looked } from '../../alb/desire/facts.ts';
import type { OidcClient } from '../../api/aws.ts';
import { annotationPath } from '../../api/problems/finding.ts';
import { type Problem, warning } from '../../api/problems/problem.ts';
import type { KubeClient, KubeOutcome } from '../../kube/client.ts';
import { KINDS } from '../../kube/kinds.ts';
import { readObject } from '../../kube/objects.ts';

/** A label of an object. */
export interface Label {
  readonly key: string;
  readonly value: string;
}

export interface SecretsOptions {
  readonly client: Pick<KubeClient, 'request'>;
  /** Enters the salt of the hashes. */
  readonly clusterName: string;
  /** Milliseconds between two looks at a Secret. */
  readonly everyMs: number;
  /** A Secret without this label is as good as none; any will do when it is unset. */
  readonly requiredLabel?: Label | undefined;
  /** A Secret that the group names is not as it was. */
  changed(group: string): void;
}

interface Client {
  readonly id: string;
  readonly secret: string;
}

type Read = Client | { readonly because: string };

interface CachedSecret {
  readonly key: string;
  readonly groups: Set<string>;
  /** What was read last; undefined before. */
  read?: Read;
  looked: Promise<Looked<OidcClient>>;
  /** The last two: what is being carried out may still be about the one before. */
  hashes: { readonly hash: string; readonly secret: string }[];
  timer?: NodeJS.Timeout;
  /** Looks in a row that found no client. */
  misses: number;
}

/** A look at what is missing comes sooner, in milliseconds. */
const FIRST_MISS_MS = 1_000;
/** Looks at Secrets that exist take no more than five requests a second in all, in milliseconds. */
const PACE_MS = 200;

/**
 * Slow enough that a weak secret is not guessed from a status in a moment, and 4 MiB for a hundredth of a second (RFC 7914).
 */
const COST: ScryptOptions = { N: 4096, r: 8, p: 1 };
const HASH_BYTES = 16;

const hashed = (secret: string, salt: string): Promise<string> =>
  new Promise((resolve, reject) => {
    scrypt(secret, salt, HASH_BYTES, COST, (error, hash) =>
      error === null ? resolve(hash.toString('base64url')) : reject(error),
    );
  });

interface SecretObject {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>> | null;
}

const text = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString('utf8');

/** The client in a Secret, as the LBC reads it (spec annotations 10.3); none when a label is required that it does not have. Pure. */
export function clientIn(outcome: KubeOutcome<SecretObject>, required?: Label): Read {
  if (!outcome.ok) {
    if (outcome.reason === 'notFound') return { because: 'it does not exist' };
    return { because: `it cannot be read: ${outcome.message}` };
  }
  const { metadata, data: said } = outcome.object;
  if (required !== undefined && metadata?.labels?.[required.key] !== required.value)
    return {
      because: `it does not have the label ${required.key}=${required.value} of --required-secrets-label`,
    };
  const data = said ?? {};
  const id = text(data.clientID ?? data.clientId).replace(/\p{White_Space}+$/u, '');
  const secret = text(data.clientSecret).replace(/\p{Cc}+$/u, '');
  if (id === '') return { because: 'it has no key clientID, or nothing in it' };
  return secret === '' ? { because: 'it has no key clientSecret, or nothing in it' } : { id, secret };
}

/** What a member is told when the Secret cannot be had. */
function missing(key: string, why: string): Problem {
  const [namespace = '', name = ''] = key.split('/');
  const because = `the login needs Secret ${name} in namespace ${namespace} with clientID and clientSecret, and ${why}; rules that have this login keep it, others answer 503`;
  return warning('SecretNotFound', `${annotationPath('auth-idp-oidc')}.secretName`, { value: name, because });
}

const hasClient = (read: Read | undefined): boolean => read !== undefined && 'id' in read;

/** Reads Secrets; nothing is read before a group names one. */
export class Secrets {
  readonly #options: SecretsOptions;
  readonly #entries = new Map<string, CachedSecret>();
  /** One hash at a time, so that many Secrets at a start cost time and not memory. */
  #hashing: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: SecretsOptions) {
    this.#options = options;
  }

  /**
   * The clients in the Secrets that a group names, by `namespace/name`. What was read before is not read again: a change is
   * told through `changed`. Secrets that nobody names any more are forgotten.
   */
  async of(group: string, named: readonly string[]): Promise<ReadonlyMap<string, Looked<OidcClient>>> {
    for (const entry of [...this.#entries.values()])
      if (entry.groups.has(group) && !named.includes(entry.key)) this.#leave(entry, group);
    const looks = named.map(async (key) => {
      const entry = this.#entries.get(key) ?? this.#enter(key);
      entry.groups.add(group);
      return [key, await entry.looked] as const;
    });
    return new Map(await Promise.all(looks));
  }

  /** The client secret that a hash stands for. */
  reveal(hash: string): string | undefined {
    for (const { hashes } of this.#entries.values()) {
      const known = hashes.find((one) => one.hash === hash);
      if (known !== undefined) return known.secret;
    }
    return undefined;
  }

  stop(): void {
    this.#stopped = true;
    for (const { timer } of this.#entries.values()) clearTimeout(timer);
  }

  #enter(key: string): CachedSecret {
    const looked = this.#read(key).then((read) => this.#take(entry, read));
    const entry: CachedSecret = { key, groups: new Set(), hashes: [], misses: 0, looked };
    this.#entries.set(key, entry);
    return entry;
  }

  #leave(entry: CachedSecret, group: string): void {
    entry.groups.delete(group);
    if (entry.groups.size > 0) return;
    clearTimeout(entry.timer);
    this.#entries.delete(entry.key);
  }

  async #read(key: string): Promise<Read & { readonly silent?: boolean }> {
    const [namespace = '', name = ''] = key.split('/');
    const outcome = await readObject<SecretObject>(this.#options.client, KINDS.secrets, { namespace, name });
    const away = !outcome.ok && outcome.reason === 'unavailable';
    return { ...clientIn(outcome, this.#options.requiredLabel), ...(away ? { silent: true } : {}) };
  }

  async #again(entry: CachedSecret): Promise<void> {
    const { silent, ...read } = await this.#read(entry.key);
    // An API server that is away says nothing about a Secret that is known.
    if ((silent && hasClient(entry.read)) || isDeepStrictEqual(read, entry.read)) {
      if (!hasClient(entry.read)) entry.misses += 1;
      this.#later(entry);
      return;
    }
    entry.looked = this.#take(entry, read);
    await entry.looked;
    for (const group of entry.groups) this.#options.changed(group);
  }

  /** Notes what was read; the next look is set for later. */
  async #take(entry: CachedSecret, { silent: _, ...read }: Read & { readonly silent?: boolean }) {
    entry.read = read;
    entry.misses = hasClient(read) ? 0 : entry.misses + 1;
    const looked = await this.#lookedOf(entry, read);
    this.#later(entry);
    return looked;
  }

  async #lookedOf(entry: CachedSecret, read: Read): Promise<Looked<OidcClient>> {
    if ('because' in read) {
      entry.hashes = [];
      return { problem: missing(entry.key, read.because) };
    }
    const salt = `${this.#options.clusterName}/${entry.key}`;
    const turn = this.#hashing.then(() => hashed(read.secret, salt));
    this.#hashing = turn;
    const hash = await turn;
    entry.hashes = [{ hash, secret: read.secret }, ...entry.hashes.slice(0, 1)];
    return { value: { id: read.id, secret: hash } };
  }

  #later(entry: CachedSecret): void {
    if (this.#stopped || this.#entries.get(entry.key) !== entry) return;
    const steady = Math.max(this.#options.everyMs, this.#entries.size * PACE_MS);
    const soon = FIRST_MISS_MS * 2 ** (entry.misses - 1);
    const wait = hasClient(entry.read) ? steady : Math.min(steady, soon);
    entry.timer = setTimeout(() => this.#again(entry), wait * (0.9 + Math.random() * 0.2));
    entry.timer.unref();
  }
}
