// What the tests of trust stores have in common: certificates and revocation lists in an S3 of paper, and a listener.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { selfSignedCertificate } from '../data-plane/self-signed.ts';
import { objectName } from './account-facts.ts';
import { type InMemory, inMemory } from './in-memory.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** One CA certificate as PEM. */
export const CA_PEM = (await selfSignedCertificate('ca.example.com')).certPem;

/** A revocation list as PEM that revokes `count` certificates. */
export async function revocationList(count: number, hash = 'SHA-256'): Promise<string> {
  // Keys of an elliptic curve are made a hundred times as fast as those of RSA.
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const now = new Date();
  const crl = await x509.X509CrlGenerator.create({
    issuer: 'CN=ca.example.com',
    thisUpdate: now,
    nextUpdate: new Date(now.getTime() + DAY_MS),
    entries: Array.from({ length: count }, (_, n) => ({
      serialNumber: (n + 1).toString(16).padStart(4, '0'),
      revocationDate: now,
    })),
    signingAlgorithm: algorithm,
    signingKey: keys.privateKey,
  });
  return crl.toString('pem');
}

/** Puts a text into bucket `pki`. */
export function put(aws: InMemory, key: string, content: string, version?: string): void {
  aws.context.world.objects.set(objectName({ bucket: 'pki', key, version }), content);
}

/** Where a bundle lies: input of CreateTrustStore and ModifyTrustStore. */
export const bundleAt = (key: string) => ({
  CaCertificatesBundleS3Bucket: 'pki',
  CaCertificatesBundleS3Key: key,
});

/** Elastic Load Balancing with `ca.pem` (one certificate) and `two.pem` in bucket `pki`. */
export function withBundles(): InMemory {
  const aws = inMemory();
  put(aws, 'ca.pem', CA_PEM);
  put(aws, 'two.pem', `${CA_PEM}\n${CA_PEM}`);
  return aws;
}

/** A trust store of `ca.pem`; answers its ARN. */
export function createStore(aws: InMemory, name = 'store'): string {
  const [store] = aws.call('CreateTrustStore', { Name: name, ...bundleAt('ca.pem') }).TrustStores;
  if (store?.TrustStoreArn === undefined) throw new Error('no trust store');
  return store.TrustStoreArn;
}

/** A load balancer; answers its ARN. */
export function createBalancer(aws: InMemory, name = 'lb', Subnets = ['subnet-a', 'subnet-b']): string {
  const [lb] = aws.call('CreateLoadBalancer', { Name: name, Subnets }).LoadBalancers;
  if (lb?.LoadBalancerArn === undefined) throw new Error('no load balancer');
  return lb.LoadBalancerArn;
}

/** Input of an HTTPS listener that answers 200. */
export const httpsListener = (LoadBalancerArn: string, Port: number) => ({
  LoadBalancerArn,
  Port,
  Protocol: 'HTTPS' as const,
  Certificates: [{ CertificateArn: 'arn:aws:acm:us-west-2:123456789012:certificate/one' }],
  DefaultActions: [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '200' } }],
});
