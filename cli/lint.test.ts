// `albatross lint` as it is typed: exit codes, lines, formats, several documents, and texts that are no manifests.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from 'sarif';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ALBATROSS = new URL('./albatross.ts', import.meta.url).pathname;
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'albatross-lint-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function lint(args: readonly string[], input = ''): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [ALBATROSS, 'lint', ...args], {
    input,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

const ingress = (
  name: string,
  annotations: Record<string, string>,
  more = '',
) => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  annotations:
${Object.entries(annotations)
  .map(([key, value]) => `    alb.ingress.kubernetes.io/${key}: '${value}'`)
  .join('\n')}
spec:
  ingressClassName: alb
${more}  defaultBackend: {service: {name: web, port: {number: 80}}}
`;

test('what admission takes: exit code 0', () => {
  const { code, out } = lint(['-'], ingress('good', { scheme: 'internal' }));
  expect([code, out]).toEqual([0, '1 object judged: 0 problems that admission refuses, 0 warnings\n']);
});

test('what it refuses: exit code 1, every problem with file and line', () => {
  const { code, out } = lint(['-'], ingress('bad', { scheme: 'internet-facng', 'target-type': 'pod' }));
  expect(code).toBe(1);
  expect(out).toContain(
    '<stdin>:6: Ingress default/bad: refused: metadata.annotations[alb.ingress.kubernetes.io/scheme]',
  );
  expect(out).toContain('Did you mean "internet-facing"? [NotAllowed]');
  expect(out).toContain('<stdin>:7: Ingress default/bad: refused: ');
});

test.each([
  ['no path', []],
  ['an unknown format', ['-o', 'xml', '-']],
  ['an unknown flag', ['--fix', '-']],
  ['a path that is not there', ['no-such-file.yaml']],
])('%s: exit code 2 and words', (_what, args) => {
  const { code, out, err } = lint(args);
  expect([code, out]).toEqual([2, '']);
  expect(err).not.toBe('');
});

test.each([
  ['the samples', ['config/samples'], 4],
  ['the manifests of the demo', ['e2e/demo/manifests/shop', 'e2e/demo/manifests/moved.yaml'], 5],
])('%s: nothing to say', (_what, paths, judged) => {
  const { code, out } = lint(paths.map((path) => new URL(`../${path}`, import.meta.url).pathname));
  expect([code, out]).toEqual([
    0,
    `${judged} objects judged: 0 problems that admission refuses, 0 warnings\n`,
  ]);
});

test('a directory, with class parameters and members of a group in different files', () => {
  writeFileSync(
    join(dir, 'class.yaml'),
    `apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: edge}
spec:
  controller: ingress.k8s.aws/alb
  parameters: {apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: edge}
---
apiVersion: elbv2.k8s.aws/v1beta1
kind: IngressClassParams
metadata: {name: edge}
spec: {group: {name: shop}, inboundCIDRs: [nowhere]}
`,
  );
  const member = (name: string, type: string) =>
    ingress(name, { 'ip-address-type': type }).replace('ingressClassName: alb', 'ingressClassName: edge');
  writeFileSync(join(dir, 'one.yaml'), member('one', 'ipv4'));
  writeFileSync(join(dir, 'two.json'), JSON.stringify({ kind: 'ConfigMap' }));
  writeFileSync(join(dir, 'two.yml'), `# a comment\n---\n${member('two', 'dualstack')}`);
  writeFileSync(join(dir, 'notes.txt'), 'not: [a manifest');
  const { code, out } = lint([dir]);
  expect(code).toBe(1);
  expect(out).toContain('class.yaml:11: IngressClassParams edge: refused: spec.inboundCIDRs');
  expect(out).toContain('Ingress default/one of the same group says ipv4');
  expect(out).not.toContain('notes.txt');
});

describe('formats', () => {
  const input = ingress('bad', { scheme: 'x' });

  test('json', () => {
    const read = JSON.parse(lint(['-', '-o', 'json'], input).out);
    expect(read).toMatchObject({ refused: 1, warned: 0, judged: 1 });
    expect(read.problems[0]).toMatchObject({
      file: '<stdin>',
      line: 6,
      object: 'Ingress default/bad',
      code: 'NotAllowed',
      value: 'x',
      link: 'docs/problems.md#notallowed',
    });
  });

  test('sarif', () => {
    const read = JSON.parse(lint(['-', '-o', 'sarif'], input).out) as Log;
    expect(read.version).toBe('2.1.0');
    const [run] = read.runs;
    expect(run?.results?.[0]).toMatchObject({
      ruleId: 'NotAllowed',
      level: 'error',
      locations: [{ physicalLocation: { artifactLocation: { uri: '<stdin>' }, region: { startLine: 6 } } }],
    });
    const ids = run?.tool.driver.rules?.map(({ id }) => id) ?? [];
    expect(ids[run?.results?.[0]?.ruleIndex ?? -1]).toBe('NotAllowed');
  });
});

describe('texts that are no manifests', () => {
  test.each([
    ['broken YAML', 'a: [1', 'a document: refused'],
    ['aliases that unfold without end', bomb(), 'a document: refused'],
    [
      'an annotation that is no text',
      ingress('n', { scheme: 'internal' }).replace("'internal'", '5'),
      'put it in quotes',
    ],
    [
      'fields of wrong types',
      ingress('n', { scheme: 'internal' }, '  rules: 7\n'),
      'spec.rules: "7" is not a list',
    ],
  ])('%s: told, exit code 1', (_what, input, words) => {
    const { code, out } = lint(['-'], input);
    expect(out).toContain(words);
    expect(code).toBe(1);
  });

  test.each(['', '---\n---\n', 'null', '[]', '5', '"text"', 'kind: 5', 'kind: Ingress'.concat('s')])(
    'nothing of ours in %j: exit code 0',
    (input) => {
      expect(lint(['-'], input).code).toBe(0);
    },
  );
});

/** Nine levels of nine aliases each. */
function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, at) => {
    const inner = at === 0 ? 'x' : `*a${at - 1}`;
    return `a${at}: &a${at} [${Array.from({ length: 9 }, () => inner).join(', ')}]`;
  });
  return levels.join('\n');
}
