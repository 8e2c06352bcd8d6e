// A process that cannot start ends: each process with each need missing, the line it says, the exit code, the seconds
// (config/README.md, "When a process does not start").
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AWS,
  cannotStart,
  cluster,
  commandOf,
  dir,
  type Environment,
  type Flags,
  files,
  ports,
  prepare,
  takeDown,
} from './start-rig.ts';

beforeAll(prepare, 300_000);
afterAll(takeDown);

const line = (name: string, text: string): RegExp => new RegExp(`^albatross ${name}: cannot start: ${text}`);
const taken = (flag: string): string =>
  `${flag}.*: the port is taken; choose another one, or end what listens there$`;

describe('the webhook', () => {
  const unable = (what: string, flags: () => Flags, ...texts: string[]) =>
    test(what, () =>
      cannotStart(
        what,
        commandOf('webhook', flags()),
        texts.map((text) => line('webhook', text)),
      ),
    );
  unable('port taken', () => ({ port: ports.taken }), taken(String.raw`--port \d+ on 127\.0\.0\.1`));
  unable(
    'metrics port taken',
    () => ({ 'metrics-port': ports.taken }),
    taken(String.raw`--metrics-port \d+`),
  );
  unable(
    'both ports taken',
    () => ({ port: ports.taken, 'metrics-port': ports.taken }),
    taken('--metrics-port'),
    taken('--port'),
  );
  unable(
    'no certificate',
    () => ({ 'tls-cert-file': '/none' }),
    '--tls-cert-file /none: there is no such file; ',
  );
  unable(
    'no key',
    () => ({ 'tls-private-key-file': '/none' }),
    '--tls-private-key-file /none: there is no such file; ',
  );
  unable('a directory', () => ({ 'tls-cert-file': dir }), '--tls-cert-file .*: it is a directory; ');
  unable(
    'no PEM',
    () => ({ 'tls-cert-file': files.text }),
    '--tls-cert-file .*: there is no certificate in it',
  );
  unable(
    'no PEM as key',
    () => ({ 'tls-private-key-file': files.text }),
    '--tls-private-key-file .*: there is no private key in it',
  );
  unable(
    'a key of another certificate',
    () => ({ 'tls-private-key-file': files['other.key'] }),
    '--tls-private-key-file .*: the key does not belong to the certificate in .*tls.crt; ',
  );
  unable(
    'three things at once',
    () => ({ 'tls-cert-file': '/none', 'tls-private-key-file': '/neither', kubeconfig: '/nor' }),
    '--tls-cert-file /none: ',
    '--tls-private-key-file /neither: ',
    '--kubeconfig /nor: there is no such file; ',
  );
  unable(
    'rights missing',
    () => ({ kubeconfig: files.nobody }),
    String.raw`RBAC: not allowed: services \(list, watch\), namespaces .*validatingwebhookconfigurations.admissionregistration.k8s.io \(list, watch\); grant it as config/rbac/webhook.yaml does$`,
  );
});

describe('the controller', () => {
  const unable = (what: string, flags: () => Flags, env: Environment, ...texts: string[]) =>
    test(what, () =>
      cannotStart(
        what,
        commandOf('controller', flags()),
        texts.map((text) => line('controller', text)),
        env,
      ),
    );
  unable('metrics port taken', () => ({ 'metrics-port': ports.taken }), AWS, taken('--metrics-port'));
  unable('health port taken', () => ({ 'health-port': ports.taken }), AWS, taken('--health-port'));
  unable(
    'rights missing',
    () => ({ kubeconfig: files.nobody }),
    AWS,
    String.raw`RBAC: not allowed: ingresses.networking.k8s.io \(list, watch, get, patch\), .*leases.coordination.k8s.io in albatross-system \(create, get, update\).*; grant it as config/rbac/controller.yaml does$`,
  );
  const { AWS_REGION: _, ...homeless } = AWS;
  unable('no region', () => ({}), homeless, '--aws-region: not given, .*; give it, or set AWS_REGION$');
  unable(
    'neither region nor credentials',
    () => ({}),
    { AWS_EC2_METADATA_DISABLED: 'true' },
    '--aws-region: ',
    'AWS credentials: none found .*; give the ServiceAccount a role ',
  );
});

