// Descriptor of the actions that a backend with port name use-annotation names (spec annotations 15.7).
import { annotation, shapes } from '../annotation.ts';
import type { AnnotationValues } from '../generated/values.ts';
import { TARGET_GROUP_ARN } from '../limits/limits.ts';

const targetGroupArn = {
  type: 'string',
  pattern: TARGET_GROUP_ARN,
  description: 'the ARN of a target group',
} as const;

const targetGroupName = {
  type: 'string',
  maxLength: 32,
  pattern: '^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$',
  description: 'the name of a target group: 1 to 32 letters, digits and hyphens',
} as const;

const seconds = { type: 'integer', minimum: 1, maximum: 604800 } as const;

const forwardConfig = {
  type: 'object',
  required: ['targetGroups'],
  properties: {
    targetGroups: {
      type: 'array',
      minItems: 1,
      maxItems: 5,
      description: 'a list of 1 to 5 target groups',
      items: {
        type: 'object',
        properties: {
          serviceName: { type: 'string', minLength: 1 },
          servicePort: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
          targetGroupARN: targetGroupArn,
          targetGroupName,
          weight: { type: 'integer', minimum: 0, maximum: 999 },
        },
      },
    },
    targetGroupStickinessConfig: {
      type: 'object',
      properties: { enabled: { type: 'boolean' }, durationSeconds: seconds },
    },
  },
} as const;

const redirectConfig = {
  type: 'object',
  required: ['statusCode'],
  properties: {
    statusCode: { type: 'string', enum: ['HTTP_301', 'HTTP_302'] },
    protocol: { type: 'string', enum: ['HTTP', 'HTTPS', '#{protocol}'] },
    host: { type: 'string', minLength: 1, maxLength: 128 },
    port: {
      type: 'string',
      pattern: '^(#\\{port\\}|[0-9]{1,5})$',
      description: 'a text with a port from 1 to 65535, or #{port}',
    },
    path: {
      type: 'string',
      maxLength: 128,
      pattern: '^/',
      description: 'a path of 1 to 128 characters that starts with /',
    },
    query: { type: 'string', maxLength: 128 },
  },
} as const;

const fixedResponseConfig = {
  type: 'object',
  required: ['statusCode'],
  properties: {
    statusCode: {
      type: 'string',
      pattern: '^[245][0-9][0-9]$',
      description: 'a text with a status code 2XX, 4XX or 5XX, such as "503"',
    },
    contentType: {
      type: 'string',
      enum: ['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json'],
    },
    messageBody: { type: 'string', maxLength: 1024 },
  },
} as const;

export const actions = annotation('actions.*', {
  on: ['Ingress'],
  schema: {
    type: 'object',
    required: ['type'],
    properties: {
      type: { type: 'string', enum: ['forward', 'redirect', 'fixed-response'] },
      targetGroupARN: targetGroupArn,
      targetGroupName,
      forwardConfig,
      redirectConfig,
      fixedResponseConfig,
    },
  },
  merge: 'each',
  effect: shapes('the rules whose backend is Service NAME with port name use-annotation'),
  doc: 'What a rule does instead of forwarding to one Service: forward to several target groups, redirect, or answer itself.',
  examples: {
    good: [
      '{"type":"fixed-response","fixedResponseConfig":{"statusCode":"503","contentType":"text/plain"}}',
      '{"type":"redirect","redirectConfig":{"statusCode":"HTTP_301","protocol":"HTTPS","port":"443"}}',
      '{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"web","servicePort":80}]}}',
    ],
    bad: [
      'null',
      '{"type":"proxy"}',
      '{"type":"fixed-response"}',
      '{"type":"fixed-response","fixedResponseConfig":{"statusCode":"302"}}',
      '{"type":"redirect","redirectConfig":{"statusCode":"HTTP_301","query":"a=b"}}',
      '{"type":"forward","forwardConfig":{"targetGroups":[]}}',
    ],
  },
});

export type ActionValue = AnnotationValues['actions.*'];

/** One target of a forward action: a target group somebody else made, or a Service of the Ingress's namespace. */
export type ActionTarget = (
  | { readonly targetGroupARN: string }
  | { readonly targetGroupName: string }
  | { readonly service: { readonly name: string; readonly port: number | string } }
) & { readonly weight?: number };

const PORT_MAX = 65_535;

/** A port reference as LBC annotations write it: text that is an integer is a number (spec annotations 15.7). */
export const portReference = (port: number | string): number | string =>
  typeof port === 'string' && /^[+-]?[0-9]+$/.test(port) && Math.abs(Number(port)) <= PORT_MAX
    ? Number(port) + 0
    : port;

/** The targets of a forward action in written order; none for other types. An ARN wins over a name (spec annotations 15.7). */
export function targetsOf(action: ActionValue): ActionTarget[] {
  if (action.type !== 'forward') return [];
  if (action.targetGroupARN !== undefined) return [{ targetGroupARN: action.targetGroupARN }];
  if (action.targetGroupName !== undefined) return [{ targetGroupName: action.targetGroupName }];
  return (action.forwardConfig?.targetGroups ?? []).flatMap((target): ActionTarget[] => {
    const weight = target.weight === undefined ? {} : { weight: target.weight };
    if (target.targetGroupARN !== undefined) return [{ targetGroupARN: target.targetGroupARN, ...weight }];
    if (target.targetGroupName !== undefined) return [{ targetGroupName: target.targetGroupName, ...weight }];
    if (target.serviceName === undefined || target.servicePort === undefined) return [];
    return [{ service: { name: target.serviceName, port: portReference(target.servicePort) }, ...weight }];
  });
}
