// Reading an Ingress: everything at once, worst first, and nothing refused that works.
import { describe, expect, test } from 'vitest';
import { PREFIX } from '../annotation.ts';
import type { Ingress, IngressBackend, IngressPath, Service } from '../kube.ts';
import type { Problem } from '../problems/problem.ts';
import { effectiveTargetGroupSettings, readIngress, readService, type Surroundings } from './read.ts';

const prefixed = (said: Record<string, string>) =>
  Object.fromEntries(Object.entries(said).map(([key, value]) => [`${PREFIX}${key}`, value]));

const WEB: IngressBackend = { service: { name: 'web', port: { number: 80 } } };

const ingress = (
  said: Record<string, string>,
  paths: IngressPath[] = [{ path: '/', pathType: 'Prefix', backend: WEB }],
  host = 'www.example.com',
): Ingress => ({
  metadata: { name: 'web', namespace: 'shop', annotations: prefixed(said) },
  spec: { rules: [{ host, http: { paths } }] },
});

const service = (said: Record<string, string> = {}, spec: Service['spec'] = {}): Service => ({
  metadata: { name: 'web', namespace: 'shop', annotations: prefixed(said) },
  spec: {
    type: 'NodePort',
    selector: { app: 'web' },
    ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }],
    ...spec,
  },
});

const around = (one: Service | undefined = service()): Surroundings => ({
  service: (namespace, name) => (namespace === 'shop' && name === 'web' ? one : undefined),
  options: { defaultTargetType: 'instance', defaultScheme: 'internal' },
});

