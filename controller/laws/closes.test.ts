// The law `closes`: whatever members of a group ask for, and whatever of it AWS does not give, no target ever gets a request without
// the protection that its Ingress asks for. Groups, refused calls and missing facts are generated; the account starts empty.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failureOf } from '../../alb/failures/failure.ts';
import { PREFIX } from '../../api/annotation.ts';
import type { Ingress } from '../../api/kube.ts';
import { keyOf } from '../../api/kube.ts';
import { containsNetwork } from '../../api/validate/cidr.ts';
import { applied } from './groups.ts';
import { forwards, getOf, type Met, met, sourcesOn } from './reachable.ts';
import { openPasses, type Passes } from './whole-passes.ts';

const REFUSED = [
  'CreateListener',
  'ModifyListener',
  'CreateRule',
  'ModifyRule',
  'SetRulePriorities',
] as const;
const OF_BALANCER = ['AssociateWebACL', 'AuthorizeSecurityGroupIngress', 'CreateProtection'] as const;
const PASSES = 5;

const trouble = fc.record({
  refuse: fc.subarray([...REFUSED, ...OF_BALANCER], { maxLength: 2 }),
  code: fc.constantFrom('AccessDeniedException', 'InvalidConfigurationRequest', 'ServiceUnavailable'),
  certificates: fc.boolean(),
  secrets: fc.boolean(),
  webAcls: fc.constantFrom('found', 'missing', 'denied'),
});

const REQUESTS = ['http', 'https'].flatMap((scheme) =>
  [80, 443, 8080].flatMap((port) =>
    ['a', 'b', 'x'].flatMap((host) =>
      ['/', '/cart', '/pay'].map((path) => getOf(`${scheme}://${host}.example.com:${port}${path}`)),
    ),
  ),
);

/** The Ingresses whose target groups get a request. */
function owners({ account: { elb } }: Passes, { actions }: Met, all: readonly Ingress[]): Ingress[] {
  const arns = actions.flatMap(({ ForwardConfig, TargetGroupArn }) => [
    ...(TargetGroupArn === undefined ? [] : [TargetGroupArn]),
    ...(ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn: arn = '' }) => arn),
  ]);
  const tags = arns.map((arn) => elb.state.targetGroups.get(arn)?.tags['ingress.k8s.aws/resource'] ?? '');
  const named = (tag: string, one: Ingress): boolean =>
    ['web', 'api'].some((service) => tag.startsWith(`${keyOf(one)}-${service}:`));
  return all.filter((one) => tags.some((tag) => named(tag, one)));
}

const annotation = (name: string, { metadata }: Ingress): string =>
  metadata.annotations?.[PREFIX + name] ?? '';

const list = (name: string, ingress: Ingress): string[] => {
  const text = annotation(name, ingress);
  return text === '' ? [] : text.split(',');
};

/**
 * From where a load balancer is reached on a port, without what is as with the LBC: where a member names security groups, these
 * alone say who gets in, whatever sources another one names. A port where a member does not listen has none of its routes, so it
 * may be open to others.
 */
function strangers(passes: Passes, one: Met, ingress: Ingress, all: readonly Ingress[]): string[] {
  const named = new Set(all.flatMap((each) => list('security-groups', each)));
  const networks = list('inbound-cidrs', ingress);
  return sourcesOn(passes.account, one).filter(
    (source) => !named.has(source) && !networks.some((network) => containsNetwork(network, source)),
  );
}

/** What of an Ingress's wishes a request that gets to its targets went round. */
function evaded(passes: Passes, one: Met, ingress: Ingress, all: readonly Ingress[]): string[] {
  const { account } = passes;
  const said = (name: string): string => annotation(name, ingress);
  const balancer = account.elb.state.loadBalancers.get(one.balancer);
  const first = one.actions[0]?.Type ?? '';
  const secure = one.listener?.protocol === 'HTTPS';
  const login = said('auth-type') === 'cognito' || said('auth-type') === 'oidc';
  const groups = list('security-groups', ingress);
  // With the LBC a name takes the place of all ARNs of a group, also the name `none`.
  const namesNone = all.some((each) => annotation('wafv2-acl-name', each) === 'none');
  const broken: Readonly<Record<string, boolean>> = {
    'ssl-redirect': said('ssl-redirect') !== '' && !secure,
    'auth-type': secure && login && !first.startsWith('authenticate-'),
    'jwt-validation': secure && said('jwt-validation') !== '' && first !== 'jwt-validation',
    'inbound-cidrs': said('inbound-cidrs') !== '' && strangers(passes, one, ingress, all).length > 0,
    'security-groups':
      groups.length > 0 && sourcesOn(account, one).some((source) => !groups.includes(source)),
    'wafv2-acl-arn':
      said('wafv2-acl-arn').startsWith('arn:') && !namesNone && !account.webAcls.has(one.balancer),
    'wafv2-acl-name': said('wafv2-acl-name') === 'one' && !account.webAcls.has(one.balancer),
    scheme: said('scheme') === 'internal' && balancer?.scheme !== 'internal',
  };
  return Object.entries(broken).flatMap(([name, is]) => (is ? [`${keyOf(ingress)} ${name}`] : []));
}

let reached = 0;

test('closes', async () => {
  await fc.assert(
    fc.asyncProperty(applied, trouble, async (sheet, { refuse, code, certificates, secrets, webAcls }) => {
      const passes = openPasses();
      for (const action of refuse) passes.account.refusing.set(action, code);
      const path = 'metadata.annotations';
      const none = (what: 'CertificateNotFound' | 'SecretNotFound') =>
        ({ problem: { code: what, severity: 'refuse', path, because: 'none' } }) as const;
      passes.instead.lookups = {
        ...(certificates ? {} : { certificates: async () => none('CertificateNotFound') }),
        ...(webAcls === 'found'
          ? {}
          : {
              webAcl: async () => {
                if (webAcls === 'missing') return undefined;
                throw failureOf('ListWebACLs', {
                  name: 'AccessDeniedException',
                  $metadata: { httpStatusCode: 400 },
                });
              },
            }),
      };
      if (!secrets) passes.instead.secret = none('SecretNotFound');
      for (let pass = 0; pass < PASSES; pass += 1) {
        await passes.attempt(sheet, 1);
        const through = REQUESTS.flatMap((request) => met(passes.account, request)).filter(forwards);
        reached += through.length;
        const wrong = through.flatMap((one) =>
          owners(passes, one, sheet.ingresses).flatMap((ingress) =>
            evaded(passes, one, ingress, sheet.ingresses),
          ),
        );
        expect([...new Set(wrong)]).toEqual([]);
      }
    }),
    { numRuns: 60 },
  );
  expect(reached).toBeGreaterThan(60);
});