describe.each(['webhook', 'controller'] as const)('the kubeconfig of the %s', (process) => {
  test.each([
    ['/none', 'there is no such file; name a kubeconfig'],
    ['no yaml', String.raw`it is not a kubeconfig \(.*\); `],
    ['empty', String.raw`it is not a kubeconfig \(.*\); `],
    ['other context', String.raw`its current-context "other" is none of its contexts \(.*\); `],
    ['no context', 'it has no current-context; '],
  ])('%s', (name, because) =>
    cannotStart(`kubeconfig ${name}`, commandOf(process, { kubeconfig: files[name] ?? name }), [
      line(process, `--kubeconfig .*: ${because}`),
    ]),
  );

  test.each([
    ['nobody listens', 'no answer in 5 seconds .*ECONNREFUSED'],
    ['hangs', 'no answer in 5 seconds '],
    ['bad token', String.raw`it does not accept the credentials of the kubeconfig \(Unauthorized\); `],
  ])('%s', (name, because) =>
    cannotStart(`API server: ${name}`, commandOf(process, { kubeconfig: files[name] }), [
      line(process, `the API server https://127.0.0.1:\\d+: ${because}`),
    ]),
  );

  test('none anywhere', () =>
    cannotStart('no kubeconfig', commandOf(process, { kubeconfig: undefined }), [
      line(process, 'kubeconfig: there is neither --kubeconfig nor KUBECONFIG nor '),
    ]));
});

describe('flags', () => {
  test.each([
    [
      'a flag missing',
      ['webhook'],
      /^error: required option '--port <number>' not specified \(albatross webhook --help says more\)$/,
    ],
    [
      'no port',
      ['webhook', '--port', 'x'],
      /'x' is invalid\. Not a port from 1 to 65535\. \(albatross webhook/,
    ],
    [
      'an unknown flag',
      ['controller', '--cluster-name', 'x', '--aws-vpc-id', 'y', '--clustername', 'z'],
      /^error: unknown option '--clustername'.*\(albatross controller/,
    ],
    [
      'an unknown level',
      ['webhook', '--log-level', 'loud'],
      /Allowed choices are debug, info, warn, error\./,
    ],
    [
      'a tag of ours',
      ['controller', '--cluster-name', 'a', '--aws-vpc-id', 'b', '--default-tags', 'elbv2.k8s.aws/cluster=x'],
      /^error: --default-tags: the tag elbv2.k8s.aws\/cluster is ours\./,
    ],
    ['an unknown command', ['controler'], /^error: .*controler/],
  ])('%s', (what, args, words) => cannotStart(what, args, [words]));
});

describe('the other commands', () => {
  test.each(['plan', 'tree', 'adopt', 'release --all', 'route shop/web GET http://x/'])(
    '%s without its kubeconfig',
    (text) => {
      const [name = '', ...rest] = text.split(' ');
      const place = ['plan', 'tree'].includes(name) ? ['--cluster-name', 'a', '--aws-vpc-id', 'b'] : [];
      return cannotStart(
        'kubeconfig /none',
        [name, ...rest, ...place, '--kubeconfig', '/none'],
        [new RegExp(`^albatross ${name}: --kubeconfig /none: there is no such file; `)],
        AWS,
        // Of `route`, 1 is an answer.
        name === 'route' ? 2 : 1,
      );
    },
  );

  test.each([
    [
      'port taken',
      () => ['--port', ports.taken ?? ''],
      /cannot start: port \d+ is taken; choose another with --port/,
    ],
    [
      'a state file that is none',
      () => ['--port', '0', '--state', files.text ?? ''],
      /cannot start: .*state file/,
    ],
    [
      'a target that is none',
      () => ['--port', '0', '--target', 'x'],
      /cannot start: --target: "x" is not of the form/,
    ],
  ])('local-aws: %s', (what, flags, words) =>
    cannotStart(what, ['local-aws', ...flags()], [words], { HOME: process.env.HOME ?? '' }),
  );
});

test('without the CRD', async () => {
  await cluster.kubectl(['delete', 'crd', 'loadbalancerbindings.albatross.dev']);
  await expect
    .poll(async () => (await cluster.kubectl(['get', '--raw', '/apis/albatross.dev/v1alpha1'])).code)
    .not.toBe(0);
  for (const name of ['webhook', 'controller'] as const)
    await cannotStart('CRD missing', commandOf(name, {}), [
      line(
        name,
        'the CRD loadbalancerbindings.albatross.dev: it is not installed; run: kubectl apply -k config/crd$',
      ),
    ]);
});
