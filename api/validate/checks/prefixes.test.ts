// Annotations that look like ours and that nobody reads; and those of others, about which nothing is said.
import { describe, expect, test } from 'vitest';
import { prefixProblems } from './prefixes.ts';

const told = (key: string) => prefixProblems({ [key]: 'x' });

describe('read by nobody', () => {
  test.each([
    ['alb.ingress.kubernets.io/scheme', 'scheme'],
    ['alb.ingress.kubernetes.oi/scheme', 'scheme'],
    ['ALB.ingress.kubernetes.io/scheme', 'scheme'],
    ['alb.ingres.kubernets.io/scheme', 'scheme'],
    ['lb.ingress.kubernetes.io/ip-address-type', 'ip-address-type'],
    ['nlb.ingress.kubernetes.io/scheme', 'scheme'],
    ['elb.ingress.kubernetes.io/shceme', 'scheme'],
    ['alb-ingress.kubernetes.io/scheme', 'scheme'],
    ['alb.ingress.kubernetes.io.scheme', 'scheme'],
    ['alb.ingress.kubernetes.io-scheme', 'scheme'],
    ['ingress.kubernetes.io/target-type', 'target-type'],
    ['alb.kubernetes.io/target-type', 'target-type'],
    ['alb.ingress.k8s.io/listen-ports', 'listen-ports'],
    ['alb.ingress.kubernetes/listen-ports', 'listen-ports'],
    ['target-type', 'target-type'],
    ['group.name', 'group.name'],
    ['service.beta.kubernetes.io/aws-load-balancer-scheme', 'scheme'],
    ['service.beta.kubernetes.io/aws-load-balancer-internal', 'scheme'],
    ['service.beta.kubernetes.io/aws-load-balancer-ssl-cert', 'certificate-arn'],
    ['service.beta.kubernetes.io/aws-load-balancer-nlb-target-type', 'target-type'],
    ['service.beta.kubernetes.io/aws-load-balancer-attributes', 'load-balancer-attributes'],
    ['service.beta.kubernetes.io/aws-load-balancer-healthcheck-path', 'healthcheck-path'],
    ['service.beta.kubernetes.io/aws-load-balancer-healthcheck-interval', 'healthcheck-interval-seconds'],
    ['service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout', 'load-balancer-attributes'],
    ['service.beta.kubernetes.io/aws-load-balancer-security-groups', 'security-groups'],
    ['service.kubernetes.io/aws-load-balancer-subnets', 'subnets'],
  ])('%s', (key, ours) => {
    expect(told(key)).toMatchObject([
      {
        code: 'UnknownAnnotation',
        severity: 'warn',
        path: `metadata.annotations[${key}]`,
        suggestion: `alb.ingress.kubernetes.io/${ours}`,
      },
    ]);
  });
  test.each(['type', 'proxy-protocol'])('without an equal: %s', (name) => {
    const [problem] = told(`service.beta.kubernetes.io/aws-load-balancer-${name}`);
    expect(problem).toMatchObject({ code: 'UnknownAnnotation', severity: 'warn' });
    expect(problem?.suggestion).toBeUndefined();
  });
});

describe('of others', () => {
  test.each([
    'nginx.ingress.kubernetes.io/ssl-redirect',
    'nginx.org/ssl-redirect',
    'haproxy.ingress.kubernetes.io/ssl-redirect',
    'haproxy.org/ssl-redirect',
    'haproxy-ingress.github.io/ssl-redirect',
    'traefik.ingress.kubernetes.io/router.tls',
    'gce.ingress.kubernetes.io/ssl-redirect',
    'appgw.ingress.kubernetes.io/ssl-redirect',
    'azure.ingress.kubernetes.io/tags',
    'konghq.com/strip-path',
    'cert-manager.io/cluster-issuer',
    'external-dns.alpha.kubernetes.io/hostname',
    'kubernetes.io/ingress.class',
    'kubernetes.io/tls-acme',
    'kubectl.kubernetes.io/last-applied-configuration',
    'meta.helm.sh/release-name',
    'argocd.argoproj.io/sync-wave',
    'ingress.kubernetes.io/rewrite-target',
    'ingress.example.com/scheme',
    'alb.example.com/scheme',
    'k8s.io/target-type',
    'service.beta.kubernetes.io/azure-load-balancer-internal',
    'albatross.dev/policy',
    'scheme',
    'tags',
    'owner',
    'x'.repeat(200_000),
  ])('%s', (key) => expect(told(key)).toEqual([]));
});
