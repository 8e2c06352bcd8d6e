// Steps that rows begin with: what must be there before a call can be tried.
import type { ContractStep } from './row.ts';

/** The default action of most rows. */
export const fixed = (StatusCode = '200') => ({
  Type: 'fixed-response',
  FixedResponseConfig: { StatusCode },
});

export const forwardTo = (...groups: string[]) =>
  groups.length === 1
    ? { Type: 'forward', TargetGroupArn: groups[0] }
    : {
        Type: 'forward',
        ForwardConfig: { TargetGroups: groups.map((TargetGroupArn) => ({ TargetGroupArn, Weight: 1 })) },
      };

/** An internet-facing load balancer in zones a and b, saved as `$lb` by default; its DNS name as `$lbDns`. */
export const aLoadBalancer = (changes: object = {}, as = 'lb'): ContractStep => ({
  call: 'CreateLoadBalancer',
  input: { Name: `$fresh-${as.toLowerCase()}`, Subnets: ['$subnetA', '$subnetB'], ...changes },
  save: { [as]: 'LoadBalancers.0.LoadBalancerArn', [`${as}Dns`]: 'LoadBalancers.0.DNSName' },
});

/** An HTTP listener of `$lb` on port 80, saved as `$listener` by default. */
export const aListener = (changes: object = {}, as = 'listener'): ContractStep => ({
  call: 'CreateListener',
  input: { LoadBalancerArn: '$lb', Port: 80, Protocol: 'HTTP', DefaultActions: [fixed()], ...changes },
  save: { [as]: 'Listeners.0.ListenerArn' },
});

/** An HTTPS listener of `$lb` on port 443 with `$cert1`, saved as `$https` by default. */
export const anHttpsListener = (changes: object = {}, as = 'https'): ContractStep =>
  aListener({ Port: 443, Protocol: 'HTTPS', Certificates: [{ CertificateArn: '$cert1' }], ...changes }, as);

/** An HTTP target group of addresses, saved as `$tg` by default. */
export const aTargetGroup = (changes: object = {}, as = 'tg'): ContractStep => ({
  call: 'CreateTargetGroup',
  input: {
    Name: `$fresh-${as.toLowerCase()}`,
    Protocol: 'HTTP',
    Port: 80,
    VpcId: '$vpc',
    TargetType: 'ip',
    ...changes,
  },
  save: { [as]: 'TargetGroups.0.TargetGroupArn' },
});

/** A target group of one Lambda function, saved as `$lambda` by default. */
export const aLambdaGroup = (changes: object = {}, as = 'lambda'): ContractStep => ({
  call: 'CreateTargetGroup',
  input: { Name: `$fresh-${as.toLowerCase()}`, TargetType: 'lambda', ...changes },
  save: { [as]: 'TargetGroups.0.TargetGroupArn' },
});

/** A certificate whose domain is not validated yet; moto issues it after a minute. Saved as `$pendingCert`. */
export const aPendingCertificate: ContractStep = {
  call: 'acm RequestCertificate',
  input: { DomainName: 'pending.example.com' },
  save: { pendingCert: 'CertificateArn' },
};

/** A rule of `$listener` for the path `/a`, saved as `$rule` by default. */
export const aRule = (changes: object = {}, as = 'rule'): ContractStep => ({
  call: 'CreateRule',
  input: {
    ListenerArn: '$listener',
    Priority: 1,
    Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/a'] } }],
    Actions: [fixed()],
    ...changes,
  },
  save: { [as]: 'Rules.0.RuleArn' },
});

/** Reads the default rule of a listener that has no other rule; saved as `$defaultRule` by default. */
export const theDefaultRule = (listener = '$listener', as = 'defaultRule'): ContractStep => ({
  call: 'DescribeRules',
  input: { ListenerArn: listener },
  save: { [as]: 'Rules.0.RuleArn' },
});

/** `count` steps that differ by their number, from 1. */
export const times = (count: number, make: (n: number) => ContractStep): ContractStep[] =>
  Array.from({ length: count }, (_, at) => make(at + 1));
