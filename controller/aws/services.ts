// The services of AWS that are called: our name for each, the one that IAM has, and the SDK's service id, which the LBC and its
// metrics use.

/** IAM service prefix of an action, and the service id of the AWS SDK. */
export const SERVICE_IDS = {
  elasticloadbalancing: 'Elastic Load Balancing v2',
  ec2: 'EC2',
  acm: 'ACM',
  tag: 'Resource Groups Tagging API',
  wafv2: 'WAFV2',
  shield: 'Shield',
  sts: 'STS',
} as const;

/** IAM service prefix of an action. */
export type AwsService = keyof typeof SERVICE_IDS;

/** The instance metadata service, under the id that the SDK for Go has for it. */
export const METADATA_ID = 'ec2imds';

/** Those that the LBC calls for what is not done here. */
const UNCALLED = ['WAF Regional', 'Route 53', 'Global Accelerator'];

const CALLED: readonly string[] = [...Object.values(SERVICE_IDS), METADATA_ID];

/** What is to be told of service ids that a flag names and that no call of ours has: it counts for nothing. */
export const unknownServices = (flag: string, ids: readonly string[]): string[] =>
  ids
    .filter((id) => !CALLED.includes(id))
    .map((id) =>
      UNCALLED.includes(id)
        ? `--${flag}: ${id} is not called here`
        : `--${flag}: there is no service "${id}"; they are ${CALLED.join(', ')}`,
    );
