// Nine good members of a group, and somebody who asks for all of their routes over and over: every answer must be right.
import { Agent as PlainAgent, request as plain } from 'node:http';
import { type RequestOptions, Agent as SecureAgent, request as secure } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { ingress } from '../harness/fixtures.ts';
import type { Stage } from '../harness/stage.ts';

export const GROUP = 'shared';

/** A request, and what must come back. */
interface Route {
  readonly port: 80 | 443;
  readonly host: string;
  readonly path: string;
  readonly status: number;
  /** In the body, or in the location of a redirect. */
  readonly says: string;
  /** Common name of the certificate. */
  readonly certificate?: string;
}

const BOTH = '[{"HTTP":80},{"HTTPS":443}]';
const PROVIDER = JSON.stringify({
  issuer: 'https://login.example.net',
  authorizationEndpoint: 'https://login.example.net/authorize',
  tokenEndpoint: 'https://login.example.net/token',
  userInfoEndpoint: 'https://login.example.net/me',
  secretName: 'login',
});
const action = (value: object): string => JSON.stringify(value);

/** The members; the first one, `red/edge`, says what holds for the load balancer and the ports. */
export function members(certificate: string): { readonly [name: string]: object } {
  const of = (
    space: string,
    name: string,
    annotations: Record<string, string>,
    hosts: Record<string, Record<string, string>>,
  ) => ingress(space, name, { annotations: { 'group.name': GROUP, ...annotations }, hosts });
  const edge = of(
    'red',
    'edge',
    {
      scheme: 'internet-facing',
      'listen-ports': BOTH,
      'certificate-arn': certificate,
      'ssl-policy': 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      'inbound-cidrs': '0.0.0.0/0',
      tags: 'team=red',
      'load-balancer-attributes': 'idle_timeout.timeout_seconds=61',
    },
    { 'shop.example.com': { '/': 'web:80' } },
  );
  const spec = 'spec' in edge && typeof edge.spec === 'object' ? edge.spec : {};
  const fallback = { service: { name: 'web', port: { number: 80 } } };
  return {
    'red/edge': { ...edge, spec: { ...spec, defaultBackend: fallback } },
    'red/pods': of('red', 'pods', { 'target-type': 'ip' }, { 'pods.example.net': { '/': 'other:80' } }),
    'red/fixed': of(
      'red',
      'fixed',
      {
        'actions.closed': action({
          type: 'fixed-response',
          fixedResponseConfig: { statusCode: '418', contentType: 'text/plain', messageBody: 'tea' },
        }),
      },
      { 'fixed.example.net': { '/tea Exact': 'closed:use-annotation' } },
    ),
    'blue/paths': of('blue', 'paths', {}, { '': { '/blue/deep Exact': 'other:80', '/blue': 'web:80' } }),
    'blue/found': of('blue', 'found', { 'listen-ports': BOTH }, { 'a.example.org': { '/': 'web:80' } }),
    'blue/moved': of(
      'blue',
      'moved',
      {
        'actions.move': action({
          type: 'redirect',
          redirectConfig: { statusCode: 'HTTP_302', host: 'new.example.net' },
        }),
      },
      { 'old.example.net': { '/': 'move:use-annotation' } },
    ),
    'green/split': of(
      'green',
      'split',
      {
        'target-type': 'ip',
        'actions.split': action({
          type: 'forward',
          forwardConfig: {
            targetGroups: [
              { serviceName: 'web', servicePort: 80, weight: 3 },
              { serviceName: 'other', servicePort: 80, weight: 1 },
            ],
          },
        }),
      },
      { 'split.example.net': { '/': 'split:use-annotation' } },
    ),
    'green/login': of(
      'green',
      'login',
      { 'listen-ports': '[{"HTTPS":443}]', 'auth-type': 'oidc', 'auth-idp-oidc': PROVIDER },
      { 'login.example.org': { '/': 'web:80' } },
    ),
    'green/tests': of(
      'green',
      'tests',
      {
        'group.order': '5',
        'conditions.web':
          '[{"field":"query-string","queryStringConfig":{"values":[{"key":"test","value":"1"}]}}]',
      },
      { '': { '/tests': 'web:80' } },
    ),
  };
}

