// The front without sockets: one request in, one answer out. Faults and counts first, then the service that it is for.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { guardDelete, type PassedRequest, passOn } from './account/behind.ts';
import { needsOf } from './account/needs.ts';
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
import { ACTIONS } from './elb/model.ts';
import { isAction, isMutating, perform } from './elb/perform.ts';
import { AwsRefusal } from './elb/refusal.ts';
import { type Context, type ElbState, emptyState } from './elb/state.ts';
import { Eyes, FaultPlan } from './eyes.ts';
import { type Answer, json, refusalAnswer, xml } from './protocol/answer.ts';
import { type Call, readCall, subjectOf } from './protocol/call.ts';
import { parseQuery, resultXml } from './protocol/query.ts';

export interface FrontSettings extends Omit<Context, 'now' | 'world'> {
  motoUrl: string;
  latencyMs: number;
  /** Called after each call that may have changed the state, before its answer goes out. */
  changed: (action: string) => Promise<void>;
  /** Called with every certificate that is imported into ACM. */
  certificateImported: (arn: string, certPem: string, keyPem: string) => void;
}

export class Front {
  readonly state: ElbState = emptyState();
  readonly eyes = new Eyes();
  readonly faults: FaultPlan;
  readonly reader: WorldReader;
  readonly #settings: FrontSettings;

  constructor(settings: FrontSettings) {
    this.#settings = settings;
    this.faults = new FaultPlan(settings.latencyMs);
    this.reader = readWorld(settings.motoUrl, settings.region);
  }

  context(): Context {
    const { region, account, provisioningMs, timeScale, limits } = this.#settings;
    const world = this.reader.world;
    return { region, account, provisioningMs, timeScale, limits, now: Date.now(), world };
  }

  /** Answers one request; never rejects but for a bug. */
  async handle(request: PassedRequest): Promise<Answer> {
    const call = readCall(request.method, request.path, request.headers, request.body);
    const requestId = randomUUID();
    this.faults.called(call.action, this.eyes.count(call.service, call.action));
    if (this.faults.latencyMs > 0) await sleep(this.faults.latencyMs);
    try {
      const before = this.faults.due(call.action, 'before');
      if (before !== undefined) throw before;
      const answer = await this.#serve(call, request, requestId);
      if (isMutating(call.action) && answer.status < 300)
        this.eyes.log(Date.now(), call.service, call.action, subjectOf(call));
      const after = this.faults.due(call.action, 'after');
      if (after !== undefined) throw after;
      return answer;
    } catch (error) {
      if (error instanceof AwsRefusal) return refusalAnswer(call, error, requestId);
      throw error;
    }
  }

  async #serve(call: Call, request: PassedRequest, requestId: string): Promise<Answer> {
    if (call.service === 'elasticloadbalancing') return this.#loadBalancing(call, requestId);
    if (call.service === 'tagging' && call.action === 'GetResources' && concernsUs(call.json))
      return this.#getResources(call.json, request);
    await guardDelete(this.state, call, this.reader);
    const answer = await passOn(this.#settings.motoUrl, request);
    this.reader.passedThrough(call.service, call.action);
    if (call.service === 'acm' && call.action === 'ImportCertificate' && answer.status < 300)
      this.#imported(call.json, answer);
    return answer;
  }

  #imported(input: Record<string, unknown>, answer: Answer): void {
    const { CertificateArn: arn } = JSON.parse(answer.body.toString()) as { CertificateArn: string };
    const pem = (blob: unknown) => Buffer.from(String(blob), 'base64').toString();
    const chain = input.CertificateChain === undefined ? '' : `\n${pem(input.CertificateChain)}`;
    this.#settings.certificateImported(arn, `${pem(input.Certificate)}${chain}`, pem(input.PrivateKey));
  }

  async #loadBalancing(call: Call, requestId: string): Promise<Answer> {
    const { action } = call;
    if (!isAction(action))
      throw new AwsRefusal('InvalidAction', `The action ${action} is not valid for this web service`);
    const input = parseQuery(call.form, ACTIONS[action]);
    await this.reader.gather(needsOf(action, input, this.state));
    const output = perform(this.state, action, input, this.context());
    if (isMutating(action)) await this.#settings.changed(action);
    return xml(resultXml(action, output, requestId));
  }

  async #getResources(input: GetResourcesInput, request: PassedRequest): Promise<Answer> {
    checkGetResources(input);
    const all = ourMappings(this.state, input);
    const rest = withoutOurs(input);
    let token: string | undefined;
    do {
      if (rest === undefined) break;
      const body = Buffer.from(JSON.stringify({ ...rest, ...(token ? { PaginationToken: token } : {}) }));
      const answer = await passOn(this.#settings.motoUrl, { ...request, body });
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
