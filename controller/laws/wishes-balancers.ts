// Wishes for protection of whole load balancers, and every reason for which each cannot be had (protections.test.ts).
import { WEB_ACL_ARN } from '../../alb/laws/paper.ts';
import { sourcesOn } from './reachable.ts';
import { denied, failing, lookups, missing, NO_STATE, OWN_TEXT, UNASKED, type Wish } from './wish.ts';

const PLAIN = 'http://mine.example.com';

const ranges = (
  name: 'inbound-cidrs' | 'security-group-prefix-lists',
  value: string,
  wider: string,
): Wish => ({
  ...{ names: [name], said: { [name]: value }, request: PLAIN },
  holds: (met, account) => sourcesOn(account, met).every((one) => one === value),
  rows: {
    unknown: name === 'inbound-cidrs' ? UNASKED : { said: { [name]: 'pl-2' }, ready: /InvalidPrefixListID/ },
    denied: { refuse: denied('CreateSecurityGroup'), ready: /AccessDenied/ },
    unavailable: {
      refuse: { AuthorizeSecurityGroupIngress: 'ServiceUnavailable' },
      ready: /ServiceUnavailable/,
    },
    ...{ notReady: NO_STATE, deleted: OWN_TEXT },
    invalid: { said: { [name]: 'everybody' }, ready: /everybody/ },
    invalidLater: { before: { [name]: value }, said: { [name]: 'everybody' }, ready: /everybody/ },
    refusedAtCreate: { refuse: denied('AuthorizeSecurityGroupIngress'), ready: /AccessDenied/ },
    refusedAtModify: { before: {}, refuse: denied('RevokeSecurityGroupIngress'), ready: /AccessDenied/ },
    lost: { elder: { [name]: wider }, ready: /^GroupConflict/ },
  },
});

const GROUPS: Wish = {
  ...{ names: ['security-groups'], said: { 'security-groups': 'sg-1' }, request: PLAIN },
  holds: ({ balancer }, { elb }) => elb.state.loadBalancers.get(balancer)?.securityGroups.join() === 'sg-1',
  rows: {
    unknown: { elder: {}, said: { 'security-groups': 'sg-99' }, ready: /^SecurityGroupNotFound/ },
    denied: {
      ...lookups({ securityGroups: failing('DescribeSecurityGroups', 'UnauthorizedOperation') }),
      ready: /UnauthorizedOperation/,
    },
    unavailable: {
      before: {},
      ...lookups({ securityGroups: failing('DescribeSecurityGroups', 'Unavailable') }),
      ready: /Unavailable/,
    },
    notReady: NO_STATE,
    invalid: { said: { 'security-groups': 'sg-1,sg-1' }, ready: /sg-1/ },
    invalidLater: {
      before: { 'security-groups': 'sg-1' },
      said: { 'security-groups': 'sg-1,sg-1' },
      ready: /sg-1/,
    },
    refusedAtCreate: { refuse: denied('CreateLoadBalancer'), ready: /AccessDenied/ },
    refusedAtModify: { before: {}, refuse: denied('SetSecurityGroups'), ready: /AccessDenied/ },
    lost: { elder: { 'security-groups': 'sg-2' }, ready: /^GroupConflict/ },
    deleted: {
      before: { 'security-groups': 'sg-1' },
      ...lookups({ securityGroups: async () => missing('SecurityGroupNotFound', 'gone') }),
      ready: /gone/,
    },
  },
};

const waf = (
  name: 'wafv2-acl-arn' | 'wafv2-acl-name',
  rows: Pick<Wish['rows'], 'unknown' | 'denied' | 'unavailable'>,
): Wish => {
  const said = { [name]: name === 'wafv2-acl-arn' ? WEB_ACL_ARN('one') : 'one' };
  return {
    ...{ names: [name], said, request: PLAIN },
    holds: ({ balancer }, { webAcls }) => webAcls.get(balancer) === WEB_ACL_ARN('one'),
    rows: {
      ...rows,
      notReady: {
        refuse: { AssociateWebACL: 'WAFUnavailableEntityException' },
        ready: /answers 503 until the web ACL .* is set/,
      },
      invalid: { said: { [name]: 'no such' }, ready: /no such/ },
      invalidLater: { before: said, said: { [name]: 'no such' }, ready: /no such/ },
      refusedAtCreate: { refuse: denied('AssociateWebACL'), ready: /AssociateWebACL answered AccessDenied/ },
      refusedAtModify: {
        before: {},
        refuse: denied('AssociateWebACL'),
        ready: /AssociateWebACL answered AccessDenied/,
      },
      lost: {
        elder: { [name]: name === 'wafv2-acl-arn' ? WEB_ACL_ARN('two') : 'none' },
        ready: /^GroupConflict/,
      },
      deleted: 'AWS WAF deletes no web ACL that is associated (AWS WAFV2 API Reference, DeleteWebACL)',
    },
  };
};

