// The laws of the house: who may import whom, which files are pure, how long and how named a file may be.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
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

const isTest = ({ path }: Source): boolean =>
  /\.(test|e2e)\.ts$/.test(path) || path.startsWith('controller/laws/');
const generated = ({ path }: Source): boolean => path.startsWith('api/generated/');
const shipped = sources.filter(
  (one) => /^(api|alb|kube|webhook|controller|cli)\//.test(one.path) && !isTest(one),
);

/** The top-level rooms that a file reaches into with its relative imports. */
const roomsOf = ({ path, imports }: Source): string[] =>
  imports
    .filter(({ from }) => from.startsWith('.'))
    .map(({ from }) => normalize(join(dirname(path), from)).split('/')[0] ?? '');

const inRoom = (room: string): Source[] => shipped.filter(({ path }) => path.startsWith(`${room}/`));

describe('who imports whom', () => {
  const reaching = (from: string, into: readonly string[]): string[] =>
    inRoom(from)
      .filter((one) => roomsOf(one).some((room) => into.includes(room)))
      .map(({ path }) => path);

  test('api imports nothing of ours', () => {
    expect(
      inRoom('api')
        .filter((one) => roomsOf(one).some((room) => room !== 'api'))
        .map(({ path }) => path),
    ).toEqual([]);
  });
  test('kube imports api and nothing else of ours', () => {
    expect(
      inRoom('kube')
        .filter((one) => roomsOf(one).some((room) => room !== 'api' && room !== 'kube'))
        .map(({ path }) => path),
    ).toEqual([]);
  });
  test('webhook and controller never import each other', () => {
    expect([...reaching('webhook', ['controller']), ...reaching('controller', ['webhook'])]).toEqual([]);
  });
  test('nothing shipped imports e2e, local-aws, hack or tests', () => {
    // `albatross local-aws` is a test instrument and works from the checkout only.
    const rooms = ['api', 'alb', 'kube', 'webhook', 'controller', 'cli'];
    const wrong = rooms
      .flatMap((room) => reaching(room, ['e2e', 'hack', 'local-aws']))
      .filter((path) => path !== 'cli/local-aws.ts');
    const tests = shipped.filter(({ imports }) =>
      imports.some(({ from }) => /\.(test|e2e)\.ts$|\/laws\//.test(from)),
    );
    expect([...wrong, ...tests.map(({ path }) => path)]).toEqual([]);
  });
  test('only cli stands on webhook and controller', () => {
    expect([...reaching('webhook', ['cli']), ...reaching('controller', ['cli'])]).toEqual([]);
  });
  test('every relative import ends in .ts or .json', () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ from }) => from.startsWith('.') && !/\.(ts|json)$/.test(from))
        .map(({ from }) => `${path}: ${from}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('pure files', () => {
  const PURE =
    /^(api\/.*|alb\/(feature-gates|group|merge|web-acl|amendments\/(keep-protection|defer-until-active)|kinds\/condition|(desire|plan)\/[^/]*|failures\/[^/]*)|controller\/(bindings|pages|finalizers|settled|status|conditions|pass|next|targets\/endpoints|drift|addressed|exchange)|controller\/ownership\/orphans\/(names|words)|controller\/inspection\/(route|standing))\.ts$/;
  const pure = shipped.filter(({ path }) => PURE.test(path));
  /** Pure parts of Node, and ajv with what finds a near miss. */
  const ALLOWED = new Set(['node:crypto', 'node:util', 'node:net', 'ajv', 'fastest-levenshtein']);
  const OUTSIDE =
    /\b(Date\.now|new Date\(\)|performance\.now|process\.(env|argv|hrtime)|fetch\(|setTimeout|setInterval|console\.)/;

  test('there are some', () => {
    expect(pure.length).toBeGreaterThan(30);
  });
  test('they import no IO and no SDK', () => {
    const wrong = pure.flatMap(({ path, imports }) =>
      imports
        .filter(({ from, typeOnly }) => !typeOnly && !from.startsWith('.') && !ALLOWED.has(from))
        .map(({ from }) => `${path}: ${from}`),
    );
    expect(wrong).toEqual([]);
  });
  test('of node:net they take what looks at addresses only', () => {
    const wrong = pure.filter(({ text }) => {
      const names = /import \{([^}]*)\} from 'node:net'/.exec(text)?.[1]?.split(',') ?? [];
      return names.some((name) => !/^\s*(isIP|isIPv4|isIPv6|BlockList|)\s*$/.test(name));
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
  test('they touch no clock, environment, log or network', () => {
    expect(pure.filter(({ text }) => OUTSIDE.test(text)).map(({ path }) => path)).toEqual([]);
  });
  test('they import, at run time, nothing that does', () => {
    const clean = new Set([
      ...pure.map(({ path }) => path),
      'api/generated/binding.ts',
      'api/generated/values.ts',
    ]);
    const wrong = pure.flatMap(({ path, imports }) =>
      imports
        .filter(({ from, typeOnly }) => !typeOnly && from.startsWith('.') && from.endsWith('.ts'))
        .map(({ from }) => normalize(join(dirname(path), from)))
        .filter((to) => !clean.has(to))
        .map((to) => `${path}: ${to}`),
    );
    expect(wrong).toEqual([]);
  });
});

test('Kubernetes is written in few places, and an Ingress in one, where its policy is asked', () => {
  const writing = shipped.filter(({ text }) =>
    /method: '(?:POST|PUT|PATCH|DELETE)'|HttpMethod\.P/.test(text),
  );
  expect(writing.map(({ path }) => path)).toEqual([
    // It asks what it may do (SelfSubjectAccessReview), and nothing is stored by that.
    'cli/apiserver.ts',
    // The LBC's own objects, when a person orders it.
    'controller/handover/cleanup.ts',
    // ConfigMaps of our own namespace.
    'kube/config-map.ts',
    'kube/events.ts',
    'kube/lease.ts',
    'kube/write.ts',
    'webhook/connection.ts',
  ]);
  const applying = inRoom('webhook').filter(({ text }) => /\.apply\(/.test(text));
  expect(applying.map(({ path }) => path)).toEqual(['webhook/claim.ts', 'webhook/record.ts']);
  const unbound = shipped.filter(({ text }) => /\basOrdered\b/.test(text));
  expect(unbound.map(({ path }) => path)).toEqual(['controller/handover/main.ts', 'kube/write.ts']);
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
  expect(written.map(({ path }) => path)).toEqual(['api/finding.ts']);
});
