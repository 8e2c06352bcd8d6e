// An account that has all that the good examples of the annotations name.

import { OUTSIDE, WEB_ACL_ARN } from '../../alb/laws/paper.ts';
import { isApplied } from '../../api/annotation.ts';
import { REGISTRY } from '../../api/registry.ts';
import { objectName } from '../../local-aws/elb/account-facts.ts';
import { bundleAt, CA_PEM } from '../../local-aws/elb/trust-store-fixture.ts';
import type { Passes } from './whole-passes.ts';

/** Annotations that have an effect in AWS. */
export const APPLIED = REGISTRY.filter(({ effect }) => isApplied(effect));

const TEXT = JSON.stringify(APPLIED.map(({ examples }) => examples.good));

const named = (pattern: RegExp): string[] => [...new Set(TEXT.match(pattern))];

/** Puts it there, and answers look-ups by name with it. */
export function furnish({ account, instead }: Passes): void {
  const { world } = account.elb.context;
  for (const arn of named(/arn:aws:acm:[^", ]+/g)) world.certificates.add(arn);
  for (const id of named(/\bsg-[0-9a-f]{17}/g))
    world.securityGroups.set(id, { id, vpcId: 'vpc-1', name: id });
  for (const [at, id] of named(/\bsubnet-[0-9a-f]{17}/g).entries()) {
    const zone = `us-west-2${'abc'[at]}`;
    world.subnets.set(id, { id, vpcId: 'vpc-1', zone, cidr: `10.0.${90 + at}.0/24`, ipv6: true });
  }
  world.objects.set(objectName({ bucket: 'pki', key: 'ca.pem' }), CA_PEM);
  const { TrustStores } = account.elb.call('CreateTrustStore', { Name: 'corp', ...bundleAt('ca.pem') });
  const store = TrustStores?.[0]?.TrustStoreArn ?? '';
  const usual = ['subnet-6a', 'subnet-6b'];
  instead.lookups = {
    subnets: async ({ named: said, current }) => ({
      value: (said ?? current ?? usual).map((name, at) =>
        name.startsWith('subnet-') ? name : (usual[at] ?? name),
      ),
    }),
    securityGroups: async (said) => ({ value: said.map((name) => (name.startsWith('sg-') ? name : 'sg-2')) }),
    subscribed: async () => true,
    webAcl: async (name) => WEB_ACL_ARN(name),
    trustStores: async (names) => new Map(names.map((name) => [name, store])),
    targetGroup: async () => OUTSIDE,
  };
}
