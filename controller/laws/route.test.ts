// The law of route: for any rules and any request it says what the load balancer of the local AWS then does, over HTTP.
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { LOAD_BALANCER } from '../../alb/desire/desire.ts';
import type { Backend } from '../../alb/desire/desiring.ts';
import { UNKNOWN_CLUSTER } from '../../alb/desire/names.ts';
import type { Resolve } from '../../alb/kinds/kind.ts';
import { kinds } from '../../alb/kinds/kinds.ts';
import type { Applied } from '../../alb/laws/paper.ts';
import type { Resource } from '../../api/aws.ts';
import type { MatchRequest } from '../../api/routing/match.ts';
import { requestOf } from '../../api/routing/parse-request.ts';
import { type DataPlaneFixture, startDataPlane } from '../../local-aws/data-plane/fixture.ts';
import { perform } from '../../local-aws/elb/perform.ts';
import { type Aws, connectAws } from '../aws/client.ts';
import { calls } from '../aws/kinds/kinds.ts';
import { offline } from '../inspection/offline.ts';
import { route } from '../inspection/route.ts';
import type { GroupState } from '../inspection/standing.ts';
import { asked, ruled } from './routed.ts';

/** Our clients, with the state machine of the local AWS in place of the network. */
function connected({ aws, plane }: DataPlaneFixture): Aws {
  const registry = new Registry();
  const options = {
    clusterName: 'prod',
    vpcId: 'vpc-1',
    region: 'us-west-2',
    maxAttempts: 1,
    version: '0',
    registry,
  };
  const clients = connectAws(options);
  clients.elbv2.middlewareStack.add(
    (_next, { commandName = '' }) =>
      async ({ input }) => {
        const action = commandName.replace(/Command$/, '');
        // Members without a value do not get over the wire.
        const sent: object = JSON.parse(JSON.stringify(input));
        const output = perform(aws.state, action, sent, aws.context);
        await plane.changed(action);
        return { output: { $metadata: {}, ...output }, response: {} };
      },
    { step: 'initialize', priority: 'low' },
  );
  return clients;
}

/** Files alone do not know their cluster; its name decides no route. */
const inCluster = (one: Resource): Resource =>
  JSON.parse(JSON.stringify(one).replaceAll(JSON.stringify(UNKNOWN_CLUSTER), '"somewhere"'));

/** Target groups, listeners and rules as our kinds make them, and behind every target group one target that says what came. */
async function apply(rig: DataPlaneFixture, { wanted }: GroupState): Promise<void> {
  const aws = connected(rig);
  const arns = new Map([[LOAD_BALANCER, rig.arn]]);
  const resolve: Resolve = (ref) => {
    const id = typeof ref === 'string' ? ref : ref.ref;
    return arns.get(id) ?? id;
  };
  const make = async (wish: Resource) => {
    const one = inCluster(wish);
    if (one.kind === 'targetGroup') {
      const spec = { ...one.spec, name: `target-group-${arns.size}` };
      return calls.targetGroup.create(aws, spec, resolve);
    }
    if (one.kind === 'listener') {
      // Files alone do not know the account's default policy; it decides no route.
      const policy = one.spec.sslPolicy === undefined ? {} : { sslPolicy: 'ELBSecurityPolicy-2016-08' };
      return calls.listener.create(aws, { ...one.spec, ...policy }, resolve);
    }
    return one.kind === 'rule' ? calls.rule.create(aws, one.spec, resolve) : undefined;
  };
  for (const one of wanted.resources.toSorted((a, b) => kinds[a.kind].order - kinds[b.kind].order)) {
    const made = await make(one);
    if (made !== undefined) arns.set(one.id, made.arn);
  }
  for (const [at, backend] of wanted.backends.entries()) {
    const target = { Id: backend.targetType === 'ip' ? '10.0.0.9' : 'i-1', Port: 20_000 + at };
    await rig.call('RegisterTargets', { TargetGroupArn: resolve(backend.id), Targets: [target] });
    await rig.serve(`${target.Id}:${target.Port}`, ({ url, headers }, response) =>
      response.end(JSON.stringify({ target: named(backend), url, host: hostIn(headers.host) })),
    );
  }
  aws.close();
}

const named = ({ member, namespace, service, port }: Omit<Backend, 'reach'>): string =>
  `${member} → ${namespace}/${service}:${port}`;

const hostIn = (host = ''): string => host.replace(/:\d+$/, '');

