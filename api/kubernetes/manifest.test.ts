// Manifests as the API server takes them: nothing makes the reader fail, what it takes has the types that the rest of the
// program relies on, and the words name field, reason and likely intent. That its verdicts are the API server's is shown by
// the scenario `lint`.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sentence } from '../problems/problem.ts';
import { lint } from '../validate/lint.ts';
import { isClassParams, isIngress, isIngressClass, isNamespace, isService } from '../validate/type-guards.ts';
import { readManifest } from './manifest.ts';

const backend = { service: { name: 'web', port: { number: 80 } } };
const GOOD = {
  Ingress: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' }, annotations: { 'a/b': 'c' } },
    spec: {
      ingressClassName: 'alb',
      tls: [{ hosts: ['a.example.com'] }],
      rules: [{ host: 'a.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      defaultBackend: backend,
    },
  },
  IngressClass: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'alb', annotations: {} },
    spec: {
      controller: 'ingress.k8s.aws/alb',
      parameters: { apiGroup: 'elbv2.k8s.aws', kind: 'IngressClassParams', name: 'a' },
    },
  },
  IngressClassParams: {
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    kind: 'IngressClassParams',
    metadata: { name: 'alb' },
    spec: {
      group: { name: 'g' },
      scheme: 'internal',
      tags: [{ key: 'a', value: 'b' }],
      subnets: { ids: ['subnet-1'] },
    },
  },
  Service: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      type: 'NodePort',
      selector: { app: 'web' },
      ports: [{ name: 'http', port: 80, targetPort: 'http' }],
    },
  },
  Namespace: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { a: 'b' } } },
};
const SHAPES = {
  Ingress: isIngress,
  IngressClass: isIngressClass,
  IngressClassParams: isClassParams,
  Service: isService,
  Namespace: isNamespace,
};
const kinds = Object.keys(GOOD) as (keyof typeof GOOD)[];

test.each(kinds)('a good %s has no problems', (kind) => {
  expect(readManifest(GOOD[kind])).toEqual({ object: GOOD[kind], misfit: false, problems: [] });
});

/** Every place in a value. */
const placesIn = (value: unknown, at: readonly string[] = []): (readonly string[])[] =>
  typeof value !== 'object' || value === null
    ? [at]
    : [at, ...Object.entries(value).flatMap(([name, member]) => placesIn(member, [...at, name]))];

function replaced(value: unknown, [step, ...rest]: readonly string[], by: unknown): unknown {
  if (step === undefined) return by;
  const copy: unknown = structuredClone(value);
  const members = copy as Record<string, unknown>;
  members[step] = replaced(members[step], rest, by);
  return copy;
}

describe.each(kinds)('a %s with something else in any place', (kind) => {
  const good = GOOD[kind];
  const changed = fc
    .tuple(fc.constantFrom(...placesIn(good).filter(({ length }) => length > 0)), fc.jsonValue())
    .map(([place, by]) => replaced(good, place, by));

  test('is read, and judged, without an error', () => {
    fc.assert(
      fc.property(changed, (object) => {
        const options = { defaultTargetType: 'instance', defaultScheme: 'internal' } as const;
        for (const { problems } of lint([object], options).found)
          expect(problems.map(sentence)).not.toEqual([]);
      }),
    );
  });
  test('has the types that are relied on where nothing is refused', () => {
    fc.assert(
      fc.property(changed, (object) => {
        const manifest = readManifest(object);
        const { kind: now, apiVersion } = object as {
          readonly kind?: unknown;
          readonly apiVersion?: unknown;
        };
        fc.pre(now === kind && apiVersion === good.apiVersion && manifest.problems.length === 0);
        const namespace = (manifest.object as { readonly metadata?: object }).metadata;
        const placed = { ...(manifest.object as object), metadata: { namespace: 'default', ...namespace } };
        expect(SHAPES[kind](placed)).toBe(true);
      }),
    );
  });
});

test('names that every JavaScript object has are names like others', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'valueOf']) {
    const spec = JSON.parse(`{"${name}": 1, "defaultBackend": {"${name}": 1}}`) as object;
    const read = readManifest({ ...GOOD.Ingress, spec });
    expect(read.problems.map(({ path }) => path)).toContain(`spec.${name}`);
    expect(readManifest({ ...GOOD.Ingress, apiVersion: name }).problems).toEqual([]);
    expect(readManifest({ ...GOOD.Ingress, kind: name }).problems).not.toEqual([]);
  }
});

test('whatever it is, it is read', () => {
  fc.assert(fc.property(fc.anything(), (value) => readManifest(value) !== undefined));
});

describe('words', () => {
  const told = (object: object): string => readManifest(object).problems.map(sentence).join('\n');
  const ingress = (spec: object) => ({ ...GOOD.Ingress, spec });
  const withBackend = (one: unknown) =>
    ingress({ rules: [{ http: { paths: [{ path: '/', pathType: 'Exact', backend: one }] } }] });
  const AT = 'spec.rules[0].http.paths[0].backend';

  test.each([
    [
      'a number for a port',
      withBackend({ service: { name: 'web', port: 80 } }),
      `${AT}.service.port: "80" is not an object with name, number. Did you mean "port: {number: 80}"?`,
    ],
    [
      'a port in quotes',
      withBackend({ service: { name: 'web', port: { number: '80' } } }),
      `${AT}.service.port.number: "80" is not a whole number, without quotes. Did you mean "number: 80"?`,
    ],
    [
      'fields of old',
      withBackend({ serviceName: 'web', servicePort: 80 }),
      `${AT}.serviceName: unknown field`,
    ],
    [
      'a host with a port',
      ingress({ rules: [{ host: 'a.example.com:80' }] }),
      'a host has no scheme, port or path. Did you mean "a.example.com"?',
    ],
    ['a wildcard inside', ingress({ rules: [{ host: 'a.*.example.com' }] }), 'host-header'],
    [
      'no path type',
      ingress({ rules: [{ http: { paths: [{ path: '/', backend }] } }] }),
      'pathType is required, and it is missing: one of Exact, ImplementationSpecific, Prefix',
    ],
    [
      'a path type in lower case',
      ingress({ rules: [{ http: { paths: [{ path: '/', pathType: 'prefix', backend }] } }] }),
      'Did you mean "Prefix"?',
    ],
    ['nothing to route', ingress({}), 'neither rules nor a defaultBackend'],
    [
      'a version of old',
      { ...GOOD.Ingress, apiVersion: 'extensions/v1beta1' },
      'not served since Kubernetes 1.22; write networking.k8s.io/v1',
    ],
    [
      'a misspelt field',
      ingress({ defaultBackend: backend, ingressClassname: 'alb' }),
      'spec.ingressClassname: unknown field: the Kubernetes API has none of this name here. Did you mean "ingressClassName"?',
    ],
    ['no name', { ...GOOD.Ingress, metadata: {} }, 'metadata.name: an object needs a name'],
  ])('%s', (_what, object, words) => {
    expect(told(object)).toContain(words);
  });

  test('kinds of others with the same name are not judged', () => {
    for (const apiVersion of [
      'config.openshift.io/v1',
      'networking.internal.knative.dev/v1alpha1',
      'serving.knative.dev/v1',
    ])
      for (const kind of ['Ingress', 'Service']) expect(told({ apiVersion, kind, spec: 5 })).toBe('');
  });
});
