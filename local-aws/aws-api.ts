// The API without sockets: one request in, one answer out. Faults and counts first, then the service that it is for.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveCertificates } from './account/acm.ts';
import { checkAdmitted } from './account/admitted.ts';
import { checkAssumable } from './account/assume-role.ts';
import { checkDeletion } from './account/guard.ts';
import { NOTHING, needsOf } from './account/needs.ts';
import { type Pools, serveNetwork } from './account/network.ts';
import { concernsProtections, protectionAnswer, protectionFacts } from './account/protect.ts';
import { isTagCall, serveTags, type TagCall, type TagInput, type TagOutput } from './account/tag-changes.ts';
import {
  checkGetResources,
  concernsUs,
  type GetResourcesInput,
  ourMappings,
  pageOfMappings,
  type TagMapping,
  withoutOurs,
} from './account/tagging.ts';
import { readWorld, type WorldReader } from './account/world.ts';
import { CallLog, FaultPlan } from './call-log.ts';
import { visibleState } from './elb/eventual-consistency.ts';
import { ACTIONS, type ActionName } from './elb/model.ts';
import { isAction, isMutating, perform } from './elb/perform.ts';
import { AwsRefusal } from './elb/refusal.ts';
import { type CallContext, type ElbState, emptyState } from './elb/state.ts';
import { ConnectionReset } from './faults.ts';
import { forwardToMoto, MotoProxy, type RawRequest } from './moto/moto-proxy.ts';
import { performProtection } from './protections/perform.ts';
import { emptyProtections, type ProtectionState } from './protections/state.ts';
import { type HttpAnswer, json, refusalAnswer, xml } from './protocol/answer.ts';
import { type AwsCall, readCall, subjectOf } from './protocol/call.ts';
import { ec2Xml } from './protocol/ec2.ts';
import { parseQuery, resultXml } from './protocol/query.ts';
import type { MotoCall, Replayed } from './state-file/entries.ts';
import type { Journal } from './state-file/state-file.ts';

export interface AwsApiSettings extends Omit<CallContext, 'now' | 'world'> {
  motoUrl: string;
  latencyMs: number;
  /** Address pools of the account. */
  pools: Pools;
  /** What there is at the start. */
  start: Replayed;
  /** Called after each call that may have changed the state, before its answer goes out. */
  changed: (action: string) => Promise<void>;
  /** Called with every certificate that is imported into ACM. */
  certificateImported: (arn: string, certPem: string, keyPem: string) => void;
}

export class AwsApi {
  readonly state: ElbState;
  readonly protections: ProtectionState;
  readonly callLog = new CallLog();
  readonly faults: FaultPlan;
  readonly reader: WorldReader;
  readonly #settings: AwsApiSettings;
  readonly #motoProxy: MotoProxy;
  #journal: Journal | undefined;

  constructor(settings: AwsApiSettings) {
    this.#settings = settings;
    this.state = settings.start.state;
    this.protections = settings.start.protections;
    this.#motoProxy = new MotoProxy(settings.motoUrl);
    this.faults = new FaultPlan(settings.latencyMs, this.state.serial);
    this.reader = readWorld(settings.motoUrl, settings.region);
  }

  context(): CallContext {
    const { region, account, provisioningMs, timeScale, limits } = this.#settings;
    const world = this.reader.world;
    return { region, account, provisioningMs, timeScale, limits, now: Date.now(), world };
  }

