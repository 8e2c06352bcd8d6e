// Which web ACL and which Shield protection each load balancer has: asked for when somebody says something about them, with
// one call for all load balancers of a web ACL where that is allowed.

import { isFailure } from '../../alb/failures/failure.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { WEB_ACL } from '../../api/aws.ts';
import type { Aws } from '../aws/client.ts';
import { readBehind, readShield, readWebAcl } from '../aws/kinds/protections.ts';
import { remember } from '../facts/cache.ts';

type ProtectedLoadBalancer = Found<'loadBalancer'>;

/** Groups that are looked at one after the other share an answer. */
const BEHIND_MS = 30_000;

export type Protections = ReturnType<typeof protections>;

/** The value, or `unknown`: what protects is no reason to stop everything else. */
async function unlessFailing<T>(reading: Promise<T>): Promise<T | 'unknown'> {
  try {
    return await reading;
  } catch (thrown) {
    if (isFailure(thrown)) return WEB_ACL.unknown;
    throw thrown;
  }
}

const isArn = (webAcl: string | undefined): webAcl is string => webAcl?.startsWith('arn:') === true;

export function protections(aws: Aws) {
  const make = () => remember(BEHIND_MS, (webAcl) => unlessFailing(readBehind(aws, webAcl)));
  let behind = make();

  async function webAclOf(arn: string, wanted: string): Promise<string> {
    if (isArn(wanted)) {
      const all = await behind.get(wanted);
      if (all !== WEB_ACL.unknown && all.has(arn)) return wanted;
    }
    return unlessFailing(readWebAcl(aws, arn));
  }

  return {
    /** The load balancer with what is wanted to be known of it; `unknown` where AWS does not answer. */
    async complete(
      one: ProtectedLoadBalancer,
      wanted: { webAcl?: string; shield?: string },
    ): Promise<ProtectedLoadBalancer> {
      const { webAcl = WEB_ACL.unknown, shield = WEB_ACL.unknown } = one.spec;
      const spec = { ...one.spec };
      if (wanted.webAcl !== undefined && webAcl === WEB_ACL.unknown)
        spec.webAcl = await webAclOf(one.arn, wanted.webAcl);
      if (wanted.shield !== undefined && shield === WEB_ACL.unknown)
        spec.shield = await unlessFailing(readShield(aws, one.arn));
      return { ...one, spec };
    },
    /** Those of the load balancers that have lost the web ACL they are known to have. One call for each web ACL. */
    async bereft(known: readonly ProtectedLoadBalancer[]): Promise<ProtectedLoadBalancer[]> {
      // Who looks for what has changed does not ask the memory.
      behind = make();
      const protectedOnes = known.filter(({ spec }) => isArn(spec.webAcl));
      const kept = await Promise.all(
        protectedOnes.map(async ({ arn, spec }) => {
          const all = await behind.get(spec.webAcl ?? '');
          return all === WEB_ACL.unknown || all.has(arn);
        }),
      );
      return protectedOnes.filter((_, index) => kept[index] === false);
    },
    /** A load balancer is about to have another web ACL, or has. */
    changed: (): void => {
      behind = make();
    },
  };
}
