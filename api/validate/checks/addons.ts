// Web ACLs: ids that look like a mistake (aws-limits 6; spec annotations 8).
import { WEB_ACL } from '../../aws.ts';
import { type Finding, warn } from '../../problems/finding.ts';
import type { ValueChecks } from './values.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function classicFindings(id: string): Finding[] {
  if (id === '' || id === WEB_ACL.none || UUID.test(id)) return [];
  return [
    warn('InvalidFormat', { value: id, because: 'ids of WAF Classic web ACLs have the form of a UUID' }),
  ];
}

export const addonChecks: ValueChecks = { 'waf-acl-id': classicFindings, 'web-acl-id': classicFindings };
