// Trust stores of client certificates, by name (aws-model 3.9, 11.3).
import { DescribeTrustStoresCommand, type TrustStore } from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Aws, allPages, unlessGone } from '../aws/client.ts';

const TRUST_STORE_MS = 10 * 60_000;

/** Remembers what was found name by name, and asks for all others in one call. What is not found is asked for again. */
export function trustStoreReader(
  aws: Pick<Aws, 'elbv2'>,
  now = () => performance.now(),
): (names: readonly string[]) => Promise<ReadonlyMap<string, string>> {
  const known = new Map<string, { readonly arn: string; readonly until: number }>();
  return async (names) => {
    const at = now();
    for (const [name, { until }] of known) if (until <= at) known.delete(name);
    const unknown = [...new Set(names)].filter((name) => !known.has(name));
    for (const { Name = '', TrustStoreArn: arn = '' } of await find(aws, unknown))
      known.set(Name, { arn, until: at + TRUST_STORE_MS });
    return new Map([...known].filter(([name]) => names.includes(name)).map(([name, { arn }]) => [name, arn]));
  };
}

/** Those that exist. One unknown name refuses the whole call, so then each is asked for alone. */
async function find(aws: Pick<Aws, 'elbv2'>, names: readonly string[]): Promise<TrustStore[]> {
  if (names.length === 0) return [];
  const reading = allPages(async (Marker) => {
    const page = await aws.elbv2.send(new DescribeTrustStoresCommand({ Names: [...names], Marker }));
    return { items: page.TrustStores, token: page.NextMarker };
  });
  const found = await unlessGone(reading);
  if (found !== undefined || names.length === 1) return found ?? [];
  return (await Promise.all(names.map((name) => find(aws, [name])))).flat();
}
