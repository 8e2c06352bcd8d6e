// Identifiers that were given to an annotation of something else.
import { expect, test } from 'vitest';
import { descriptorOf } from '../registry.ts';
import { check } from './check.ts';

const ACCOUNT = 'us-east-1:123456789012';
const CERTIFICATE = `arn:aws:acm:${ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555`;
const WEB_ACL = `arn:aws:wafv2:${ACCOUNT}:regional/webacl/a/11111111-2222-3333-4444-555555555555`;

test.each([
  ['certificate-arn', WEB_ACL, 'refuse', 'which is said in wafv2-acl-arn'],
  ['wafv2-acl-arn', CERTIFICATE, 'refuse', 'which is said in certificate-arn'],
  ['wafv2-acl-arn', WEB_ACL.replace('regional', 'global'), 'refuse', 'of CloudFront'],
  ['security-group-prefix-lists', 'sg-0123456789abcdef0', 'refuse', 'which is said in security-groups'],
  ['subnets', 'sg-0123456789abcdef0', 'warn', 'which is said in security-groups'],
  ['subnets', 'vpc-0123456789abcdef0', 'warn', 'the id of a VPC'],
  ['security-groups', 'subnet-0123456789abcdef0', 'warn', 'which is said in subnets'],
  ['security-groups', `arn:aws:ec2:${ACCOUNT}:security-group/sg-0123456789abcdef0`, 'warn', 'the id alone'],
  ['load-balancer-attributes', 'access_logs.s3.bucket=arn:aws:s3:::logs', 'refuse', 'the name alone'],
])('%s: %s', (suffix, text, severity, because) => {
  const known = descriptorOf(suffix);
  const findings = known === undefined ? [] : check(known.descriptor, text).findings;
  expect(findings.map((one) => one.severity)).toEqual([severity]);
  expect(findings[0]?.because).toContain(because);
});

test.each([
  ['certificate-arn', CERTIFICATE],
  ['wafv2-acl-arn', WEB_ACL],
  ['subnets', 'subnet-0123456789abcdef0, subnet-0123456789abcdef1'],
  ['security-groups', 'sg-0123456789abcdef0, web'],
])('in its place: %s', (suffix, text) => {
  const known = descriptorOf(suffix);
  expect(known && check(known.descriptor, text).findings).toEqual([]);
});
