// Which calls are accepted: those of this Region, to services whose answers are right here. A service of moto that would know
// nothing of the load balancers here is refused by name.
import { COVERS } from '../coverage.ts';
import { AwsRefusal } from '../elb/refusal.ts';
import type { AwsCall } from '../protocol/call.ts';

/** What is served here, or beside moto, or whose answers depend on no load balancer. */
const SERVICES: readonly string[] = [
  'acm',
  'cloudformation',
  'cognito-idp',
  'ec2',
  'elasticloadbalancing',
  'iam',
  'kms',
  'logs',
  'route53',
  's3',
  'secretsmanager',
  'shield',
  'ssm',
  'sts',
  'tagging',
  'waf-regional',
  'wafv2',
];

/** Services that have one endpoint for all Regions, or names that all Regions share: clients sign for any Region. */
const GLOBAL: readonly string[] = ['iam', 'route53', 's3', 'shield', 'sts'];

/** What a stack may hold: the other types make load balancers, or things that serve behind them, in moto alone. */
const STACK_TYPES =
  /^AWS::(EC2|IAM|S3|KMS|Logs|SSM|SecretsManager|Route53|Cognito|CertificateManager|CloudFormation::(WaitCondition|WaitConditionHandle|Interface)$)/;

const refused = (message: string, code = 'UnsupportedOperation', status = 400): never => {
  throw new AwsRefusal(code, message, status);
};

/** @throws AwsRefusal that says what of the call is not for here. */
export function checkAdmitted(call: AwsCall, region: string): void {
  checkRegion(call, region);
  const { service, action, version } = call;
  if (version === '2012-06-01' && (service === 'elasticloadbalancing' || service === 'unknown'))
    refused(
      `${action} is a call of Classic Load Balancers (API version 2012-06-01), which the local AWS does not play. ${COVERS}`,
    );
  // Nobody signed for a service: a file of S3 by its address, or Elastic Load Balancing by its version.
  if (service === 'unknown') checkUnsigned(call);
  else if (!SERVICES.includes(service))
    refused(
      `The local AWS does not let ${service} pass (${action}): it would know nothing of the load balancers here. ` +
        `There are ${SERVICES.join(', ')}.`,
    );
  if (service === 'cloudformation') checkStack(call);
}

function checkRegion({ service, action, region: asked, protocol }: AwsCall, region: string): void {
  if (asked === undefined || asked === region || GLOBAL.includes(service)) return;
  // Web ACLs of CloudFront are asked for in us-east-1.
  if (service === 'wafv2' && asked === 'us-east-1') return;
  // The codes in which AWS refuses a credential of another Region, by protocol.
  const [code, status] = {
    query: ['SignatureDoesNotMatch', 403] as const,
    json: ['InvalidSignatureException', 403] as const,
    ec2: ['AuthFailure', 401] as const,
  }[protocol];
  refused(
    `Credential should be scoped to a valid region, not '${asked}': the local AWS is ${region} alone (${service} ${action}). ` +
      `Set AWS_REGION and AWS_DEFAULT_REGION to ${region}, or start another one with --region ${asked}.`,
    code,
    status,
  );
}

function checkUnsigned({ action, version }: AwsCall): void {
  if (/^[A-Z]+ \/moto-api/.test(action))
    refused(
      `The local AWS does not pass ${action} on: moto knows nothing of the load balancers here. ` +
        'POST /moto-api/reset and POST /_local/reset reset everything; what there is, is under /.',
      'NotFound',
      404,
    );
  if (version !== undefined)
    refused(
      `${action} (API version ${version}) is not signed, and of no service that the local AWS lets pass`,
    );
}

/** A stack is made by moto: only with types that need nothing of us, and only when it can be looked at. */
function checkStack({ action, form }: AwsCall): void {
  if (form.has('TemplateURL'))
    refused(
      `${action}: the local AWS takes a template as TemplateBody only, to see that it holds no load balancer`,
    );
  const types = [...(form.get('TemplateBody') ?? '').matchAll(/\bAWS::[A-Za-z0-9]+::[A-Za-z0-9:]+/g)];
  const wrong = types.map(([type]) => type).filter((type) => !STACK_TYPES.test(type));
  if (wrong.length > 0)
    refused(
      `${action}: the local AWS does not make ${[...new Set(wrong)].join(', ')} from a template: moto would make it, and the ` +
        'load balancers here would not know. Make load balancers and what belongs to them through their own API.',
    );
}
