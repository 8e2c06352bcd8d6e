// The paths under `/_local`, which no AWS service uses: faults, counts, mutations, targets and doors, as JSON.
import { Ajv, type JSONSchemaType, type ValidateFunction } from 'ajv';
import { lineOf } from '../call-log.ts';
import type { When } from '../faults.ts';
import type { RawRequest } from '../moto/moto-proxy.ts';
import type { HttpAnswer } from '../protocol/answer.ts';
import { type ControlApi, listenerLocations, readTarget } from './control-api.ts';

interface FaultOrder {
  throttle?: { action: string; times: number };
  fail?: { action: string; code: string; message?: string; when: When; times: number };
  reset?: { action: string; when: When; times: number };
  killAt?: { call: number; pid: number };
  latencyMs?: number;
  visibleAfterMs?: number;
  throttling?: boolean;
}

interface TargetOrder {
  /** `id:port=host:port` */
  target: string;
}

const count = { type: 'integer', minimum: 1 } as const;
const milliseconds = { type: 'integer', minimum: 0, maximum: 3_600_000, nullable: true } as const;
const action = { type: 'string', pattern: '^[A-Za-z0-9]+$' } as const;
const when = { type: 'string', enum: ['before', 'after'], default: 'before' } as const;

const FAULTS: JSONSchemaType<FaultOrder> = {
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  properties: {
    throttle: {
      type: 'object',
      nullable: true,
      additionalProperties: false,
      required: ['action', 'times'],
      properties: { action, times: count },
    },
    fail: {
      type: 'object',
      nullable: true,
      additionalProperties: false,
      required: ['action', 'code', 'times'],
      properties: {
        action,
        code: { type: 'string', pattern: '^[A-Za-z0-9.]+$' },
        message: { type: 'string', nullable: true, pattern: '^[^<>&]*$' },
        when,
        times: count,
      },
    },
    reset: {
      type: 'object',
      nullable: true,
      additionalProperties: false,
      required: ['action', 'times'],
      properties: { action, when, times: count },
    },
    killAt: {
      type: 'object',
      nullable: true,
      additionalProperties: false,
      required: ['call', 'pid'],
      // 0 and below are process groups, 1 is everybody's.
      properties: { call: count, pid: { type: 'integer', minimum: 2 } },
    },
    latencyMs: milliseconds,
    visibleAfterMs: milliseconds,
    throttling: { type: 'boolean', nullable: true },
  },
};

const TARGET: JSONSchemaType<TargetOrder> = {
  type: 'object',
  additionalProperties: false,
  required: ['target'],
  properties: { target: { type: 'string' } },
};

const ajv = new Ajv({ allErrors: true, useDefaults: true });
const isFaultOrder = ajv.compile(FAULTS);
const isTargetOrder = ajv.compile(TARGET);

class Mistake extends Error {}

const say = (body: object, status = 200): HttpAnswer => ({
  status,
  contentType: 'application/json',
  body: `${JSON.stringify(body, undefined, 2)}\n`,
});

/** moto's own path as well, by which many reset it: it must not reset one half. */
const MOTO_RESET = '/moto-api/reset';

export const isLocal = ({ method, path }: Pick<RawRequest, 'method' | 'path'>): boolean =>
  path.startsWith('/_local') || (method === 'POST' && path === MOTO_RESET);

/** Answers one request under `/_local`; a mistake gets status 400 and words for a person. */
export async function answerLocal(control: ControlApi, request: RawRequest): Promise<HttpAnswer> {
  const path = request.path.replace(/\?.*$/, '');
  const handlers = PATHS[path];
  if (handlers === undefined)
    return say({ error: `no such path; there are ${Object.keys(PATHS).join(', ')}` }, 404);
  const handle = handlers[request.method];
  if (handle === undefined) return say({ error: `use ${Object.keys(handlers).join(', ')}` }, 405);
  try {
    return say(await handle(control, request));
  } catch (error) {
    if (error instanceof Mistake) return say({ error: error.message }, 400);
    throw error;
  }
}

type Handler = (control: ControlApi, request: RawRequest) => object | Promise<object>;

const resetAll: Handler = async (control, request) => {
  fromNoBrowser(request);
  await control.reset();
  return {
    status: 'ok',
    reset: 'everything: load balancers, what protects them, the account behind, counts and faults',
  };
};

const PATHS: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  '/_local/faults': {
    GET: ({ faults }) => faults.plan(),
    POST: (control, request) => {
      order(control, bodyOf(request, isFaultOrder));
      return control.faults.plan();
    },
    DELETE: ({ faults }, request) => {
      fromNoBrowser(request);
      faults.heal();
      faults.setLatency(0);
      faults.setVisibleAfter(0);
      faults.setThrottling(false);
      return faults.plan();
    },
  },
  '/_local/calls': {
    GET: ({ callLog }) => ({ calls: callLog.calls() }),
    DELETE: ({ callLog }, request) => {
      fromNoBrowser(request);
      callLog.reset();
      return { calls: [] };
    },
  },
  '/_local/mutations': { GET: ({ callLog }) => ({ mutations: callLog.mutations().map(lineOf) }) },
  '/_local/targets': {
    GET: targetsOf,
    POST: (control, request) => {
      const { target } = bodyOf(request, isTargetOrder);
      const read = readTarget(target);
      if (read === undefined) throw new Mistake(`target: "${target}" is not of the form ID:PORT=HOST:PORT`);
      control.targets.set(...read);
      return targetsOf(control);
    },
    DELETE: (control, request) => {
      const { target } = bodyOf(request, isTargetOrder);
      if (!control.targets.delete(target)) throw new Mistake(`target: nothing is known of "${target}"`);
      return targetsOf(control);
    },
  },
  '/_local/doors': { GET: (control) => ({ doors: listenerLocations(control) }) },
  '/_local/reset': { POST: resetAll },
  [MOTO_RESET]: { POST: resetAll },
};

function targetsOf({ targets }: ControlApi): object {
  return {
    targets: Object.fromEntries([...targets].map(([target, { host, port }]) => [target, `${host}:${port}`])),
  };
}

function order({ faults }: ControlApi, asked: FaultOrder): void {
  if (asked.throttle) faults.throttle(asked.throttle.action, asked.throttle.times);
  if (asked.fail) {
    const { action, code, message = 'on request', when, times } = asked.fail;
    faults.fail(action, code, message, when, times);
  }
  if (asked.reset) faults.reset(asked.reset.action, asked.reset.times, asked.reset.when);
  if (asked.killAt) faults.killAt(asked.killAt.call, asked.killAt.pid);
  if (typeof asked.latencyMs === 'number') faults.setLatency(asked.latencyMs);
  if (typeof asked.visibleAfterMs === 'number') faults.setVisibleAfter(asked.visibleAfterMs);
  if (typeof asked.throttling === 'boolean') faults.setThrottling(asked.throttling);
}

/** A page in a browser must not give orders: it sends its origin along, and JSON not without asking first. */
function fromNoBrowser({ headers }: RawRequest): void {
  if (headers.origin !== undefined) throw new Mistake('orders from web pages are not taken');
}

function bodyOf<T>(request: RawRequest, isRight: ValidateFunction<T>): T {
  fromNoBrowser(request);
  if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
    throw new Mistake('send JSON, with the header content-type: application/json');
  const body = parsed(request.body.toString());
  if (isRight(body)) return body;
  throw new Mistake(ajv.errorsText(isRight.errors, { dataVar: 'body' }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Mistake(`the body is no JSON: ${error.message}`);
    throw error;
  }
}
