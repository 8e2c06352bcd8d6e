// Ways to break the tenth member of a group, each with what its binding must say.
import { ingress } from '../harness/fixtures.ts';
import {
  type Ground,
  HTTPS,
  NO_CERTIFICATE,
  redirect,
  refused,
  TENTH,
  unreadable,
  uses,
  type Way,
} from './isolation-mistakes.ts';
import { GROUP } from './isolation-routes.ts';

/** What the elder says already: the difference is left out. */
const contrary: readonly Way[] = [
  {
    name: 'another scheme',
    annotations: { scheme: 'internal' },
    says: ['Accepted', 'GroupConflict', 'scheme'],
    toldTo: ['red/edge'],
  },
  {
    name: 'another protocol on a shared port',
    annotations: { 'listen-ports': '[{"HTTPS":80}]', 'certificate-arn': NO_CERTIFICATE },
    says: ['Accepted', 'GroupConflict', 'HTTPS:80'],
    toldTo: ['red/edge'],
  },
  {
    name: 'another security policy',
    annotations: { 'listen-ports': '[{"HTTPS":443}]', 'ssl-policy': 'ELBSecurityPolicy-2016-08' },
    hosts: { 'tenth.example.org': { '/': 'web:80' } },
    says: ['Accepted', 'GroupConflict', 'ssl-policy'],
    toldTo: ['red/edge'],
  },
  {
    name: 'other sources',
    annotations: { 'inbound-cidrs': '10.0.0.0/8' },
    says: ['Accepted', 'GroupConflict', 'inbound-cidrs'],
    toldTo: ['red/edge'],
  },
  {
    name: 'other tags',
    annotations: { tags: 'team=bad' },
    says: ['Accepted', 'GroupConflict', 'team'],
    toldTo: ['red/edge'],
  },
  {
    name: 'another value of an attribute',
    annotations: { 'load-balancer-attributes': 'idle_timeout.timeout_seconds=99' },
    says: ['Accepted', 'GroupConflict', 'idle_timeout'],
    toldTo: ['red/edge'],
  },
  {
    name: 'a second default backend',
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    says: ['Accepted', 'GroupConflict', 'default backend'],
    toldTo: ['red/edge'],
  },
  {
    name: 'a redirect to a port that is not there',
    annotations: { 'ssl-redirect': '8443' },
    says: ['Accepted', 'Contradiction', '8443'],
  },
];

/** What leads nowhere. */
const dangling: readonly Way[] = [
  {
    name: 'subnets that do not exist',
    annotations: { subnets: 'subnet-00000000,subnet-11111111' },
    says: ['ResolvedRefs', 'SubnetsNotFound', 'subnet-00000000'],
  },
  {
    name: 'a security group that does not exist',
    annotations: { 'security-groups': 'sg-00000000000000000' },
    says: ['ResolvedRefs', 'SecurityGroupNotFound', 'sg-0000'],
  },
  {
    name: 'an HTTPS port without a certificate',
    annotations: { 'listen-ports': '[{"HTTPS":8443}]', 'ssl-redirect': '8443' },
    says: ['ResolvedRefs', 'CertificateNotFound', 'HTTPS port 8443 has no certificate'],
  },
  {
    name: 'a host without a certificate on a shared port',
    annotations: { 'listen-ports': HTTPS },
    says: ['ResolvedRefs', 'CertificateNotFound', 'no issued certificate in ACM is for tenth.example.net'],
  },
  {
    name: 'a missing Service',
    hosts: { 'tenth.example.net': { '/': 'nobody:80' } },
    says: ['ResolvedRefs', 'ServiceNotFound', 'nobody'],
  },
  {
    name: 'a missing port',
    hosts: { 'tenth.example.net': { '/': 'web:81' } },
    says: ['ResolvedRefs', 'ServicePortNotFound', 'web:81'],
  },
  {
    name: 'instances behind a ClusterIP Service',
    hosts: { 'tenth.example.net': { '/': 'inside:80' } },
    says: ['ResolvedRefs', 'NodePortMissing', 'inside'],
  },
  { name: 'a missing action', hosts: uses('nothing'), says: ['ResolvedRefs', 'ActionNotFound', 'nothing'] },
  {
    name: 'a login without its Secret',
    annotations: {
      'listen-ports': HTTPS,
      'auth-type': 'oidc',
      'auth-idp-oidc': JSON.stringify({
        issuer: 'https://l.example.net',
        authorizationEndpoint: 'https://l.example.net/a',
        tokenEndpoint: 'https://l.example.net/t',
        userInfoEndpoint: 'https://l.example.net/u',
        secretName: 'absent',
      }),
    },
    hosts: { 'tenth.example.org': { '/': 'web:80' } },
    says: ['ResolvedRefs', 'SecretNotFound', 'absent'],
  },
];

/** What works, and changes nothing for anybody else. */
const harmless: readonly Way[] = [
  {
    name: 'a redirect of everything under its host, first in the group',
    annotations: { 'actions.all': redirect('all.example.net'), 'group.order': '-1000' },
    hosts: { 'tenth.example.net': { '/* ImplementationSpecific': 'all:use-annotation', '/a': 'web:80' } },
    says: ['Accepted', 'Accepted', 'valid'],
  },
  {
    name: "a neighbour's host and path, later in the group, in a large object",
    annotations: { 'group.order': '1000', note: 'x'.repeat(100_000) },
    hosts: { 'shop.example.com': { '/': 'web:80' }, 'pods.example.net': { '/': 'web:80' } },
    says: ['Accepted', 'GroupConflict', 'comes first in the group'],
    // Whose requests the tenth would take hear of it, too.
    toldTo: ['red/edge', 'red/pods'],
  },
];

export const ways = (ground: Ground): readonly Way[] => [
  ...harmless,
  ...contrary,
  ...dangling,
  ...refused(ground),
  ...unreadable,
];

/** The tenth member, broken in this way. */
export function tenth({ annotations = {}, hosts = TENTH, className, spec = {} }: Way): object {
  const one = ingress('bad', 'tenth', {
    annotations: { 'group.name': GROUP, ...annotations },
    hosts,
    ...(className === undefined ? {} : { className }),
  });
  const own = 'spec' in one && typeof one.spec === 'object' ? one.spec : {};
  return { ...one, spec: { ...own, ...spec } };
}
