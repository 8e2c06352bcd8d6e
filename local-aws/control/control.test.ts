// The page and the paths under `/_local`, without sockets.
import { describe, expect, test } from 'vitest';
import { CallLog } from '../call-log.ts';
import { inMemory } from '../elb/in-memory.ts';
import { FaultPlan } from '../faults.ts';
import { type ControlApi, listenerLocations, readTarget } from './control-api.ts';
import { pageOf } from './page.ts';
import { answerLocal, isLocal } from './paths.ts';

function shop() {
  const { state, context, call } = inMemory();
  const lb = call('CreateLoadBalancer', { Name: 'shop', Subnets: ['subnet-a', 'subnet-b'] });
  const [{ LoadBalancerArn = '', DNSName = '' } = {}] = lb.LoadBalancers ?? [];
  const made = call('CreateTargetGroup', {
    Name: 'web',
    Protocol: 'HTTP',
    Port: 80,
    VpcId: 'vpc-1',
    TargetType: 'ip',
  });
  const TargetGroupArn = made.TargetGroups?.[0]?.TargetGroupArn ?? '';
  call('RegisterTargets', { TargetGroupArn, Targets: [{ Id: '10.0.0.9' }] });
  const listener = call('CreateListener', {
    LoadBalancerArn,
    Port: 80,
    Protocol: 'HTTP',
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  call('CreateRule', {
    ListenerArn: listener.Listeners?.[0]?.ListenerArn,
    Priority: 5,
    Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/a&b'] } }],
    Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
  });
  const control: ControlApi = {
    state,
    callLog: new CallLog(),
    faults: new FaultPlan(0),
    targets: new Map([['10.0.0.9:80', { host: '127.0.0.1', port: 3000 }]]),
    context: () => context,
    reset: async () => undefined,
    listenerAddress: () => ({ host: '127.0.0.1', port: 31000 }),
  };
  return { control, dns: DNSName };
}

describe('the page', () => {
  test('shows load balancer, listener, rules, group, target and how to get there', async () => {
    const { control, dns } = shop();
    control.callLog.count('elasticloadbalancing', 'CreateRule');
    control.callLog.log(0, 'elasticloadbalancing', 'CreateRule', 'a-rule');
    const page = pageOf(control);
    for (const text of [
      'shop',
      dns,
      `curl --connect-to ${dns}:80:127.0.0.1:31000 http://${dns}:80/`,
      'web',
      '10.0.0.9:80 at 127.0.0.1:3000',
      'initial',
      'path-pattern',
      '1970-01-01T00:00:00.000Z elasticloadbalancing CreateRule a-rule',
    ])
      expect(page).toContain(text);
  });
  test('shows each value of a condition once', () => {
    const page = pageOf(shop().control);
    expect(page.split('/a&amp;b')).toHaveLength(2);
    expect(page).toContain('path-pattern /a&amp;b →');
  });
  test('escapes what people wrote', async () => {
    const { control } = shop();
    control.callLog.log(0, 'ec2', 'CreateVpc', '<script>"x"</script>');
    const page = pageOf(control);
    expect(page).toContain('/a&amp;b');
    expect(page).toContain('&lt;script&gt;&quot;x&quot;');
    expect(page).not.toContain('<script');
  });
});

const JSON_TYPE = { 'content-type': 'application/json' };

async function ask(
  control: ControlApi,
  method: string,
  path: string,
  body: unknown = '',
  headers: object = JSON_TYPE,
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await answerLocal(control, {
    method,
    path,
    headers: { ...headers },
    body: Buffer.from(text),
  });
  return { status: answer.status, body: JSON.parse(answer.body.toString()) as Record<string, unknown> };
}

describe('paths', () => {
  test('faults are set, shown and healed', async () => {
    const { control } = shop();
    const order = {
      throttle: { action: 'CreateRule', times: 2 },
      reset: { action: 'DeleteRule', times: 1, when: 'after' },
      latencyMs: 5,
      visibleAfterMs: 10,
      throttling: true,
    };
    expect((await ask(control, 'POST', '/_local/faults', order)).body).toEqual({
      latencyMs: 5,
      visibleAfterMs: 10,
      throttling: true,
      planned: [
        { action: 'CreateRule', what: 'Throttling', when: 'before', left: 2 },
        { action: 'DeleteRule', what: 'reset', when: 'after', left: 1 },
      ],
    });
    expect((await ask(control, 'DELETE', '/_local/faults')).body).toEqual({
      latencyMs: 0,
      visibleAfterMs: 0,
      throttling: false,
      planned: [],
    });
  });
  test.each<[string, unknown, object, RegExp]>([
    ['no JSON', '{', JSON_TYPE, /no JSON/],
    ['nothing', {}, JSON_TYPE, /fewer than 1/],
    ['an unknown fault', { thunder: 1 }, JSON_TYPE, /additional properties/],
    ['times 0', { throttle: { action: 'CreateRule', times: 0 } }, JSON_TYPE, /times must be >= 1/],
    ['process group 0', { killAt: { call: 1, pid: 0 } }, JSON_TYPE, /pid must be >= 2/],
    ['an odd moment', { reset: { action: 'A', times: 1, when: 'never' } }, JSON_TYPE, /when must be/],
    ['no content type', { latencyMs: 1 }, {}, /content-type/],
    ['a web page', { latencyMs: 1 }, { ...JSON_TYPE, origin: 'http://x.example' }, /web pages/],
  ])('%s is refused with 400', async (_name, body, headers, words) => {
    const { control } = shop();
    const { status, body: said } = await ask(control, 'POST', '/_local/faults', body, headers);
    expect([status, said.error]).toEqual([400, expect.stringMatching(words)]);
    expect(control.faults.plan()).toMatchObject({ latencyMs: 0, planned: [] });
  });
  test('targets come and go', async () => {
    const { control } = shop();
    expect((await ask(control, 'POST', '/_local/targets', { target: 'i-1:80=localhost:9000' })).body).toEqual(
      {
        targets: { '10.0.0.9:80': '127.0.0.1:3000', 'i-1:80': 'localhost:9000' },
      },
    );
    expect((await ask(control, 'DELETE', '/_local/targets', { target: 'i-1:80' })).status).toBe(200);
    expect((await ask(control, 'DELETE', '/_local/targets', { target: 'i-1:80' })).status).toBe(400);
    expect((await ask(control, 'POST', '/_local/targets', { target: 'i-1' })).status).toBe(400);
  });
  test.each(['/_local/reset', '/moto-api/reset'])(
    'POST %s resets, unless a web page sends it',
    async (path) => {
      let resets = 0;
      const control: ControlApi = {
        ...shop().control,
        reset: async () => {
          resets += 1;
        },
      };
      expect((await ask(control, 'POST', path, '', { origin: 'http://x.example' })).status).toBe(400);
      expect((await ask(control, 'POST', path, '', {})).body).toMatchObject({ status: 'ok' });
      expect(resets).toBe(1);
      expect(isLocal({ method: 'GET', path: '/moto-api/reset' })).toBe(false);
    },
  );
  test('doors, calls, and what is not there', async () => {
    const { control } = shop();
    expect((await ask(control, 'GET', '/_local/doors')).body).toEqual({ doors: listenerLocations(control) });
    control.callLog.count('ec2', 'CreateVpc');
    expect((await ask(control, 'GET', '/_local/calls')).body).toEqual({ calls: control.callLog.calls() });
    expect((await ask(control, 'DELETE', '/_local/calls')).body).toEqual({ calls: [] });
    expect((await ask(control, 'GET', '/_local/nothing')).status).toBe(404);
    expect((await ask(control, 'PUT', '/_local/doors')).status).toBe(405);
  });
});

test.each<[string, ReturnType<typeof readTarget>]>([
  ['10.0.0.5:80=127.0.0.1:3000', ['10.0.0.5:80', { host: '127.0.0.1', port: 3000 }]],
  ['fd00::5:80=[::1]:3000', ['fd00::5:80', { host: '::1', port: 3000 }]],
  ['10.0.0.5=127.0.0.1:3000', undefined],
  ['10.0.0.5:80=127.0.0.1:70000', undefined],
])('target %s', async (text, expected) => {
  expect(readTarget(text)).toEqual(expected);
});