  /** Repeats to moto the calls from before a restart, and takes the certificates from them. */
  repeat(calls: readonly MotoCall[]): Promise<void> {
    return this.#motoProxy.repeat(calls, this.#settings.region, (passed, answer) => {
      const call = readCall(passed.method, passed.path, passed.headers, Buffer.from(passed.body, 'base64'));
      if (isImport(call)) this.#imported(call.json, answer);
    });
  }

  /** From now on every change is written down before it is answered. */
  record(journal: Journal): void {
    this.#journal = journal;
    this.#motoProxy.record(journal);
  }

  /** As if it had just been started without a state file: nothing is left, of moto neither. */
  async reset(): Promise<void> {
    await this.#motoProxy.reset(this.#settings.region);
    // Serials go on, so that no ARN comes twice.
    replaceContents(this.state, { ...emptyState(), serial: this.state.serial });
    replaceContents(this.protections, emptyProtections());
    this.reader.forget();
    this.callLog.reset();
    this.faults.heal();
    this.#journal?.restart(this.state, this.protections);
    // Servers of listeners that are gone are closed.
    await this.#settings.changed('DeleteListener');
  }

  /** Answers one request; never rejects but for a bug, or a connection that is to be cut. */
  async handle(request: RawRequest): Promise<HttpAnswer> {
    const call = readCall(request.method, request.path, request.headers, request.body);
    const requestId = randomUUID();
    this.faults.called(call.action, this.callLog.count(call.service, call.action));
    if (this.faults.latencyMs > 0) await sleep(this.faults.latencyMs);
    try {
      checkAdmitted(call, this.#settings.region);
      const before =
        this.faults.due(call.action, 'before') ?? this.faults.exceeded(call.service, call.action, Date.now());
      if (before !== undefined) throw before;
      const answer = await this.#serve(call, request, requestId);
      if (isMutating(call.action) && answer.status < 300)
        this.callLog.log(Date.now(), call.service, call.action, subjectOf(call));
      const after = this.faults.due(call.action, 'after');
      if (after !== undefined) throw after;
      return answer;
    } catch (error) {
      const refusal = error instanceof AwsRefusal ? error : unanswered(this.#settings.motoUrl, error);
      if (refusal === undefined) throw error;
      return refusalAnswer(call, refusal, requestId);
    }
  }

  async #serve(call: AwsCall, request: RawRequest, requestId: string): Promise<HttpAnswer> {
    if (call.service === 'elasticloadbalancing') return this.#loadBalancing(call, requestId);
    if (call.service === 'tagging' && call.action === 'GetResources' && concernsUs(call.json))
      return this.#getResources(call.json, request);
    if (call.service === 'tagging' && isTagCall(call.action))
      return this.#tags(call.action, call.json, request);
    if (concernsProtections(call)) return this.#protect(call, request);
    const network = await serveNetwork(this.#network(), call);
    if (network !== undefined) return xml(ec2Xml(call.action, network, requestId));
    await checkAssumable(this.#settings.motoUrl, this.#settings.account, call);
    const pass = (one: RawRequest) => this.#motoProxy.pass(call, one);
    const certificates = await serveCertificates(this.state, call, request, pass);
    if (certificates !== undefined) return certificates;
    const { state, protections, reader } = this;
    const answer = await pass(await checkDeletion({ state, protections, users: reader }, call, request));
    reader.passedThrough(call.service, call.action);
    if (isImport(call) && answer.status < 300) this.#imported(call.json, answer);
    return answer;
  }

  #network(): Parameters<typeof serveNetwork>[0] {
    const { ec2, world } = this.reader;
    const { account, pools } = this.#settings;
    const { subnets, securityGroups } = world;
    return {
      ...{ ec2, account, pools, subnets, securityGroups, state: this.#visible() },
      know: (wanted, groups) => this.reader.gather({ ...NOTHING, subnets: wanted, securityGroups: groups }),
    };
  }

  #imported(input: Record<string, unknown>, answer: HttpAnswer): void {
    const { CertificateArn: arn } = JSON.parse(answer.body.toString()) as { CertificateArn: string };
    const pem = (blob: unknown) => Buffer.from(String(blob), 'base64').toString();
    const chain = input.CertificateChain === undefined ? '' : `\n${pem(input.CertificateChain)}`;
    this.#settings.certificateImported(arn, `${pem(input.Certificate)}${chain}`, pem(input.PrivateKey));
  }

  async #loadBalancing(call: AwsCall, requestId: string): Promise<HttpAnswer> {
    const { action } = call;
    if (!isAction(action))
      throw new AwsRefusal('InvalidAction', `The action ${action} is not valid for this web service`);
    const output = await this.#perform(action, parseQuery(call.form, ACTIONS[action]));
    return xml(resultXml(action, output, requestId));
  }

  /** One call on Elastic Load Balancing; what it changes is written down, and real, when this is over. */
  async #perform(action: ActionName, input: object): Promise<object> {
    await this.reader.gather(needsOf(action, input, this.state));
    const context = this.context();
    const mutating = isMutating(action);
    const output = perform(mutating ? this.state : this.#visible(), action, input, context);
    if (mutating) {
      this.faults.recordSerial(this.state.serial, context.now);
      this.#journal?.world(context.world);
      this.#journal?.write({ kind: 'call', at: context.now, action, input });
      await this.#settings.changed(action);
    }
    return output;
  }

  async #tags(action: TagCall, input: TagInput, request: RawRequest): Promise<HttpAnswer> {
    const behind = async (rest: TagInput): Promise<TagOutput> => {
      const body = Buffer.from(JSON.stringify(rest));
      const answer = await forwardToMoto(this.#settings.motoUrl, { ...request, body });
      return JSON.parse(answer.body.toString()) as TagOutput;
    };
    const change = (name: ActionName, changes: object) => this.#perform(name, changes);
    return json(await serveTags(this.#visible(), action, input, { change, behind }));
  }

  async #protect(call: AwsCall, request: RawRequest): Promise<HttpAnswer> {
    const { loadBalancers } = this.state;
    const sources = { state: this.protections, loadBalancers, motoUrl: this.#settings.motoUrl };
    const facts = await protectionFacts(sources, call, request, this.context());
    const { service, action, json: input } = call;
    const { serial } = this.protections;
    const output = performProtection(this.protections, { service, action, input }, facts);
    if (isMutating(action) || this.protections.serial !== serial)
      this.#journal?.write({ kind: 'protection', call: { service, action, input }, facts });
    return protectionAnswer(sources, call, request, output);
  }

  /** The state as it shows itself: what is new may not be there yet. */
  #visible(): ElbState {
    const upTo = this.faults.visibleUpTo(Date.now());
    return upTo === undefined ? this.state : visibleState(this.state, upTo);
  }

  async #getResources(input: GetResourcesInput, request: RawRequest): Promise<HttpAnswer> {
    checkGetResources(input);
    const all = ourMappings(this.#visible(), input);
    const rest = withoutOurs(input);
    let token: string | undefined;
    do {
      if (rest === undefined) break;
      const body = Buffer.from(JSON.stringify({ ...rest, ...(token ? { PaginationToken: token } : {}) }));
      const answer = await forwardToMoto(this.#settings.motoUrl, { ...request, body });
      if (answer.status >= 300) return answer;
      const found = JSON.parse(answer.body.toString()) as {
        PaginationToken?: string;
        ResourceTagMappingList?: TagMapping[];
      };
      all.push(...(found.ResourceTagMappingList ?? []));
      token = found.PaginationToken;
    } while (token);
    return json(pageOfMappings(all, input));
  }
}

/** The refusal of a call that needs moto, when moto has gone; undefined for any other error. */
function unanswered(motoUrl: string, error: unknown): AwsRefusal | undefined {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  const because = [code, cause?.code].find((each) => each === 'ECONNREFUSED' || each === 'ECONNRESET');
  if (because === undefined || error instanceof ConnectionReset) return undefined;
  return new AwsRefusal('ServiceUnavailable', `moto at ${motoUrl} does not answer (${because})`, 503);
}

/** Gives an object that others hold the contents of another one. */
function replaceContents<T extends object>(held: T, next: T): void {
  for (const name of Object.keys(held)) Reflect.deleteProperty(held, name);
  Object.assign(held, next);
}

const isImport = ({ service, action }: AwsCall): boolean =>
  service === 'acm' && action === 'ImportCertificate';