const brief = (problems: readonly Problem[]) =>
  problems.map(
    ({ severity, code, path }) =>
      `${severity} ${code} ${path.replace(`metadata.annotations[${PREFIX}`, '[')}`,
  );

const read = (one: Ingress, look = around()) => brief(readIngress(one, look).problems);

test('settings carry the value and who said it', () => {
  const { settings, problems } = readIngress(
    ingress({ scheme: 'internal', 'listen-ports': '[{"HTTP":8080}]' }),
    around(),
  );
  expect(problems).toEqual([]);
  expect(settings).toEqual({
    scheme: { value: 'internal', from: 'Ingress' },
    'listen-ports': { value: [{ HTTP: 8080 }], from: 'Ingress' },
  });
});

test('three mistakes give three problems, worst first; what is wrong is not in settings', () => {
  const one = ingress({
    bogus: '1',
    scheme: 'public',
    'healthcheck-interval-seconds': '2',
    tags: 'team',
    'group.order': '7',
  });
  const { settings, problems } = readIngress(one, around());
  expect(brief(problems)).toEqual([
    'refuse NotAllowed [scheme]',
    'refuse OutOfRange [healthcheck-interval-seconds]',
    'refuse Malformed [tags]',
    'warn UnknownAnnotation [bogus]',
  ]);
  expect(Object.keys(settings)).toEqual(['group.order']);
});

test.each([
  ['HTTP-80', 'refuse Contradiction'],
  ['HTTP-8080', 'warn Unused'],
  ['HTTPS-443', 'warn Unused'],
])('a header about TLS on %s: %s', (listener, expected) => {
  const name = `listener-attributes.${listener}`;
  const found = read(ingress({ [name]: 'routing.http.request.x_amzn_tls_version.header_name=tls' }));
  expect(found).toMatchObject([expect.stringContaining(`${expected} [${name}]`)]);
});

describe('actions', () => {
  const fixed = '{"type":"fixed-response","fixedResponseConfig":{"statusCode":"200"}}';
  const used: IngressPath[] = [
    {
      path: '/',
      pathType: 'Prefix',
      backend: { service: { name: 'constructor', port: { name: 'use-annotation' } } },
    },
  ];

  test('are kept under their names, built-in ones too', () => {
    const { settings, problems } = readIngress(ingress({ 'actions.constructor': fixed }, used), around());
    expect(problems).toEqual([]);
    expect(settings.actions?.constructor).toMatchObject({ value: { type: 'fixed-response' } });
  });

  test('an empty content type is none', () => {
    const text = '{"type":"fixed-response","fixedResponseConfig":{"statusCode":"200","contentType":""}}';
    const { settings, problems } = readIngress(ingress({ 'actions.constructor': text }, used), around());
    expect(problems).toEqual([]);
    const value = { type: 'fixed-response', fixedResponseConfig: { statusCode: '200' } };
    expect(Object.entries(settings.actions ?? {})).toEqual([['constructor', { value, from: 'Ingress' }]]);
  });

  test('missing ones are not found among built-in members', () => {
    expect(read(ingress({}, used))).toEqual([
      'warn ActionNotFound spec.rules[0].http.paths[0].backend.service',
    ]);
  });

  test('unused ones are never refused', () => {
    expect(read(ingress({ 'actions.old': '{' }))).toEqual(['warn Malformed [actions.old]']);
    expect(read(ingress({ 'actions.old': fixed }))).toEqual(['warn Unused [actions.old]']);
  });

  test('the configuration of another type is not read', () => {
    const text =
      '{"type":"fixed-response","fixedResponseConfig":{"statusCode":"200"},"redirectConfig":{"port":"x"}}';
    expect(read(ingress({ 'actions.constructor': text }, used))).toEqual([
      'warn Unused [actions.constructor].redirectConfig',
    ]);
  });
});

describe('target group annotations', () => {
  const bad = { 'healthcheck-interval-seconds': '30s' };

  test('that every Service overrides are not refused', () => {
    expect(read(ingress(bad), around(service({ 'healthcheck-interval-seconds': '20' })))).toEqual([
      'warn Malformed [healthcheck-interval-seconds]',
    ]);
    expect(read(ingress(bad))).toEqual(['refuse Malformed [healthcheck-interval-seconds]']);
  });

  test('of a Service warn, with its name', () => {
    const { problems } = readIngress(ingress({}), around(service(bad)));
    expect(problems).toMatchObject([{ severity: 'warn', code: 'Malformed', object: 'Service shop/web' }]);
  });

  test('of both are judged together', () => {
    const slow = around(service({ 'healthcheck-timeout-seconds': '20' }));
    expect(read(ingress({ 'healthcheck-interval-seconds': '20' }), slow)).toEqual([
      'warn Contradiction [healthcheck-timeout-seconds]',
    ]);
    expect(
      read(ingress({ 'healthcheck-interval-seconds': '20', 'healthcheck-timeout-seconds': '20' })),
    ).toEqual(['refuse Contradiction [healthcheck-timeout-seconds]']);
  });

  test('the Service wins as a whole, tags per key', () => {
    const { settings } = readIngress(
      ingress({ tags: 'a=1,b=1', 'target-group-attributes': 'stickiness.enabled=true', scheme: 'internal' }),
      around(),
    );
    const own = readService(
      service({ tags: 'b=2', 'target-group-attributes': '', 'target-type': 'ip' }),
    ).settings;
    expect(effectiveTargetGroupSettings(settings, own)).toEqual({
      tags: { value: { a: '1', b: '2' }, from: 'Service web' },
      'target-group-attributes': { value: {}, from: 'Service web' },
      'target-type': { value: 'ip', from: 'Service web' },
    });
  });

  test('an Ingress annotation on a Service is not read', () => {
    expect(brief(readService(service({ scheme: 'internal' })).problems)).toEqual(['warn Unused [scheme]']);
  });
});

describe('listeners', () => {
  test.each([
    [
      'HTTPS without any way to a certificate',
      { 'listen-ports': '[{"HTTPS":443}]' },
      '',
      ['refuse CertificateNotFound [listen-ports]'],
    ],
    ['a host finds a certificate', { 'listen-ports': '[{"HTTPS":443}]' }, 'a.example.com', []],
    [
      'a redirect to a port that is not there',
      { 'ssl-redirect': '443' },
      'a.example.com',
      ['refuse Contradiction [ssl-redirect]'],
    ],
    [
      'in a group another member may have it',
      { 'ssl-redirect': '443', 'group.name': 'g' },
      'a.example.com',
      [],
    ],
    [
      'one mistake is told once',
      { 'ssl-redirect': '443', 'listen-ports': 'x' },
      'a.example.com',
      ['refuse Malformed [listen-ports]'],
    ],
    [
      'gRPC behind HTTP',
      { 'backend-protocol-version': 'GRPC' },
      'a.example.com',
      ['refuse Contradiction [backend-protocol-version]'],
    ],
  ])('%s', (_, said, host, expected) => {
    expect(read(ingress(said as unknown as Record<string, string>, undefined, host))).toEqual(expected);
  });
});

describe('spec', () => {
  const path = (text: string, pathType: string, backend = WEB): IngressPath => ({
    path: text,
    pathType,
    backend,
  });
  test.each([
    [path('/a*', 'Exact'), ['refuse UnsupportedPath spec.rules[0].http.paths[0].path']],
    [path('/a?', 'Prefix'), ['refuse UnsupportedPath spec.rules[0].http.paths[0].path']],
    [path('/a*', 'ImplementationSpecific'), []],
    [path('/a b', 'Exact'), ['refuse UnsupportedPath spec.rules[0].http.paths[0].path']],
    [path(`/${'p'.repeat(126)}`, 'Prefix'), ['refuse OutOfRange spec.rules[0].http.paths[0].path']],
    [path(`/${'p'.repeat(127)}`, 'Exact'), []],
    [path('/*****', 'ImplementationSpecific'), []],
    [path('/******', 'ImplementationSpecific'), ['warn OutOfRange spec.rules[0].http.paths[0].path']],
    [path('/*******', 'ImplementationSpecific'), ['refuse OutOfRange spec.rules[0].http.paths[0].path']],
    [
      path('/', 'Prefix', { resource: { kind: 'Bucket', name: 'b' } }),
      ['refuse UnsupportedBackend spec.rules[0].http.paths[0].backend.resource'],
    ],
    [
      path('/', 'Prefix', { service: { name: 'x', port: { number: 80 } } }),
      ['warn ServiceNotFound spec.rules[0].http.paths[0].backend.service.name'],
    ],
    [
      path('/', 'Prefix', { service: { name: 'web', port: { name: 'x' } } }),
      ['warn ServicePortNotFound spec.rules[0].http.paths[0].backend.service.port'],
    ],
  ])('%j', (one, expected) => expect(read(ingress({}, [one]))).toEqual(expected));

  test('instance targets need node ports', () => {
    const inner = around(service({}, { type: 'ClusterIP', ports: [{ port: 80 }] }));
    expect(read(ingress({}), inner)).toEqual([
      'warn NodePortMissing spec.rules[0].http.paths[0].backend.service',
    ]);
    expect(read(ingress({ 'target-type': 'ip' }), inner)).toEqual([]);
  });

  test('a repeated path is never asked', () => {
    const twice = [path('/', 'Prefix'), path('/', 'Prefix')];
    expect(read(ingress({}, twice))).toEqual(['warn Unused spec.rules[0].http.paths[1]']);
  });
});
