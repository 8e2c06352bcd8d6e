// What must be there before AWS can be asked at all: a place, and credentials of somebody. Whether AWS takes them is known by
// asking, and what AWS refuses or throttles is asked again.
import { setTimeout as sleep } from 'node:timers/promises';
import { EC2Client } from '@aws-sdk/client-ec2';
import { meet, unmet, wordsOf } from '../../api/problems/unmet-need.ts';
import { findPlace, type Place, type UnplacedOptions } from './place.ts';

/** The SDK's own search may ask a metadata service that does not answer. */
const SEARCH_MS = 10_000;

/** `region`: where roles are assumed for them. */
async function credentials(region: () => Promise<string>): Promise<void> {
  const client = new EC2Client({ region });
  try {
    const late = sleep(SEARCH_MS, 'late' as const, { ref: false });
    const search = client.config.credentials();
    if ((await Promise.race([search, late])) === 'late')
      throw new Error(`the search took longer than ${SEARCH_MS / 1000} seconds`);
  } catch (thrown) {
    throw unmet(
      'AWS credentials',
      `none found (${wordsOf(thrown)})`,
      'give the ServiceAccount a role (EKS Pod Identity, IRSA), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
      thrown,
    );
  } finally {
    client.destroy();
  }
}

/**
 * Finds Region and VPC where they are not said, and sees that there are credentials.
 * @throws Unmet for what is not found.
 */
export async function awsNeeds(options: UnplacedOptions): Promise<Place> {
  const place = findPlace(options);
  // Without a Region the process ends; whether there are credentials is told all the same.
  const region = () => place.then(({ awsRegion }) => awsRegion).catch(() => 'us-east-1');
  const [found] = await meet([place, credentials(region)]);
  return found;
}
