// Keeps the webhook's certificate: in a Secret that all replicas share, trusted by the webhook configurations, served by this
// process. Whoever loses the race for the Secret reads what the winner wrote.
//
//   Secret, configurations changed ─┐
//   every minute (time passes) ─────┴─▶ renewal due? ─▶ write the Secret as it was read ─conflict─▶ (the watch shows the winner's)
//                                          │ no
//                                          ▼
//                                configurations trust exactly the Secret's authorities? ─no─▶ write them
//                                          ▼
//                                stored pair trusted, or ours no longer good? ─▶ serve it
import type { Logger } from 'pino';
import type { Secret } from '../../api/kube.ts';
import type { KubeClient, KubeOutcome } from '../../kube/client.ts';
import { KINDS, type KubeKind } from '../../kube/kinds.ts';
import { writeSecret } from '../../kube/secret.ts';
import { Watched, type WatchState } from '../../kube/watch.ts';
import type { CertificateSource, KeyAndCertificate } from '../certificate.ts';
import { CONFIGURATION } from '../webhook-configuration.ts';
import { issueAuthority, issueServing } from './issue.ts';
import { dataOf, issuerOf, readMaterial, type StoredMaterial, serves } from './material.ts';
import { type HeldPair, type Renewal, renewalOf } from './renewal.ts';
import {
  CONFIGURATION_KINDS,
  type Configuration,
  isTrusted,
  trustedBy,
  trusting,
  writeTrust,
} from './trust.ts';

/** How often the time is looked at, in milliseconds. */
const EVERY_MS = 60_000;

/** Shortest time between two passes that wrote, in milliseconds: whoever else insists on the Secret is not fought in a hot loop. */
const PAUSE_MS = 1_000;

/** After passes that failed or wrote, one upon the other, the pause doubles, up to this many times the shortest. */
const LONGEST_PAUSES = 32;

export interface KeeperOptions {
  readonly client: KubeClient;
  readonly log: Logger;
  /** Of the Secret. */
  readonly namespace: string;
  readonly secret: string;
  /** DNS names and IP addresses that the API server asks the webhook by. */
  readonly names: readonly string[];
  /** Milliseconds since 1970; the clock unless said. */
  readonly now?: () => number;
  readonly everyMs?: number;
  readonly pauseMs?: number;
}

/** A configuration that is there. */
interface FoundConfiguration {
  readonly kind: KubeKind<Configuration>;
  readonly configuration: Configuration;
}

/** Keeps it from when it is made until it is stopped. */
export class CertificateKeeper implements CertificateSource {
  readonly #options: KeeperOptions;
  readonly #secrets: Watched<Secret>;
  readonly #configurations: readonly { kind: KubeKind<Configuration>; watched: Watched<Configuration> }[];
  readonly #first = Promise.withResolvers<KeyAndCertificate>();
  readonly #timer: NodeJS.Timeout;
  #pausing: NodeJS.Timeout | undefined;
  /** What is served. */
  #held: HeldPair | undefined;
  /** What was served first. */
  #firstCert: string | undefined;
  #changed: (pair: KeyAndCertificate) => void = () => undefined;
  /** Once the API server trusted what is served: later it is no longer waited for, it is put right. */
  #wasTrusted = false;
  #busy = true;
  #again = false;
  #stopped = false;
  #pauses = 1;
  #lastTrouble = '';

