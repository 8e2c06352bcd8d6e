// What is told of targets: to whoever reads the status, and to whoever hears events.
import { describe, expect, test } from 'vitest';
import { service } from '../../alb/laws/paper.ts';
import type { HealthCheck } from '../../api/aws.ts';
import type { Node } from '../../api/kube.ts';
import { ARN, BACKEND, play, worldOf } from '../laws/target-scene.ts';
import { whyNotHealthy } from './health-words.ts';
import type { TargetSeen } from './target-health.ts';
import { unusableEndpoints } from './unusable-endpoints.ts';

const CHECK: HealthCheck = {
  ...{ port: 'traffic-port', protocol: 'HTTP', path: '/', matcher: '200' },
  ...{ intervalSeconds: 15, timeoutSeconds: 5, healthyThreshold: 2, unhealthyThreshold: 2 },
};
const seen = (reason: string, description: string): TargetSeen => ({
  ...{ id: '10.0.0.1', port: 8080, state: 'unhealthy', reason, description },
});
const NOT_FOUND = {
  State: 'unhealthy',
  Reason: 'Target.ResponseCodeMismatch',
  Description: 'Health checks failed with these codes: [404]',
};

describe('why a target is not healthy', () => {
  test.each<[TargetSeen, HealthCheck | undefined, RegExp]>([
    [
      seen('Target.ResponseCodeMismatch', 'Health checks failed with these codes: [404]'),
      CHECK,
      /^health check got 404 from \/, expected 200; see healthcheck-path/,
    ],
    [
      seen('Target.ResponseCodeMismatch', 'Health checks failed with these codes: [404,502]'),
      { ...CHECK, path: '/ready', matcher: '200-299' },
      /got 404,502 from \/ready, expected 200-299/,
    ],
    [
      seen('Target.Timeout', 'Request timed out'),
      CHECK,
      /port 8080 got no answer within 5 s; see healthcheck-timeout/,
    ],
    [
      seen('Target.FailedHealthChecks', 'Health checks failed'),
      { ...CHECK, port: '9090', protocol: 'HTTPS' },
      /port 9090 by HTTPS/,
    ],
    [seen('Target.IpUnusable', 'The IP address cannot be used'), CHECK, /^The IP address cannot be used$/],
    [seen('Target.ResponseCodeMismatch', 'Something new'), CHECK, /^Something new$/],
    [seen('Target.Timeout', 'Request timed out'), undefined, /^Request timed out$/],
    [{ id: 'a', port: 1, state: 'unavailable' }, CHECK, /^unavailable$/],
  ])('%j', (target, check, words) => {
    expect(whyNotHealthy(target, check)).toMatch(words);
  });
});

describe('a target group', () => {
  test('names its unhealthy targets by pod and node, ten at most, and not those that are still coming', async () => {
    const ids = Array.from({ length: 14 }, (_, at) => `10.0.0.${at + 10}`);
    const { run, targets, serving, account } = play({ registered: ids, pods: [...ids] });
    targets.serve('shop/web', [{ ...serving, check: CHECK }], false);
    for (const id of ids.slice(2)) account.ailments.set(id, NOT_FOUND);
    account.ailments.set('10.0.0.11', { State: 'initial' });
    await run();
    const standing = targets.standing(ARN);
    expect(standing?.unhealthy[0]).toEqual({
      ...{ address: '10.0.0.12', port: 8080, pod: 'pod-10.0.0.12', node: 'a', state: 'unhealthy' },
      message: 'health check got 404 from /, expected 200; see healthcheck-path and success-codes',
    });
    expect(standing).toMatchObject({ more: 2, down: false, health: { healthy: 1, total: 14 } });
    expect(standing?.unhealthy).toHaveLength(10);
  });

  test('that turns is told once, and once when it is well again', async () => {
    const { run, runLater, account, told, pods } = play({ pods: ['10.0.0.1', '10.0.0.2'] });
    await run();
    await runLater(5_000);
    for (const pod of pods) account.ailments.set(pod, NOT_FOUND);
    await runLater(300_000);
    await runLater(300_000);
    expect(told).toEqual([
      'TargetsUnhealthy: target group web of Service web port 80: none of 2 targets is healthy, for example pod pod-10.0.0.1: Health checks failed with these codes: [404]',
    ]);
    account.ailments.delete('10.0.0.1');
    await runLater(300_000);
    account.ailments.clear();
    await runLater(300_000);
    expect(told.slice(1)).toEqual([
      'TargetsHealthy: target group web of Service web port 80: 1 of 2 are healthy again',
    ]);
  });

  test('whose targets are new, or that has none, has not turned', async () => {
    const { run, runLater, account, told, pods } = play({ pods: ['10.0.0.1'] });
    account.ailments.set('10.0.0.1', { State: 'initial', Reason: 'Elb.InitialHealthChecking' });
    await run();
    await runLater(5_000);
    pods.length = 0;
    await runLater(300_000);
    expect(told.filter((line) => !line.startsWith('TargetsLeftOut'))).toEqual([]);
  });
});

describe('what cannot be a target is named', () => {
  test('a node without an instance', () => {
    const node = (name: string, providerID: string, ready = 'True'): Node => ({
      metadata: { name },
      spec: { providerID },
      status: { conditions: [{ type: 'Ready', status: ready }] },
    });
    const nodes = [
      node('b', ''),
      node('a', 'eks-hybrid:///x/mi-1'),
      node('c', 'aws:///z/i-c'),
      node('d', '', 'False'),
    ];
    const world = { ...worldOf({ pods: [], ending: [], strays: [], gone: [], nodes, service: service() }) };
    expect(unusableEndpoints({ ...BACKEND, targetType: 'instance' }, world)).toEqual([
      'no EC2 instance in spec.providerID, so not registered: nodes a, b',
    ]);
    expect(unusableEndpoints(BACKEND, world)).toEqual([]);
  });

  test('endpoints without a pod', () => {
    const slice = {
      metadata: { name: 's' },
      addressType: 'IPv4',
      ports: [{ port: 80 }],
      endpoints: [{ addresses: ['10.2.0.2'] }, { addresses: ['10.2.0.1'], targetRef: { kind: 'Node' } }],
    };
    const paper = { pods: [], ending: [], strays: [], gone: [], nodes: [], service: service() };
    const world = { ...worldOf(paper), slices: () => [slice] };
    expect(unusableEndpoints(BACKEND, world)).toEqual([
      expect.stringContaining('10.2.0.1, 10.2.0.2 not registered'),
    ]);
    expect(unusableEndpoints({ ...BACKEND, ipAddressType: 'ipv6' }, world)).toEqual([]);
  });
});
