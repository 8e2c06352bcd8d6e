// What does not belong to a resource: DescribeAccountLimits and DescribeSSLPolicies.
import type {
  DescribeAccountLimitsInput,
  DescribeAccountLimitsOutput,
  DescribeSSLPoliciesInput,
  DescribeSSLPoliciesOutput,
  SslPolicy,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import aws from './aws-limits.json' with { type: 'json' };
import { page } from './page.ts';
import { refuse } from './refusal.ts';
import type { CallContext, ElbState } from './state.ts';

/** aws-limits 7: the names that the API uses. */
export function describeAccountLimits(
  _state: ElbState,
  input: DescribeAccountLimitsInput,
  context: CallContext,
): DescribeAccountLimitsOutput {
  const limits = Object.entries(context.limits)
    .filter(([name]) => name in aws.quotas)
    .map(([Name, max]) => ({ Name, Max: String(max) }));
  const { items, marker } = page(limits, (_limit, at) => at, input);
  return { Limits: items, ...marker };
}

const TLS13 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];
const ECDHE_GCM = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
];

/** Protocols by the name of the policy (ALB User Guide: Security policies). Ciphers are the common core, not the full list. */
function policyOf(name: string): SslPolicy {
  const protocols = protocolsOf(name);
  const ciphers = [
    ...(protocols.includes('TLSv1.3') ? TLS13 : []),
    ...(protocols.includes('TLSv1.2') ? ECDHE_GCM : []),
  ];
  return {
    Name: name,
    SslProtocols: protocols,
    Ciphers: ciphers.map((cipher, at) => ({ Name: cipher, Priority: at + 1 })),
    SupportedLoadBalancerTypes: ['application', 'network'],
  };
}

function protocolsOf(name: string): string[] {
  const lowest = /TLS13-1-(\d)|(?:FS|TLS)-1-(\d)/.exec(name);
  const from = Number(lowest?.[1] ?? lowest?.[2] ?? 0);
  const highest = name.includes('TLS13') ? 3 : 2;
  const all = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
  return all.slice(from, highest + 1).reverse();
}

const POLICIES = new Map(
  Object.values(aws.sslPolicyGroups)
    .flat()
    .map((name) => [name, policyOf(name)]),
);

/** aws-limits N11: refuses a policy that does not exist. */
export function checkSslPolicy(name: string): void {
  if (!POLICIES.has(name)) refuse('SSLPolicyNotFound', `SSL policy '${name}' not found`);
}

export function describeSSLPolicies(
  _state: ElbState,
  input: DescribeSSLPoliciesInput,
): DescribeSSLPoliciesOutput {
  for (const name of input.Names ?? []) checkSslPolicy(name);
  const wanted = input.Names?.length ? new Set(input.Names) : undefined;
  const type = input.LoadBalancerType ?? 'application';
  const policies = [...POLICIES.values()].filter(
    (policy) =>
      (wanted?.has(policy.Name ?? '') ?? true) && policy.SupportedLoadBalancerTypes?.includes(type) === true,
  );
  const { items, marker } = page(policies, (_policy, at) => at, input);
  return { SslPolicies: items, ...marker };
}