  constructor(options: KeeperOptions) {
    this.#options = options;
    const { client, log, namespace, secret } = options;
    const onChange = () => this.look();
    const onState = (state: WatchState) =>
      log[state.connected ? 'info' : 'warn']({ kind: 'certificate', ...state }, 'watch');
    const own = (name: string) => ({ client, fieldSelector: `metadata.name=${name}`, onChange, onState });
    this.#secrets = new Watched({ ...own(secret), kind: KINDS.secrets, namespace });
    this.#configurations = CONFIGURATION_KINDS.map((kind) => ({
      kind,
      watched: new Watched({ ...own(CONFIGURATION), kind }),
    }));
    this.#timer = setInterval(onChange, options.everyMs ?? EVERY_MS);
    this.#timer.unref();
    const all = [this.#secrets, ...this.#configurations.map(({ watched }) => watched)];
    void Promise.all(all.map(({ synced }) => synced)).then(() => this.#run());
  }

  /** The pair to serve first: the one in the Secret, or a new one once it is there. */
  first(): Promise<KeyAndCertificate> {
    return this.#first.promise;
  }

  follow(changed: (pair: KeyAndCertificate) => void): () => void {
    this.#changed = changed;
    if (this.#held !== undefined && this.#held.cert !== this.#firstCert) changed(this.#held);
    return () => this.stop();
  }

  /** What the API server must know before reviews are asked for. */
  missing(): readonly string[] {
    return this.#wasTrusted ? [] : ['its certificate authority in the webhook configurations'];
  }

  /** Something changed, or time passed: look again, soon. */
  look(): void {
    this.#again = true;
    if (!this.#busy) void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    clearTimeout(this.#pausing);
    this.#secrets.stop();
    for (const { watched } of this.#configurations) watched.stop();
  }

  get #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    do {
      this.#again = false;
      const wrote = await this.#pass();
      this.#pauses = wrote ? Math.min(LONGEST_PAUSES, this.#pauses * 2) : 1;
      if (wrote && !this.#stopped) await this.#pause();
    } while (this.#again && !this.#stopped);
    this.#busy = false;
  }

  #pause(): Promise<void> {
    const ms = (this.#pauses / 2) * (this.#options.pauseMs ?? PAUSE_MS);
    return new Promise((resolve) => {
      this.#pausing = setTimeout(resolve, ms);
    });
  }

  /** Whether it wrote, or tried to. */
  async #pass(): Promise<boolean> {
    const { names, namespace, secret: name, log } = this.#options;
    const secret = this.#secrets.get(namespace, name);
    const stored = readMaterial(secret?.data, names, this.#now);
    const found = this.#found();
    const trusted = trustedBy(found.map(({ configuration }) => configuration));
    const renewal = renewalOf({ stored, held: this.#held, trusted, names, now: this.#now });
    if (renewal !== undefined) {
      const because = secret === undefined ? 'there is no such Secret' : renewal.because;
      const outcome = await this.#write(secret, renewal);
      if (outcome.ok) log.info({ secret: `${namespace}/${name}`, because }, 'certificate made anew');
      return this.#tried(outcome);
    }
    const wrote = await this.#trust(found, stored.authorities);
    this.#serve(stored, found);
    return wrote;
  }

  #found(): FoundConfiguration[] {
    return this.#configurations.flatMap(({ kind, watched }) => {
      const configuration = watched.get('', CONFIGURATION);
      return configuration === undefined ? [] : [{ kind, configuration }];
    });
  }

  /** Writes the Secret as it was read. */
  async #write(before: Secret | undefined, renewal: Renewal): Promise<KubeOutcome> {
    const { client, names, namespace, secret: name } = this.#options;
    const { others } = renewal;
    const signing = renewal.signing === 'new' ? await issueAuthority(this.#now) : renewal.signing;
    const pair = renewal.pair === 'new' ? await issueServing(signing, names, this.#now) : renewal.pair;
    const material = { authorities: [signing.cert, ...others], authorityKey: signing.key, pair };
    return writeSecret(client, { namespace, name }, before, dataOf(material));
  }

  /** Has the configurations trust these; whether it wrote, or tried to. */
  async #trust(found: readonly FoundConfiguration[], authorities: readonly string[]): Promise<boolean> {
    let wrote = false;
    for (const { kind, configuration } of found) {
      const change = trusting(configuration, authorities);
      if (change === undefined) continue;
      wrote = this.#tried(await writeTrust(this.#options.client, kind, change));
    }
    return wrote;
  }

  /** A conflict is somebody faster, an everyday answer that a watch follows; anything else is told once, and tried again. */
  #tried(outcome: KubeOutcome): true {
    const { log, namespace, secret } = this.#options;
    const trouble = outcome.ok || outcome.reason === 'conflict' ? '' : outcome.message;
    if (trouble !== '') this.#again = true;
    if (trouble !== '' && trouble !== this.#lastTrouble) {
      const served = this.#held === undefined ? 'there is none to serve yet' : 'what is served is served on';
      log.error({ secret: `${namespace}/${secret}`, error: trouble }, `certificate not kept: ${served}`);
    }
    this.#lastTrouble = trouble;
    return true;
  }

  /** Serves what is stored as soon as whoever asks trusts it, or there is nothing better. */
  #serve({ pair, authorities }: StoredMaterial, found: readonly FoundConfiguration[]): void {
    if (pair === undefined) return;
    const configurations = found.map(({ configuration }) => configuration);
    const trusted = isTrusted(pair, configurations);
    const { names } = this.#options;
    const held = this.#held;
    if (held?.cert !== pair.cert) {
      const better = held === undefined || trusted || !serves(held, names, this.#now);
      if (better) this.#take(pair, issuerOf(pair, authorities) ?? '');
    }
    if (this.#held?.cert === pair.cert && trusted) this.#wasTrusted = true;
  }

  #take(pair: KeyAndCertificate, issuer: string): void {
    this.#held = { ...pair, issuer };
    this.#firstCert ??= pair.cert;
    this.#first.resolve(pair);
    if (pair.cert !== this.#firstCert) this.#changed(pair);
  }
}
