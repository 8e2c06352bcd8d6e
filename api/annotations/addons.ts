// Descriptors of the add-ons: web ACLs and Shield (spec annotations 8).
import { annotation, never, onLoadBalancer, shapes } from '../annotation.ts';
import { WEB_ACL, webAclName } from '../aws.ts';
import { WEB_ACL_ARN } from '../limits/limits.ts';

const ASSOCIATION = 'the web ACL of the load balancer';

export const wafv2Arn = annotation('wafv2-acl-arn', {
  on: ['Ingress'],
  schema: {
    type: 'string',
    pattern: `^${WEB_ACL.none}$|${WEB_ACL_ARN}`,
    description:
      'none or the ARN of a regional web ACL (arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/NAME/ID)',
  },
  merge: 'same',
  effect: shapes(ASSOCIATION, { loadBalancer: { webAcl: (arn, { value }) => arn === value } }),
  protects: true,
  doc: 'WAFv2 web ACL of the load balancer; `none` takes it off. Without it the association is left alone.',
  examples: {
    good: [
      'none',
      'arn:aws:wafv2:us-west-2:123456789012:regional/webacl/shop/12345678-1234-1234-1234-123456789012',
    ],
    bad: [
      '',
      'None',
      'arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/12345678-1234-1234-1234-123456789012',
    ],
  },
});

export const wafv2Name = annotation('wafv2-acl-name', {
  on: ['Ingress'],
  schema: {
    type: 'string',
    maxLength: 128,
    pattern: '^[A-Za-z0-9_-]*$',
    description: 'none or the name of a regional web ACL: 1 to 128 letters, digits, hyphens and underscores',
  },
  merge: 'same',
  effect: shapes(ASSOCIATION, {
    loadBalancer: { webAcl: (name, { value }) => name === value || name === webAclName(value) },
  }),
  protects: true,
  doc: 'WAFv2 web ACL of the load balancer by name; wins over wafv2-acl-arn. `none` takes it off, empty says nothing.',
  examples: { good: ['shop_front-1', 'none', ''], bad: ['shop front', 'shop.front'] },
});

/** hack/decisions/0010 */
const ENDED = never(
  'AWS WAF Classic ended on 2025-09-30, so it has no effect: name a web ACL of WAFv2 by wafv2-acl-arn or wafv2-acl-name',
);

const CLASSIC_ID = {
  type: 'string',
  maxLength: 128,
  description: 'none or the id of a regional WAF Classic web ACL, of at most 128 characters',
} as const;

const TOO_LONG = 'x'.repeat(129);

export const wafClassicId = annotation('waf-acl-id', {
  on: ['Ingress'],
  schema: CLASSIC_ID,
  merge: 'same',
  effect: ENDED,
  doc: 'Web ACL of WAF Classic, which AWS has ended.',
  examples: { good: ['12345678-1234-1234-1234-123456789012', 'none', ''], bad: [TOO_LONG] },
});

export const webAclId = annotation('web-acl-id', {
  on: ['Ingress'],
  schema: CLASSIC_ID,
  merge: 'same',
  effect: ENDED,
  doc: 'Old name of waf-acl-id, read where that one is absent.',
  examples: { good: ['12345678-1234-1234-1234-123456789012'], bad: [TOO_LONG] },
});

export const shield = annotation('shield-advanced-protection', {
  on: ['Ingress'],
  schema: { type: 'boolean' },
  merge: 'same',
  effect: onLoadBalancer((lb, wanted) => {
    lb.shield = wanted ? 'on' : 'off';
  }),
  protects: true,
  doc: 'Whether Shield Advanced protects the load balancer, if the account is subscribed. Without it the protection is left alone; what somebody else made is never taken away.',
  examples: { good: ['true', 'false'], bad: ['on', 'true ', ''] },
});
