// Fields left empty, and what the API server refuses: as lint tells it, with file and line.
import { describe, expect, test } from 'vitest';
import { documentsIn } from './documents.ts';
import { judge } from './lint.ts';
import { report } from './lint-report.ts';

function lint(text: string): { readonly code: number; readonly out: string } {
  const options = { defaultTargetType: 'instance', defaultLoadBalancerScheme: 'internal' } as const;
  const { located, counts } = judge(documentsIn('<stdin>', text), options);
  return { code: counts.refused > 0 ? 1 : 0, out: `${report(located, counts, 'text')}\n` };
}

const ingress = (annotations: Record<string, string>, more = '') => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
${Object.entries(annotations)
  .map(([key, value]) => `    alb.ingress.kubernetes.io/${key}: '${value}'`)
  .join('\n')}
spec:
  ingressClassName: alb
${more}  defaultBackend: {service: {name: web, port: {number: 80}}}
`;

describe('fields left empty', () => {
  const good = (change: (text: string) => string) => change(ingress({ scheme: 'internal' }));
  const accepted = '1 object judged: 0 problems that admission refuses, 0 warnings\n';

  test.each([
    ['annotations', good((text) => text.replace(/\n {4}alb.*/, ''))],
    [
      'labels and finalizers',
      good((text) => text.replace('  name: web', '  name: web\n  labels:\n  finalizers: ~')),
    ],
    ['tls and rules', ingress({ scheme: 'internal' }, '  tls:\n  rules: null\n')],
    ['status', `${ingress({ scheme: 'internal' })}status:\n`],
    ['a document beside it', `---\n---\nnull\n---\n${ingress({ scheme: 'internal' })}`],
  ])('%s: as if they were absent', (_what, input) => {
    expect(lint(input)).toMatchObject({ code: 0, out: accepted });
  });

  test('of classes, their parameters and Services', () => {
    const input = [
      'kind: IngressClass\napiVersion: networking.k8s.io/v1\nmetadata: {name: alb, annotations: }\nspec: {controller: ingress.k8s.aws/alb, parameters: }',
      'kind: IngressClassParams\napiVersion: elbv2.k8s.aws/v1beta1\nmetadata: {name: alb, labels: }\nspec: {group: , subnets: , tags: , scheme: internal}',
      'kind: Service\napiVersion: v1\nmetadata: {name: web, annotations: }\nspec: {type: NodePort, selector: , ports: [{port: 80, name: , nodePort: }]}',
      'kind: Namespace\napiVersion: v1\nmetadata: {name: default, labels: , annotations: }\nspec:\nstatus:',
      ingress({ scheme: 'internal' }),
    ];
    const { code, out } = lint(input.join('\n---\n'));
    expect([code, out]).toEqual([0, accepted.replace('1 object', '2 objects')]);
  });

  test('an annotation left empty is an empty annotation, as for the API server', () => {
    const { code, out } = lint(ingress({ scheme: '' }).replace("''", ''));
    expect(code).toBe(1);
    expect(out).toContain('"" is not one of internal, internet-facing');
  });
});

describe('what the API server refuses', () => {
  test('is told with what is wrong in annotations, each at its line', () => {
    const input = ingress({ scheme: 'public' }).replace('port: {number: 80}', 'port: 80');
    const { code, out } = lint(input);
    expect(code).toBe(1);
    expect(out).toContain('<stdin>:6: Ingress default/web: refused: metadata.annotations');
    expect(out).toContain('<stdin>:9: Ingress default/web: refused: spec.defaultBackend.service.port: "80"');
  });

  test('is told of an Ingress of any class, and of no kind that is not read', () => {
    const theirs = ingress({}).replace('ingressClassName: alb', 'ingressClassName: nginx');
    expect(lint(theirs.replace('  annotations:\n\n', '').replace('80', '0')).out).toContain(
      'Ingress default/web: refused: spec.defaultBackend.service.port',
    );
    expect(lint('apiVersion: apps/v1\nkind: Deployment\nspec: 5').code).toBe(0);
  });

  test('values are those that kubectl reads: YAML 1.1, without its times and numbers to the base 60', () => {
    const value = (text: string) => lint(ingress({ scheme: 'x' }).replace("'x'", text)).out;
    for (const text of ['yes', 'on', 'n', '1_000', '0755', '12e3'])
      expect(value(text)).toContain(`${text} without quotes is `);
    for (const text of ['12:30', '2026-11-30', '1.2.3'])
      expect(value(text)).toContain(`"${text}" is not one of`);
  });

  test('a key that is written twice is a warning: the last one counts', () => {
    const { code, out } = lint(ingress({ scheme: 'x' }).replace('spec:', 'spec:\n  ingressClassName: nginx'));
    expect(code).toBe(1);
    expect(out).toContain('<stdin>:9: Ingress web: warning: spec.ingressClassName: it is written twice');
    expect(out).toContain('"x" is not one of internal');
  });

  test.each([
    ['no items', 'apiVersion: v1\nkind: List\nitems:\n', 'a list needs items'],
    ['an empty item', 'apiVersion: v1\nkind: List\nitems: [null]\n', 'items[0] is no object'],
  ])('a list with %s', (_what, input, words) => {
    const { code, out } = lint(input);
    expect(code).toBe(1);
    expect(out).toContain(`<stdin>:1: a document: refused: document: ${words}`);
  });
});

test('what a class says is told at its line', () => {
  const documents = documentsIn(
    '<stdin>',
    [
      'apiVersion: elbv2.k8s.aws/v1beta1',
      'kind: IngressClassParams',
      'metadata: {name: awesome}',
      'spec:',
      "  sslRedirectPort: '443'",
      '---',
      'apiVersion: networking.k8s.io/v1',
      'kind: IngressClass',
      'metadata: {name: alb}',
      'spec:',
      '  controller: ingress.k8s.aws/alb',
      '  parameters: {apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: awesome}',
      '---',
      'apiVersion: networking.k8s.io/v1',
      'kind: Ingress',
      'metadata: {name: web}',
      'spec:',
      '  ingressClassName: alb',
      '  defaultBackend: {service: {name: web, port: {number: 80}}}',
    ].join('\n'),
  );
  const { located } = judge(documents, {
    defaultTargetType: 'instance',
    defaultLoadBalancerScheme: 'internal',
  });
  expect(located.map(({ line, problem }) => `${line} ${problem.object}: ${problem.path}`)).toEqual([
    '5 IngressClassParams awesome: spec.sslRedirectPort',
  ]);
});
