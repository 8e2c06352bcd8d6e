// Texts that nothing reads are never refused, and one mistake hides no other.
import { expect, test } from 'vitest';
import { PREFIX } from '../../annotation.ts';
import { readIngress } from '../../ingress/read.ts';
import type { Ingress } from '../../kube.ts';

type Texts = Readonly<Record<string, string>>;

function problems(said: Texts): string[] {
  const annotations = Object.fromEntries(Object.entries(said).map(([key, text]) => [PREFIX + key, text]));
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const ingress: Ingress = {
    metadata: { name: 'store', namespace: 'shop', annotations },
    spec: {
      rules: [{ host: 'www.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
  const options = { defaultTargetType: 'ip', defaultScheme: 'internal' } as const;
  const spec = { type: 'ClusterIP', ports: [{ port: 80, targetPort: 8080 }] };
  const service = () => ({ metadata: { name: 'web', namespace: 'shop' }, spec });
  return readIngress(ingress, { service, options }).problems.map(
    ({ severity, path }) => `${severity} ${path.slice(path.indexOf('/') + 1).replace(/\].*/, '')}`,
  );
}

const HTTP = { 'listen-ports': '[{"HTTP":80}]' };
const GROUPS = { 'security-groups': 'sg-0a' };

test.each<[string, Texts]>([
  ['ssl-policy', { ...HTTP, 'ssl-policy': 'x' }],
  ['certificate-arn', { ...HTTP, 'certificate-arn': 'x' }],
  ['security-group-prefix-lists', { ...GROUPS, 'security-group-prefix-lists': 'x' }],
  ['wafv2-acl-arn', { 'wafv2-acl-name': 'a', 'wafv2-acl-arn': 'x' }],
  ['target-node-labels', { 'target-type': 'ip', 'target-node-labels': 'x' }],
  ['manage-backend-security-group-rules', { 'manage-backend-security-group-rules': 'x' }],
  ['listener-attributes.HTTP-81', { 'listener-attributes.HTTP-81': 'x' }],
  ['frontend-nlb-scheme', { 'frontend-nlb-scheme': 'x' }],
  ['create-acm-cert', { 'create-acm-cert': 'f', 'acm-pca-arn': 'x' }],
])('%s', (_, said) => {
  const refused = problems(said).filter((one) => one.startsWith('refuse'));
  expect(refused).toEqual([]);
  expect(problems(said)).toContain(`warn ${Object.keys(said).at(-1)}`);
});

test.each<[string, Texts]>([
  ['without listen-ports it makes the listener', { 'certificate-arn': 'x' }],
  ['HTTPS is served', { 'listen-ports': '[{"HTTPS":443}]', 'ssl-policy': 'x' }],
  ['networks are read before they are dropped', { ...GROUPS, 'inbound-cidrs': 'x' }],
])('refused: %s', (_, said) => {
  expect(problems(said)).toContain(`refuse ${Object.keys(said).at(-1)}`);
});

test('a bad certificate hides nothing that is known of the ports', () => {
  const said = {
    'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
    'certificate-arn': 'x',
    'mutual-authentication': '[{"port":8443,"mode":"off"}]',
    'ssl-redirect': '8443',
    'auth-type': 'cognito',
  };
  const refused = problems(said).filter((one) => one.startsWith('refuse'));
  expect(refused.toSorted()).toEqual([
    'refuse auth-type',
    'refuse certificate-arn',
    'refuse mutual-authentication',
    'refuse ssl-redirect',
  ]);
});
