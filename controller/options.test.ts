// Tests of options.
import { expect, test } from 'vitest';
import { type ControllerOptions, clusterSettings, DEFAULTS, mistakes } from './options.ts';

const options: ControllerOptions = { ...DEFAULTS, clusterName: 'prod', awsVpcId: 'vpc-1' };

test.each<[Partial<ControllerOptions>, string[]]>([
  [{}, []],
  [{ defaultTags: { team: 'shop' }, externalManagedTags: ['cost'] }, []],
  [
    { defaultTags: { 'elbv2.k8s.aws/cluster': 'x' } },
    ['--default-tags: the tag elbv2.k8s.aws/cluster is ours.'],
  ],
  [
    { externalManagedTags: ['ingress.k8s.aws/stack', 'team'], defaultTags: { team: 'shop' } },
    [
      '--external-managed-tags: the tag ingress.k8s.aws/stack is ours.',
      '--external-managed-tags: the tag team is in --default-tags as well.',
    ],
  ],
  [
    { backendSecurityGroup: 'mine' },
    ['--backend-security-group: "mine" is no id of a security group (sg-…).'],
  ],
  [
    { enableManageBackendSecurityGroupRules: true, enableBackendSecurityGroup: false },
    ['--enable-manage-backend-security-group-rules: it needs --enable-backend-security-group.'],
  ],
  [{ featureGates: { ALBSingleSubnet: true } }, []],
  [{ featureGates: { Nonsense: true } }, ['--feature-gates: there is no gate Nonsense.']],
])('%j', (changes, expected) => {
  expect(mistakes({ ...options, ...changes })).toEqual(expected);
});

test.each<[Partial<ControllerOptions>, string]>([
  [{}, 'shared'],
  [{ backendSecurityGroup: 'sg-1' }, 'sg-1'],
  [{ enableBackendSecurityGroup: false }, 'none'],
])('%j is the backend security group %s', (changes, expected) => {
  expect(clusterSettings({ ...options, ...changes }).backendSecurityGroup).toBe(expected);
});
