// A protection that is asked for and cannot be had: no request ever gets through without it, the binding says why, and what it
// waits for opens it.
import { CreateWebACLCommand, WAFV2Client } from '@aws-sdk/client-wafv2';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { ask, bindingOf } from '../harness/waiters.ts';
import { ready, soon, stage, startStage, stopStage } from './life.ts';

beforeAll(() => startStage());
afterAll(() => stopStage());

const HOST = 'nowhere.example.net';
const POOL = {
  userPoolARN: 'arn:aws:cognito-idp:us-west-2:123456789012:userpool/us-west-2_aBcDeFgHi',
  userPoolClientID: '7abcdefghijklmnopqrstuvwxy',
  userPoolDomain: 'shop-login',
};

/** Every answer on plain HTTP so far. */
const seen: number[] = [];

/** The answer on plain HTTP as soon as there is one. */
async function answered(of: string, host: string): Promise<{ status: number; to: unknown }> {
  const { status } = await bindingOf(stage.cluster, of, 'web');
  const dnsName = status?.loadBalancer?.dnsName ?? '';
  const answer = await ask(stage, dnsName, '/', { host });
  seen.push(answer.status);
  return { status: answer.status, to: answer.headers.location };
}

const readyOf = async (of: string) => (await bindingOf(stage.cluster, of, 'web')).conditions.Ready;

describe('a redirect to HTTPS with a login, and no certificate for the host', () => {
  test('plain HTTP only redirects, and the binding says what is missing', async () => {
    const annotations = {
      scheme: 'internet-facing',
      'target-type': 'ip',
      'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
      'ssl-redirect': '443',
      'auth-type': 'cognito',
      'auth-idp-cognito': JSON.stringify(POOL),
    };
    const hosts = { [HOST]: { '/': 'web:80' } };
    await stage.cluster.apply(
      namespace('rc2'),
      ...app('rc2', 'web'),
      ingress('rc2', 'web', { annotations, hosts }),
    );
    await vi.waitFor(async () => {
      expect(await answered('rc2', HOST)).toEqual({ status: 301, to: `https://${HOST}:443/` });
      expect(await readyOf('rc2')).toMatchObject({ status: 'False', reason: 'CertificateNotFound' });
    }, soon);
    expect(seen).not.toContain(200);
    expect((await readyOf('rc2'))?.message).toContain(
      `HTTPS port 443 has no certificate: no issued certificate in ACM is for ${HOST}; port 80 redirects there, and nothing is served until there is one`,
    );
  });
});

describe('a web ACL before a new load balancer', () => {
  test('while AWS WAF refuses it nothing is served; once it is set everything is', async () => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const waf = new WAFV2Client({ endpoint: stage.aws.url, region: stage.account.region, credentials });
    const metrics = { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: 'm' };
    const { Summary } = await waf.send(
      new CreateWebACLCommand({
        ...{ Name: 'edge', Scope: 'REGIONAL', DefaultAction: { Allow: {} } },
        VisibilityConfig: metrics,
      }),
    );
    waf.destroy();
    stage.aws.faults.fail('AssociateWebACL', 'AccessDeniedException', 'not you', 'before', 1_000);
    const annotations = { 'wafv2-acl-arn': Summary?.ARN ?? '' };
    const hosts = { 'edge.example.com': { '/': 'web:80' } };
    await stage.cluster.apply(
      namespace('edge'),
      ...app('edge', 'web'),
      ingress('edge', 'web', { annotations, hosts }),
    );
    await vi.waitFor(async () => {
      expect(await answered('edge', 'edge.example.com')).toMatchObject({ status: 503 });
      expect(await readyOf('edge')).toMatchObject({ status: 'False', reason: 'AwsRefused' });
    }, soon);
    expect(seen).not.toContain(200);
    expect((await readyOf('edge'))?.message).toContain('AssociateWebACL answered AccessDenied: not you');
    stage.aws.faults.heal();
    // What was refused is asked for again ever more seldom, and with every change.
    await stage.controller().stop();
    await stage.startController('allowed');
    await ready('edge', 'web');
    const { status } = await bindingOf(stage.cluster, 'edge', 'web');
    const answer = await ask(stage, status?.loadBalancer?.dnsName ?? '', '/', { host: 'edge.example.com' });
    expect(answer.status).toBe(200);
  });
});
