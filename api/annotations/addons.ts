// Descriptors of the add-ons: web ACLs and Shield (spec annotations 8).
import { annotation, later } from '../annotation.ts';
import { WEB_ACL_ARN } from '../limits.ts';

/** The word that takes an association off. */
export const NO_WEB_ACL = 'none';

const ASSOCIATIONS = 'web ACLs are left as they are in this version';

export const wafv2Arn = annotation('wafv2-acl-arn', {
  on: ['Ingress'],
  schema: {
    type: 'string',
    pattern: `^${NO_WEB_ACL}$|${WEB_ACL_ARN}`,
    description:
      'none or the ARN of a regional web ACL (arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/NAME/ID)',
  },
  merge: 'same',
  effect: later(ASSOCIATIONS),
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
  effect: later(ASSOCIATIONS),
  doc: 'WAFv2 web ACL of the load balancer by name; wins over wafv2-acl-arn. `none` takes it off, empty says nothing.',
  examples: { good: ['shop_front-1', 'none', ''], bad: ['shop front', 'shop.front'] },
});

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
  effect: later(ASSOCIATIONS),
  doc: 'WAF Classic web ACL of the load balancer; `none` takes it off, empty says nothing.',
  examples: { good: ['12345678-1234-1234-1234-123456789012', 'none', ''], bad: [TOO_LONG] },
});

export const webAclId = annotation('web-acl-id', {
  on: ['Ingress'],
  schema: CLASSIC_ID,
  merge: 'same',
  effect: later(ASSOCIATIONS),
  doc: 'Old name of waf-acl-id, read where that one is absent.',
  examples: { good: ['12345678-1234-1234-1234-123456789012'], bad: [TOO_LONG] },
});

export const shield = annotation('shield-advanced-protection', {
  on: ['Ingress'],
  schema: { type: 'boolean' },
  merge: 'same',
  effect: later('Shield protections are left as they are in this version'),
  doc: 'Whether Shield Advanced protects the load balancer. Without it the protection is left alone.',
  examples: { good: ['true', 'false'], bad: ['on', 'true ', ''] },
});
