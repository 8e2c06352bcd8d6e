// What AWS answers at a first try, in the condition of the binding: AWS's words, what they mean and what to do.
import { expect, test } from 'vitest';
import { CERTIFICATE, ingress, path, rule, service } from '../../alb/laws/paper.ts';
import { GROUP } from '../laws/groups.ts';
import { openPasses, type Passes } from '../laws/whole-passes.ts';

const first = (said: Record<string, string>) =>
  ingress({
    ingress: 'first',
    rules: [rule('first.example.com', path('/', 'web'))],
    said: { 'group.name': GROUP, ...said },
  });

/** `Programmed` of an Ingress that is alone in an account that somebody has made poorer. */
async function programmed(said: Record<string, string>, poorer: (passes: Passes) => void): Promise<string> {
  const passes = openPasses();
  poorer(passes);
  await passes.settle({ ingresses: [first(said)], services: [service()] });
  const { conditions = [] } = passes.statuses().get('shop/first') ?? {};
  const found = conditions.find(({ type }) => type === 'Programmed');
  return `${found?.status} ${found?.reason} ${found?.message}`;
}

test('no internet gateway: it is tried again until there is one', async () => {
  const passes = openPasses();
  const { vpcs } = passes.account.elb.context.world;
  const gateway = (internetGateway: boolean): void => {
    for (const vpc of vpcs.values()) vpcs.set(vpc.id, { ...vpc, internetGateway });
  };
  const sheet = { ingresses: [first({ scheme: 'internet-facing' })], services: [service()] };
  gateway(false);
  const words =
    /CreateLoadBalancer answered InvalidSubnet: VPC vpc-1 has no internet gateway: .*attach an internet gateway to vpc-1/;
  await expect(passes.settle(sheet)).rejects.toThrow(words);
  gateway(true);
  await passes.settle(sheet);
  expect(passes.account.elb.state.loadBalancers.size).toBe(1);
});

test('a bucket that is not there, with logging off', async () => {
  const said = { 'load-balancer-attributes': 'access_logs.s3.bucket=gone' };
  const message = await programmed(said, ({ account }) => {
    account.elb.context.world.buckets = new Set();
  });
  expect(message).toMatch(/^False AwsRefused .*Access Denied for bucket: gone/);
  expect(message).toContain('the bucket gone is not there');
});

test('a certificate that is not issued', async () => {
  const said = { 'listen-ports': '[{"HTTPS":443}]', 'certificate-arn': CERTIFICATE('one') };
  const message = await programmed(said, ({ account }) => {
    const { world } = account.elb.context;
    world.certificates.delete(CERTIFICATE('one'));
    world.unissued = new Set([CERTIFICATE('one')]);
  });
  expect(message).toMatch(/^False AwsRefused .*UnsupportedCertificate: /);
  expect(message).toContain('the certificate is not issued yet');
});
