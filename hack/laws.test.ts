// The laws of the house: what is pure, how long and how named a file may be. Who may import whom: import-rules.ts.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
}

interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** `import … from 'x'`, `export … from 'x'`, `import 'x'` and `import('x')`. */
const IMPORT =
  /^(?:import|export)\s(type\s)?(?:[^;'"]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

function importsOf(text: string): Import[] {
  return [...text.matchAll(IMPORT)].map(([, type, statement, dynamic]) => ({
    from: statement ?? dynamic ?? '',
    typeOnly: type !== undefined,
  }));
}

const sources: readonly Source[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'],
  { cwd: ROOT, encoding: 'utf8' },
)
  .trim()
  .split('\n')
  .flatMap((path) => {
    try {
      const text = readFileSync(join(ROOT, path), 'utf8');
      return [{ path, text, imports: importsOf(text) }];
    } catch {
      // Deleted in the working tree, still in the index.
      return [];
    }
  });

const isTest = ({ path }: Source): boolean => /\.(test|e2e)\.ts$|\/laws\//.test(path);
const generated = ({ path }: Source): boolean => path.startsWith('api/generated/');
const shipped = sources.filter(
  (one) => /^(api|alb|kube|webhook|controller|cli)\//.test(one.path) && !isTest(one),
);

const inRoom = (room: string): Source[] => shipped.filter(({ path }) => path.startsWith(`${room}/`));

test('the package of the local AWS names every library that its files import', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'local-aws/package.json'), 'utf8'));
  const libraries = sources
    .filter(({ path }) => path.startsWith('local-aws/'))
    .flatMap(({ imports }) => imports.map(({ from }) => /^(?!node:|\.)(?:@[^/]+\/)?[^/]+/.exec(from)?.[0]))
    .filter((name) => name !== undefined);
  expect(libraries.length).toBeGreaterThan(0);
  expect([...new Set(libraries)].filter((name) => !Object.hasOwn(devDependencies, name))).toEqual([]);
});

test('every relative import ends in .ts or .json', () => {
  const wrong = sources.flatMap(({ path, imports }) =>
    imports
      .filter(({ from }) => from.startsWith('.') && !/\.(ts|json)$/.test(from))
      .map(({ from }) => `${path}: ${from}`),
  );
  expect(wrong).toEqual([]);
});

