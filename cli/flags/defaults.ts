// Flags that say what holds for Ingresses that do not say it themselves, and what is done for all of them.
import { DEFAULTS } from '../../controller/options.ts';
import { asTold, type Flag } from './flag.ts';
import { gates, label, names, pairs, strictChecks, trueOrFalse } from './values.ts';

const TARGET_TYPE: Flag = {
  name: 'default-target-type',
  value: '<type>',
  doc: 'targets without target-type',
  choices: ['instance', 'ip'],
  unset: DEFAULTS.defaultTargetType,
  lbc: { unset: 'instance' },
};

const SCHEME: Flag = {
  name: 'default-load-balancer-scheme',
  value: '<scheme>',
  doc: 'load balancers without scheme',
  choices: ['internal', 'internet-facing'],
  unset: DEFAULTS.defaultLoadBalancerScheme,
  lbc: { unset: 'internal' },
};

/** What Ingresses are read with, for who reads them as the controller does. */
export const READING: readonly Flag[] = [
  asTold(TARGET_TYPE, 'as given to the controller'),
  asTold(SCHEME, 'as given to the controller'),
];

/** Checks that only warn. */
export const WARN_ONLY: Flag = {
  name: 'warn-only',
  value: '<checks>',
  doc: 'checks that warn instead of refusing (docs/problems.md)',
  read: strictChecks,
};

const TAGS: readonly Flag[] = [
  {
    name: 'default-tags',
    value: '<pairs>',
    doc: 'tags of everything that is made: key=value,…',
    read: pairs,
    unset: DEFAULTS.defaultTags,
    lbc: { unset: '' },
  },
  {
    name: 'external-managed-tags',
    value: '<keys>',
    doc: 'keys of tags that others write: key,…',
    read: names,
    unset: [...DEFAULTS.externalManagedTags],
    lbc: { unset: '' },
  },
];

const SECURITY_GROUPS: readonly Flag[] = [
  {
    name: 'enable-backend-security-group',
    value: '[boolean]',
    doc: 'one security group for the traffic from all load balancers to their targets',
    read: trueOrFalse,
    unset: DEFAULTS.enableBackendSecurityGroup,
    lbc: { unset: 'true' },
  },
  {
    name: 'backend-security-group',
    value: '<id>',
    doc: 'use this one instead of making one',
    lbc: { unset: '' },
  },
  {
    name: 'enable-manage-backend-security-group-rules',
    value: '[boolean]',
    doc: 'open targets for load balancers with security groups of their own',
    read: trueOrFalse,
    unset: DEFAULTS.enableManageBackendSecurityGroupRules,
    lbc: { unset: 'false' },
  },
];

const PROTECTIONS: readonly Flag[] = [
  {
    name: 'enable-wafv2',
    value: '[boolean]',
    doc: 'set web ACLs of load balancers',
    read: trueOrFalse,
    unset: DEFAULTS.enableWafv2,
    lbc: { unset: 'true' },
  },
  {
    name: 'enable-shield',
    value: '[boolean]',
    doc: 'have Shield Advanced protect load balancers',
    read: trueOrFalse,
    unset: DEFAULTS.enableShield,
    lbc: { unset: 'true' },
  },
];

/** What holds when nobody says otherwise. */
export const WHEN_UNSAID: readonly Flag[] = [
  ...TAGS,
  TARGET_TYPE,
  {
    name: 'default-ssl-policy',
    value: '<policy>',
    doc: 'HTTPS listeners without ssl-policy',
    unset: DEFAULTS.defaultSslPolicy,
    lbc: { unset: 'ELBSecurityPolicy-2016-08' },
  },
  SCHEME,
  WARN_ONLY,
  ...SECURITY_GROUPS,
  {
    name: 'allowed-certificate-authority-arns',
    value: '<arns>',
    doc: 'find certificates of these private authorities only: arn,…',
    read: names,
    unset: [...DEFAULTS.allowedCertificateAuthorityArns],
    lbc: { unset: '' },
  },
  {
    name: 'required-secrets-label',
    value: '<pair>',
    doc: 'Secrets of logins must have this label: key=value',
    read: label,
    lbc: { unset: '' },
  },
  {
    name: 'feature-gates',
    value: '<gates>',
    doc: 'those of the LBC (docs/flags.md): Name=true,…',
    read: gates,
    unset: DEFAULTS.featureGates,
    unsetWords: 'none',
    lbc: { unset: '', differs: 'see [feature gates](#feature-gates)' },
  },
  {
    name: 'enable-target-group-bindings',
    value: '[boolean]',
    doc: 'register the targets of TargetGroupBindings that people made (docs/targetgroupbindings.md)',
    read: trueOrFalse,
    unset: DEFAULTS.enableTargetGroupBindings,
  },
  {
    name: 'publish-target-group-bindings',
    value: '[boolean]',
    doc:
      'make a TargetGroupBinding for each target group, for tools that look for those of the LBC; not beside an LBC that runs: it ' +
      'serves every one that it sees, whatever its marks, and nothing keeps it from that (docs/targetgroupbindings.md)',
    read: trueOrFalse,
    unset: DEFAULTS.publishTargetGroupBindings,
  },
  ...PROTECTIONS,
];
