// One HTTP request to the API server as an AWS call: which service, which action, with which parameters.
import type { IncomingHttpHeaders } from 'node:http';

export interface AwsCall {
  /** As in the credential scope: elasticloadbalancing, ec2, acm, sts, tagging, wafv2, … */
  service: string;
  /** That it was signed for; undefined when it was not signed. */
  region?: string;
  /** The API version of a Query call. */
  version?: string;
  /** The operation's name; for REST services the method and path. */
  action: string;
  /** Parameters of a Query call. */
  form: URLSearchParams;
  /** Parameters of a JSON call. */
  json: Record<string, unknown>;
  /** How errors are to be written. */
  protocol: 'query' | 'json' | 'ec2';
}

/** Services by the API version or the target of calls that nobody signed; of STS and Cognito some need no signature. */
const UNSIGNED: Readonly<Record<string, string>> = {
  '2015-12-01': 'elasticloadbalancing',
  '2016-11-15': 'ec2',
  '2010-05-08': 'iam',
  '2011-06-15': 'sts',
  AWSCognitoIdentityProviderService: 'cognito-idp',
};

/** Reads service and action off a request (AWS Signature Version 4: credential scope; Query and JSON protocols). */
export function readCall(method: string, path: string, headers: IncomingHttpHeaders, body: Buffer): AwsCall {
  // A presigned request has its signature in the URL.
  const signed =
    headers.authorization ?? decodeURIComponent(/X-Amz-(Credential=[^&]+)/.exec(path)?.[1] ?? '');
  const scope = /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(signed);
  const where = scope?.[1] === undefined ? {} : { region: scope[1] };
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    const [prefix = '', action = ''] = target.split('.');
    const service = scope?.[2] ?? UNSIGNED[prefix] ?? prefix.toLowerCase();
    return {
      service,
      ...where,
      action,
      form: new URLSearchParams(),
      json: parseJson(body),
      protocol: 'json',
    };
  }
  const isForm = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  const query = path.includes('?') ? path.slice(path.indexOf('?') + 1) : '';
  const form = new URLSearchParams(isForm ? body.toString('utf8') : query);
  const action = form.get('Action');
  const version = form.get('Version');
  const service = scope?.[2] ?? UNSIGNED[version ?? ''] ?? 'unknown';
  if (action === null) {
    const what = `${method} ${path.replace(/\?.*/, '')}`;
    return { service, ...where, action: what, form, json: {}, protocol: 'json' };
  }
  return {
    service,
    ...where,
    ...(version === null ? {} : { version }),
    action,
    form,
    json: {},
    protocol: service === 'ec2' ? 'ec2' : 'query',
  };
}

function parseJson(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    // A body that is no JSON has no parameters; the service behind refuses it.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** ARNs are no longer. */
const NAME_MAX = 256;

/** What a call is about, for people: its name, ARN or id, whichever comes first. */
export function subjectOf(call: AwsCall): string {
  const names = [
    'Name',
    'GroupName',
    'LoadBalancerArn',
    'ListenerArn',
    'RuleArn',
    'TargetGroupArn',
    'TrustStoreArn',
    'GroupId',
  ];
  for (const name of names) {
    const value = call.form.get(name);
    if (value !== null) return value;
  }
  for (const [name, value] of call.form)
    if (name.startsWith('ResourceArns.') || name.startsWith('ResourceId.') || name.endsWith('RuleArn'))
      return value;
  // What is long is no name: certificates and keys are not for the log.
  for (const value of Object.values(call.json))
    if (typeof value === 'string' && value.length <= NAME_MAX) return value;
  return '';
}