describe('the contract and the pure centre', () => {
  const pure = shipped.filter(({ path }) => /^(api|alb)\//.test(path));
  const OUTSIDE =
    /\b(Date\.now|new Date\(\)|performance\.now|process\.(env|argv|hrtime)|fetch\(|setTimeout|setInterval|console\.)/;

  test('touch no clock, environment, log or network', () => {
    expect(pure.length).toBeGreaterThan(100);
    expect(pure.filter(({ text }) => OUTSIDE.test(text)).map(({ path }) => path)).toEqual([]);
  });
  test('of node:net they take what looks at addresses only', () => {
    const wrong = pure.filter(({ text }) => {
      const names = /import \{([^}]*)\} from 'node:net'/.exec(text)?.[1]?.split(',') ?? [];
      return names.some((name) => !/^\s*(isIP|isIPv4|isIPv6|BlockList|)\s*$/.test(name));
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});

test('Kubernetes is written in few places, and an Ingress in one, where its policy is asked', () => {
  const paths = (files: readonly Source[]): string[] => files.map(({ path }) => path);
  const sending = shipped.filter(({ text }) =>
    /method: '(?:POST|PUT|PATCH|DELETE)'|HttpMethod\.P/.test(text),
  );
  expect(paths(sending)).toEqual(['kube/objects.ts']);
  const writing = shipped.filter(({ text }) => /\b(?:create|replace|apply|patch|delete)Object\b/.test(text));
  expect(paths(writing)).toEqual([
    // It asks what it may do (SelfSubjectAccessReview), and nothing is stored by that.
    'cli/apiserver.ts',
    // The LBC's own objects, when a person orders it.
    'controller/handover/cleanup.ts',
    // ConfigMaps of our own namespace.
    'kube/config-map.ts',
    'kube/events.ts',
    'kube/lease.ts',
    'kube/objects.ts',
    // The certificate of the webhook, in our own namespace.
    'kube/secret.ts',
    'kube/write.ts',
    // Whom the API server trusts, in the webhook's own configurations.
    'webhook/self-managed/trust.ts',
    // One expression of the webhook's own configuration.
    'webhook/webhook-configuration.ts',
  ]);
  const recording = inRoom('webhook').filter(({ text }) => /\b(?:applyBinding|Writer)\b/.test(text));
  expect(paths(recording)).toEqual(['webhook/record.ts']);
  const unbound = shipped.filter(({ text }) => /\basOrdered\b/.test(text));
  expect(unbound.map(({ path }) => path)).toEqual(['controller/handover/main.ts', 'kube/write.ts']);
});

test('paths of Kubernetes, and versions of what is read and written there, are in one place', () => {
  const written = shipped.filter(
    ({ path, text }) =>
      !path.startsWith('api/') &&
      /['"`]\/apis?\/|(?:albatross\.dev|elbv2\.k8s\.aws|k8s\.io)\/v1/.test(
        text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, ''),
      ),
  );
  expect(written.map(({ path }) => path)).toEqual([
    'kube/kinds.ts',
    // Admission reviews, which come to us and are nowhere stored.
    'webhook/review.ts',
  ]);
});

describe('files', () => {
  test('have at most 300 lines', () => {
    const long = sources
      .filter((one) => !generated(one))
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > 300);
    expect(long).toEqual([]);
  });
  test('begin with a comment that says what they are', () => {
    expect(sources.filter(({ text }) => !/^(#!.*\n)?\/\/ \S/.test(text)).map(({ path }) => path)).toEqual([]);
  });
  test('have names that say something', () => {
    const empty = /(^|\/)(utils?|helpers?|common|types|managers?|base)(\.[a-z0-9.]*)?(\/|$)/;
    expect(sources.filter(({ path }) => empty.test(path)).map(({ path }) => path)).toEqual([]);
  });
  test('have no default export', () => {
    const wrong = sources.filter(
      ({ path, text }) => /^export default /m.test(text) && path !== 'vitest.config.ts',
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});

test('the plan knows no kind by name', () => {
  const named = shipped.filter(
    ({ path, text }) =>
      path.startsWith('alb/plan/') &&
      /'(securityGroup|targetGroup|loadBalancer|listener|rule)'/.test(
        text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, ''),
      ),
  );
  expect(named.map(({ path }) => path)).toEqual([]);
});

test('the path of an annotation is written in one place', () => {
  const written = shipped.filter(({ text }) =>
    text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '').includes('metadata.annotations['),
  );
  expect(written.map(({ path }) => path)).toEqual(['api/problems/finding.ts']);
});

test('a type name has one meaning in the whole house', () => {
  const declared = sources
    .filter(
      (one) =>
        !isTest(one) &&
        !generated(one) &&
        /^(api|alb|kube|webhook|controller|cli|local-aws)\//.test(one.path),
    )
    .flatMap(({ path, text }) =>
      [...text.matchAll(/^(?:export )?(?:interface|type|class) (\w+)/gm)].map(([, name = '']) => ({
        name,
        path,
      })),
    );
  const twice = [...Map.groupBy(declared, ({ name }) => name)].flatMap(([name, all]) => {
    const files = [...new Set(all.map(({ path }) => path))];
    return files.length > 1 ? [`${name}: ${files.join(', ')}`] : [];
  });
  expect(twice).toEqual([]);
});

test('nothing shipped imports tests', () => {
  const wrong = shipped.filter(({ imports }) => imports.some(({ from }) => /\.(test|e2e)\.ts$/.test(from)));
  expect(wrong.map(({ path }) => path)).toEqual([]);
});
