// Client certificates and attributes of listeners, as the members on a port say together.
import { expect, test } from 'vitest';
import { GATES } from '../feature-gates.ts';
import { CERTIFICATE, CLUSTER, STORE as CORP, ingress, service, wantedBy } from '../laws/paper.ts';

const SECURE = {
  'group.name': 'g',
  'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
  'certificate-arn': CERTIFICATE('12345678-1234-1234-1234-123456789012'),
};
const STORE = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:truststore/clients/0123456789abcdef';

function listeners(...said: Record<string, string>[]) {
  const ingresses = said.map((one, n) => ingress({ ingress: `web${n}`, said: { ...SECURE, ...one } }));
  const { resources, problems } = wantedBy({ ingresses, services: [service()] }, 'g');
  const specs = resources.flatMap((one) => (one.kind === 'listener' ? [one.spec] : []));
  return { specs, codes: problems.map(({ problem }) => problem.code) };
}

test('an entry holds for its port', () => {
  const value = `[{"port":443,"mode":"verify","trustStore":"${STORE}","advertiseTrustStoreCaNames":"on"}]`;
  const { specs } = listeners({ 'mutual-authentication': value });
  expect(specs.map(({ mutualAuthentication }) => mutualAuthentication)).toEqual([
    undefined,
    { mode: 'verify', trustStoreArn: STORE, ignoreExpiry: false, advertiseCaNames: 'on' },
  ]);
});

const verify = (trustStore: string) => ({
  'mutual-authentication': JSON.stringify([{ port: 443, mode: 'verify', trustStore }]),
});

test('by name and by ARN the same trust store is the same', () => {
  const { specs, codes } = listeners(verify('corp'), verify(CORP));
  expect(specs[1]?.mutualAuthentication?.trustStoreArn).toBe(CORP);
  expect(codes).toEqual([]);
});

test('who names a trust store that does not exist is told, and the others agree without it', () => {
  const { specs, codes } = listeners(verify('crop'), verify('corp'));
  expect(specs[1]?.mutualAuthentication?.trustStoreArn).toBe(CORP);
  expect(codes).toEqual(['TrustStoreNotFound']);
  expect(listeners(verify('crop')).specs[1]?.mutualAuthentication).toBeUndefined();
});

test('what nobody says stays as it is, or is switched off where the gate says so', () => {
  const applied = { ingresses: [ingress({ ingress: 'web0', said: SECURE })], services: [service()] };
  const modes = (EnhancedDefaultBehavior: boolean) =>
    wantedBy(applied, 'g', {
      cluster: { ...CLUSTER, gates: { ...GATES, EnhancedDefaultBehavior } },
    }).resources.flatMap((one) => (one.kind === 'listener' ? [one.spec.mutualAuthentication] : []));
  expect(modes(false)).toEqual([undefined, undefined]);
  expect(modes(true)).toEqual([undefined, { mode: 'off' }]);
});

test('attributes are merged by key for the listener that the name says; the first member keeps a key', () => {
  const server = 'routing.http.response.server.enabled';
  const policy = 'routing.http.response.content_security_policy.header_value';
  const { specs, codes } = listeners(
    { 'listener-attributes.HTTP-80': `${server}=false` },
    { 'listener-attributes.HTTP-80': `${server}=true,${policy}=none` },
  );
  expect(specs.map(({ attributes }) => attributes)).toEqual([{ [server]: 'false', [policy]: 'none' }, {}]);
  expect(codes).toEqual(['GroupConflict', 'GroupConflict']);
});