/** Every route of the members. */
export const ROUTES: readonly Route[] = [
  { port: 80, host: 'shop.example.com', path: '/x', status: 200, says: 'red web' },
  {
    port: 443,
    host: 'shop.example.com',
    path: '/',
    status: 200,
    says: 'red web',
    certificate: 'shop.example.com',
  },
  { port: 80, host: 'nobody.example.net', path: '/', status: 200, says: 'red web' },
  { port: 80, host: 'pods.example.net', path: '/', status: 200, says: 'red other' },
  { port: 80, host: 'fixed.example.net', path: '/tea', status: 418, says: 'tea' },
  { port: 80, host: 'b.example.net', path: '/blue/a', status: 200, says: 'blue web' },
  { port: 80, host: 'b.example.net', path: '/blue/deep', status: 200, says: 'blue other' },
  { port: 80, host: 'a.example.org', path: '/', status: 200, says: 'blue web' },
  {
    port: 443,
    host: 'a.example.org',
    path: '/',
    status: 200,
    says: 'blue web',
    certificate: '*.example.org',
  },
  { port: 80, host: 'old.example.net', path: '/', status: 302, says: 'http://new.example.net:80/' },
  { port: 80, host: 'split.example.net', path: '/', status: 200, says: 'green' },
  {
    ...{ port: 443, host: 'login.example.org', path: '/', status: 302, certificate: '*.example.org' },
    says: 'https://login.example.net/authorize?client_id=shop',
  },
  { port: 80, host: 't.example.net', path: '/tests?test=1', status: 200, says: 'green web' },
];

interface Got {
  readonly status: number;
  readonly says: string;
  readonly certificate?: string;
}

/** Pods say who they are in JSON; what is not theirs is taken as it is. */
function saidBy(body: string, location: string | undefined): string {
  if (location !== undefined) return location;
  if (!body.startsWith('{')) return body;
  const { namespace, app } = JSON.parse(body) as { namespace: string; app: string };
  return `${namespace} ${app}`;
}

const agents = { plain: new PlainAgent({ keepAlive: true }), secure: new SecureAgent({ keepAlive: true }) };

function ask({ aws }: Pick<Stage, 'aws'>, dnsName: string, { port, host, path }: Route): Promise<Got> {
  const door = aws.listenerAddress(dnsName, port);
  if (door === undefined) return Promise.reject(new Error(`nothing listens on port ${port}`));
  const of: RequestOptions = { ...door, path, headers: { host } };
  return new Promise((resolve, reject) => {
    const asking =
      port === 80
        ? plain({ ...of, agent: agents.plain })
        : secure({ ...of, agent: agents.secure, servername: host, rejectUnauthorized: false });
    asking.on('error', reject);
    asking.on('response', (response) => {
      const socket = response.socket as TLSSocket;
      const name = port === 80 ? undefined : socket.getPeerCertificate().subject?.CN;
      text(response).then(
        (body) =>
          resolve({
            status: response.statusCode ?? 0,
            says: saidBy(body, response.headers.location),
            ...(name === undefined ? {} : { certificate: [name].flat().join() }),
          }),
        reject,
      );
    });
    asking.end();
  });
}

/** What is wrong with the answer of a route, or nothing. */
export async function wrong(
  stage: Pick<Stage, 'aws'>,
  dnsName: string,
  route: Route,
): Promise<string | undefined> {
  const where = `${route.port} ${route.host}${route.path}`;
  try {
    const got = await ask(stage, dnsName, route);
    const right = got.status === route.status && got.says.startsWith(route.says);
    const named = route.certificate === undefined || route.certificate === got.certificate;
    return right && named ? undefined : `${where}: ${JSON.stringify(got)}`;
  } catch (error) {
    return `${where}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

export interface Asking {
  /** How many answers there were since the last `take`. */
  answers(): number;
  /** The wrong ones since the last time. */
  take(): readonly string[];
  stop(): Promise<void>;
}

/** Asks for every route, one after the other, until it is stopped. */
export function askOnAndOn(stage: Pick<Stage, 'aws'>, dnsName: string): Asking {
  let [stopped, answers, all] = [false, 0, [] as string[]];
  const asking = (async () => {
    while (!stopped) {
      for (const route of ROUTES) {
        const problem = await wrong(stage, dnsName, route);
        answers += 1;
        if (problem !== undefined) all.push(problem);
        await sleep(20);
      }
    }
  })();
  return {
    answers: () => answers,
    take() {
      const taken = [...new Set(all)];
      [answers, all] = [0, []];
      return taken;
    },
    async stop() {
      stopped = true;
      await asking;
      agents.plain.destroy();
      agents.secure.destroy();
    },
  };
}
