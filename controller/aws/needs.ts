// What must be there before AWS can be asked at all: a region, and credentials of somebody. Whether AWS takes them is known by
// asking, and what AWS refuses or throttles is asked again.
import { setTimeout as sleep } from 'node:timers/promises';
import { EC2Client } from '@aws-sdk/client-ec2';
import { meet, unmet, wordsOf } from '../../api/problems/unmet-need.ts';

/** The SDK's own search may ask a metadata service that does not answer. */
const SEARCH_MS = 10_000;

async function found(client: EC2Client): Promise<void> {
  const late = sleep(SEARCH_MS, 'late' as const, { ref: false });
  const search = client.config.credentials();
  if ((await Promise.race([search, late])) === 'late')
    throw new Error(`the search took longer than ${SEARCH_MS / 1000} seconds`);
}

/**
 * Looks for both where the AWS SDK looks; nothing is sent to EC2.
 * @throws Unmet for what is not found.
 */
export async function awsNeeds(region: string | undefined): Promise<void> {
  const client = new EC2Client(region === undefined ? {} : { region });
  const named = async (): Promise<unknown> => client.config.region();
  try {
    await meet([
      named().catch((thrown: unknown) => {
        const because = 'not given, and neither the environment nor a profile names one';
        throw unmet('--aws-region', because, 'give it, or set AWS_REGION', thrown);
      }),
      found(client).catch((thrown: unknown) => {
        throw unmet(
          'AWS credentials',
          `none found (${wordsOf(thrown)})`,
          'give the ServiceAccount a role (EKS Pod Identity, IRSA), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
          thrown,
        );
      }),
    ]);
  } finally {
    client.destroy();
  }
}