const SHIELD: Wish = {
  ...{
    names: ['shield-advanced-protection'],
    said: { 'shield-advanced-protection': 'true' },
    request: PLAIN,
  },
  holds: ({ balancer }, { shielded }) => shielded.has(balancer),
  rows: {
    unknown:
      'without a subscription there is no Shield: served and told, as with the LBC (docs/differences.md)',
    denied: {
      ...lookups({ subscribed: failing('GetSubscriptionState', 'AccessDeniedException') }),
      ready: /GetSubscriptionState answered AccessDenied/,
    },
    unavailable: {
      ...lookups({ subscribed: failing('GetSubscriptionState', 'InternalErrorException') }),
      ready: /GetSubscriptionState answered InternalError/,
    },
    notReady: NO_STATE,
    invalid: { said: { 'shield-advanced-protection': 'on' }, ready: /"on"/ },
    invalidLater: {
      before: { 'shield-advanced-protection': 'true' },
      said: { 'shield-advanced-protection': 'on' },
      ready: /"on"/,
    },
    refusedAtCreate: { refuse: denied('CreateProtection'), ready: /CreateProtection answered AccessDenied/ },
    refusedAtModify: {
      before: {},
      refuse: denied('CreateProtection'),
      ready: /CreateProtection answered AccessDenied/,
    },
    lost: { elder: { 'shield-advanced-protection': 'false' }, ready: /^GroupConflict/ },
    deleted: OWN_TEXT,
  },
};

const SCHEME: Wish = {
  ...{ names: ['scheme'], said: { scheme: 'internal' }, request: PLAIN },
  holds: ({ balancer }, { elb }) => elb.state.loadBalancers.get(balancer)?.scheme === 'internal',
  rows: {
    ...{ unknown: UNASKED, denied: UNASKED, unavailable: UNASKED, notReady: NO_STATE, deleted: OWN_TEXT },
    invalid: { said: { scheme: 'private' }, ready: /private/ },
    invalidLater: { before: { scheme: 'internal' }, said: { scheme: 'private' }, ready: /private/ },
    refusedAtCreate: { refuse: denied('CreateLoadBalancer'), ready: /AccessDenied/ },
    refusedAtModify: 'another scheme is another load balancer',
    lost: { elder: { scheme: 'internet-facing' }, ready: /^GroupConflict/ },
  },
};

/** What stands in the load balancer and its security groups. */
export const OF_BALANCERS: readonly Wish[] = [
  ranges('inbound-cidrs', '10.0.0.0/8', '0.0.0.0/0'),
  ranges('security-group-prefix-lists', 'pl-1', 'pl-3'),
  GROUPS,
  waf('wafv2-acl-arn', {
    unknown: { refuse: { AssociateWebACL: 'WAFNonexistentItemException' }, ready: /WAFNonexistentItem/ },
    denied: UNASKED,
    unavailable: UNASKED,
  }),
  waf('wafv2-acl-name', {
    unknown: { said: { 'wafv2-acl-name': 'three' }, ready: /^WebAclNotFound/ },
    denied: {
      ...lookups({ webAcl: failing('ListWebACLs', 'AccessDeniedException') }),
      ready: /ListWebACLs answered AccessDenied/,
    },
    unavailable: {
      ...lookups({ webAcl: failing('ListWebACLs', 'WAFInternalErrorException') }),
      ready: /ListWebACLs answered WAFInternalError/,
    },
  }),
  SHIELD,
  SCHEME,
];