/** What a request meets, in one form for both sides. A forward may go to any of `targets`. */
interface Met {
  readonly status: number;
  readonly location?: string | undefined;
  readonly body?: string;
  readonly target?: string;
  readonly url?: string;
  readonly host?: string;
}

interface Said extends Met {
  readonly targets?: readonly string[];
}

function said(standing: GroupState, request: MatchRequest): Said | undefined {
  const answering = route(standing, request);
  if ('because' in answering) return undefined;
  const { answer, rule } = answering;
  switch (answer.type) {
    case 'redirect':
      return { status: answer.status, location: answer.location };
    case 'fixed-response':
      return { status: answer.status, body: answer.body };
    case 'failure':
      return { status: answer.status };
    case 'forward': {
      const targets = answer.targets
        .filter(({ weight }) => weight > 0)
        .map(({ service, port }) => `${rule.member} → ${service}:${port}`);
      return { status: 200, targets, url: answer.url, host: answer.host };
    }
  }
}

async function met(
  rig: DataPlaneFixture,
  { port, protocol, path, query, method, headers }: MatchRequest,
): Promise<Met> {
  const plain = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [name, String(value)],
  );
  const url = query === '' ? path : `${path}?${query}`;
  const options = { ...rig.addressOf(port), path: url, method, headers: plain, agent: false };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent =
      protocol === 'http'
        ? http.request(options, resolve)
        : https.request({ ...options, ca: rig.ca, servername: 'localhost' }, resolve);
    sent.on('error', reject).end();
  });
  const { statusCode: status = 0, headers: answered } = response;
  const body = await text(response);
  if (status === 200) return { status, ...(JSON.parse(body) as object) };
  return { status, location: answered.location, body };
}

const agreed = {
  redirect: 0,
  'fixed-response': 0,
  forward: 0,
  failure: 0,
  nothing: 0,
  rewritten: 0,
  passed: 0,
};

async function agree(rig: DataPlaneFixture, standing: GroupState, request: MatchRequest): Promise<void> {
  const answering = route(standing, request);
  const says = said(standing, request);
  if (says === undefined || 'because' in answering) {
    expect(() => rig.addressOf(request.port)).toThrow('no listener');
    agreed.nothing += 1;
    return;
  }
  const { targets, ...same } = says;
  const happened = await met(rig, request);
  expect({ request, ...happened }).toMatchObject({ request, ...same });
  if (targets !== undefined) expect(targets).toContain(happened.target);
  agreed[answering.answer.type] += 1;
  agreed.passed += answering.passed.length;
  const { host, url } = says;
  if (host !== undefined && host !== request.host) agreed.rewritten += 1;
  else if (url?.startsWith(request.path) === false) agreed.rewritten += 1;
}

function standingOf({ ingresses, services }: Applied): GroupState {
  const objects = [
    ...ingresses.map((one) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', ...one })),
    ...services.map((one) => ({ apiVersion: 'v1', kind: 'Service', ...one })),
  ];
  const options = {
    defaultTargetType: 'instance',
    defaultScheme: 'internal',
  } as const;
  const standing = offline(objects, options).standing('shop/a');
  if ('because' in standing) throw new Error(standing.because);
  return standing;
}

const GROUPS = 20;
const REQUESTS = 50;

test('it says what the load balancer does, for 1,000 requests', async () => {
  const requests = fc.array(asked, { minLength: REQUESTS, maxLength: REQUESTS });
  await fc.assert(
    fc.asyncProperty(ruled, requests, async (sheet, all) => {
      const standing = standingOf(sheet);
      // What admission refuses has no rules.
      fc.pre(standing.refused.length === 0);
      const rig = await startDataPlane(1);
      try {
        await apply(rig, standing);
        for (const one of all) {
          const understood = requestOf(one);
          if ('because' in understood) throw new Error(understood.because);
          await agree(rig, standing, understood.request);
        }
      } finally {
        await rig.close();
      }
    }),
    // A smaller counterexample would need a load balancer for each try; the request is told with the difference.
    { numRuns: GROUPS, endOnFailure: true },
  );
  // Every kind of answer was among them, and rules that had to be passed over.
  for (const count of Object.values(agreed)) expect(count).toBeGreaterThan(0);
  expect(agreed.redirect + agreed['fixed-response'] + agreed.forward + agreed.failure).toBeGreaterThan(200);
});
