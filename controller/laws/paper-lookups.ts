// Look-ups on paper: what an account that exists in memory has.
import type { Looked } from '../../alb/desire/facts.ts';
import { CERTIFICATE, WEB_ACL_ARN } from '../../alb/laws/paper.ts';
import { PREFIX } from '../../api/annotation.ts';
import type { OidcClient } from '../../api/aws.ts';
import type { ProblemCode } from '../../api/problems/problem.ts';
import type { KubeOutcome } from '../../kube/client.ts';
import type { Lookups } from '../facts/lookups.ts';
import type { Account } from './account.ts';

/** What look-ups, Secrets and the API server answer instead. */
export interface Instead {
  /** To a call by its name; undefined: the truth. */
  kube?: ((call: string) => KubeOutcome | undefined) | undefined;
  lookups?: Partial<Lookups>;
  secret?: Looked<OidcClient>;
}

function found<T>(value: T | undefined, code: ProblemCode, name: string): Looked<T> {
  if (value !== undefined) return { value };
  return {
    problem: { code, severity: 'refuse', path: `metadata.annotations[${PREFIX}${name}]`, because: 'none' },
  };
}

/** Hosts under `.example.com` have a certificate in ACM, all but `late.example.com`. */
export function lookupsOf({ elb: { context } }: Pick<Account, 'elb'>, instead: Instead = {}): Lookups {
  const { subnets, securityGroups } = context.world;
  const plain: Lookups = {
    subnets: async ({ named = ['subnet-a', 'subnet-b'] }) =>
      found(named.every((id) => subnets.has(id)) ? [...named] : undefined, 'SubnetsNotFound', 'subnets'),
    securityGroups: async (said) =>
      found(
        said.every((id) => securityGroups.has(id)) ? [...said] : undefined,
        'SecurityGroupNotFound',
        'security-groups',
      ),
    certificates: async (hosts) =>
      found(
        hosts.every((host) => /(?<!late)\.example\.com$/.test(host)) ? [CERTIFICATE('three')] : undefined,
        'CertificateNotFound',
        'certificate-arn',
      ),
    targetGroup: async () => undefined,
    inVpc: async () => true,
    trustStores: async () => new Map(),
    webAcl: async (name) => (name === 'one' ? WEB_ACL_ARN(name) : undefined),
    subscribed: async () => false,
    interfaceGroups: async () => new Map(),
  };
  const asked = <K extends keyof Lookups>(name: K): Lookups[K] => instead.lookups?.[name] ?? plain[name];
  // Asked for by name each time, so that what is put in its place later counts.
  return {
    ...plain,
    subnets: (request) => asked('subnets')(request),
    securityGroups: (said) => asked('securityGroups')(said),
    targetGroup: (name) => asked('targetGroup')(name),
    certificates: (hosts) => asked('certificates')(hosts),
    trustStores: (names) => asked('trustStores')(names),
    webAcl: (name) => asked('webAcl')(name),
    subscribed: () => asked('subscribed')(),
  };
}
