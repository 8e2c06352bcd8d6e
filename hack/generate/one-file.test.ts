// One annotation, one file: with the descriptors of plain annotations cut out of their files, everything that is made from them is
// gone, and the rest of the program still fits. Of three that are not plain, every file that knows them is listed with its reason.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AnyAnnotation } from '../../api/annotation.ts';
import { REGISTRY } from '../../api/registry.ts';
import { decode } from '../../api/validate/decode.ts';
import { ROOT } from './main.ts';

const ROOMS = ['api', 'alb', 'kube', 'webhook', 'controller', 'cli'];
const MADE = [
  'api/generated/values.ts',
  'api/generated/binding.ts',
  'api/generated/binding.schema.json',
  'config/crd/loadbalancerbindings.yaml',
  'docs/annotations.md',
];

/** Product code by file, without comments. */
const CODE: ReadonlyMap<string, string> = new Map(
  globSync(`{${ROOMS.join(',')}}/**/*.ts`, { cwd: ROOT })
    .filter((path) => !/\.test\.ts$|\/laws\/|^api\/generated\//.test(path))
    .toSorted()
    .map((path) => [
      path,
      readFileSync(join(ROOT, path), 'utf8')
        .replaceAll(/\/\*[\s\S]*?\*\//g, '')
        .replaceAll(/(^|\s)\/\/ .*$/gm, ''),
    ]),
);

/** The name of an annotation or a field, not as a part of a longer one or of a path. */
const naming = (...names: readonly string[]): RegExp =>
  new RegExp(`(?<![\\w/-])(?:${names.map((name) => name.replaceAll('.', '\\.')).join('|')})(?![\\w-])`);

const filesNaming = (...names: readonly string[]): string[] =>
  [...CODE].flatMap(([path, text]) => (naming(...names).test(text) ? [path] : []));

/** Where a descriptor is declared, by `annotation` or by what a file makes of it for several. */
const declarationOf = (name: string): RegExp =>
  new RegExp(`export const \\w+ = \\w+\\('${name}'[\\s\\S]*?\\n}\\);\\n`);

const homeOf = (name: string): string =>
  [...CODE].find(([, text]) => declarationOf(name).test(text))?.[0] ?? '';

/** Files that know a plain annotation although it is plain. */
const BESIDE: Readonly<Record<string, string>> = {
  'api/problems/ported.ts': 'what annotations of other controllers are called here',
  'api/validate/checks/targets.ts': 'the timeout of a health check is less than its interval',
};

/** Its name stands in its file, and where names of other controllers are translated. Names that are words are told apart by the rest. */
const isPlain = ({ name }: AnyAnnotation): boolean =>
  name.includes('-') &&
  !name.endsWith('.*') &&
  filesNaming(name).every((path) => path === homeOf(name) || path === 'api/problems/ported.ts');

const PLAIN = REGISTRY.filter((one) => isPlain(one) || one.name === 'healthcheck-interval-seconds');

/** The properties that an effect writes, however deep. */
function written({ effect, schema, examples }: AnyAnnotation): Set<string> {
  const names = new Set<string>();
  const recording = (part: object): object =>
    new Proxy(part, {
      get(target, key) {
        const inner: unknown = Reflect.get(target, key);
        return typeof inner === 'object' && inner !== null ? recording(inner) : inner;
      },
      set(target, key, value) {
        names.add(String(key));
        return Reflect.set(target, key, value);
      },
    });
  if (!('apply' in effect)) return names;
  for (const text of examples.good) {
    const decoded = decode(schema, text);
    const spec = recording({ protocol: 'HTTPS', attributes: {}, healthCheck: {} });
    if ('value' in decoded) (effect.apply as (spec: object, value: unknown) => void)(spec, decoded.value);
  }
  return names;
}

/** Fields that no other annotation writes. */
function ownFields(descriptor: AnyAnnotation): string[] {
  const others = REGISTRY.filter((one) => one !== descriptor).flatMap((one) => [...written(one)]);
  return [...written(descriptor)].filter((name) => !others.includes(name));
}

/** What a field is, how a difference in it is treated, and the calls that read and write it. */
const OF_KINDS = /^api\/aws\.ts$|^alb\/kinds\/|^controller\/aws\/kinds\//;

/** Those that were plain when this was written; more may join. */
const EXPECTED = [
  'backend-protocol',
  'dry-run-plan',
  'healthcheck-interval-seconds',
  'healthcheck-protocol',
  'healthy-threshold-count',
  'unhealthy-threshold-count',
  'frontend-nlb-healthcheck-protocol',
  'frontend-nlb-healthcheck-path',
  'frontend-nlb-healthcheck-healthy-threshold-count',
  'frontend-nlb-healthcheck-unhealthy-threshold-count',
];

test('plain annotations are known in their files alone, and so are their fields beside the kinds', () => {
  expect(PLAIN.map(({ name }) => name)).toEqual(expect.arrayContaining([...EXPECTED]));
  for (const descriptor of PLAIN) {
    const home = homeOf(descriptor.name);
    const named = filesNaming(descriptor.name).filter((path) => path !== home && BESIDE[path] === undefined);
    expect(named, descriptor.name).toEqual([]);
    for (const field of ownFields(descriptor)) {
      const files = filesNaming(field).filter((path) => path !== home && !OF_KINDS.test(path));
      expect(files, `${descriptor.name}: ${field}`).toEqual(
        // The default is the LBC's, and is needed where no annotation is read.
        files.filter((path) => path === 'api/ingress/target-group.ts'),
      );
    }
  }
});

const SCHEMA =
  'schema of the kind: how a difference is treated, what may be left out, when it can be asked for';
const CALLS = 'the calls that read and write it';
const KIND = 'what the field is, as plain data';
const CLASS = 'IngressClassParams say it, too';
const TEXTS = 'its text is checked';
const SWITCHES = 'a check that an operator may switch off names it';

/** Annotations that are more than one field, and everything that knows them or their field. */
const HARD: Readonly<Record<string, { names: readonly string[]; files: Readonly<Record<string, string>> }>> =
  {
    capacity: {
      names: ['minimum-load-balancer-capacity', 'capacityUnits'],
      files: {
        'alb/desire/desire.ts': 'a feature gate of the LBC switches it off',
        'alb/kinds/load-balancer.ts': SCHEMA,
        'alb/preview/recorded.ts': 'a dry run takes what bindings and plans show as what AWS has',
        'api/annotations/pools.ts': 'the annotation',
        'api/aws.ts': KIND,
        'api/validate/checks/values.ts': TEXTS,
        'api/ingress/class-parameters.ts': CLASS,
        'api/limits/footprint.ts': 'a quota of the account counts it',
        'api/problems/place.ts': CLASS,
        'api/limits/quotas.ts': 'a quota of the account counts it',
        'controller/inventory/details.ts': 'it is read for those alone who want it',
        'controller/inventory/inventory.ts': 'it is read for those alone who want it',
        'controller/aws/kinds/load-balancer.ts': CALLS,
        'controller/inventory/store.ts': 'bulk reads do not show it',
        'controller/inspection/planning.ts': 'what it waits for, in words',
      },
    },
    'mutual authentication': {
      names: ['mutual-authentication', 'mutualAuthentication'],
      files: {
        'alb/amendments/missing-trust-store.ts':
          'clients are not let in unverified while a trust store is not found',
        'alb/amendments/rejected-parts.ts': 'routes are closed where it cannot be had',
        'alb/desire/clients.ts': 'it builds the value for each port',
        'alb/desire/listeners.ts': 'it builds the listener',
        'alb/desire/lost.ts': 'routes are closed where it gave way to another member',
        'alb/kinds/listener.ts': SCHEMA,
        'alb/preview/recorded.ts': 'a dry run takes what bindings and plans show as what AWS has',
        'api/annotations/tls.ts': 'the annotation',
        'api/aws.ts': KIND,
        'api/validate/checks/tls.ts': 'it is about HTTPS ports only',
        'api/validate/checks/values.ts': TEXTS,
        'api/limits/footprint.ts': 'a quota of the account counts trust stores',
        'api/validate/identifiers.ts': 'it names a resource of AWS',
        'api/group-conflicts/listeners.ts': 'members are compared port by port',
        'api/problems/ported.ts': 'what annotations of other controllers are called here',
        'api/limits/quotas.ts': 'a quota of the account counts trust stores',
        'api/validate/strict.ts': SWITCHES,
        'controller/apply/apply.ts': 'new rules wait where it was refused',
        'controller/aws/kinds/listener.ts': CALLS,
        'controller/facts/gather.ts': 'trust stores are looked up by name',
      },
    },
    'web ACL': {
      names: ['wafv2-acl-arn', 'wafv2-acl-name', 'webAcl'],
      files: {
        'alb/amendments/keep-protection.ts': 'a successor gets the web ACL of its predecessor',
        'alb/amendments/unmet-protections.ts': 'routes are closed where it cannot be had',
        'alb/desire/facts.ts': 'it is looked up by name',
        'alb/desire/lost.ts': 'routes are closed where it gave way to another member',
        'alb/desire/protections.ts': 'it builds the value',
        'alb/group.ts': 'a name takes the place of ARNs, which no merge of one annotation knows',
        'alb/kinds/load-balancer.ts': SCHEMA,
        'alb/preview/recorded.ts': 'a dry run takes what bindings and plans show as what AWS has',
        'alb/preview/unknown-facts.ts': 'a dry run does not know what a name stands for',
        'api/annotations/addons.ts': 'the annotation',
        'api/aws.ts': KIND,
        'api/validate/checks/dormant.ts': 'a name makes an ARN ineffective',
        'api/ingress/class-parameters.ts': CLASS,
        'api/validate/identifiers.ts': 'it names a resource of AWS',
        'api/problems/place.ts': CLASS,
        'api/problems/ported.ts': 'what annotations of other controllers are called here',
        'api/validate/strict.ts': SWITCHES,
        'api/ingress/web-acl.ts': 'which of two annotations counts',
        'controller/facts/lookups.ts': 'it is looked up by name',
        'controller/aws/kinds/load-balancer.ts': CALLS,
        'controller/inventory/protections.ts': 'another service reads and writes it',
        'controller/inventory/store.ts': 'bulk reads do not show it',
        'controller/facts/gather.ts': 'it is looked up by name',
        'controller/inspection/planning.ts': 'what it waits for, in words',
      },
    },
  };

test.each(Object.entries(HARD))('%s is known where there is a reason', (_, { names, files }) => {
  expect(filesNaming(...names)).toEqual(Object.keys(files).toSorted());
});

test('plain descriptors that are cut out of their files are gone everywhere', () => {
  const copy = mkdtempSync(join(tmpdir(), 'one-file-'));
  try {
    for (const part of [...ROOMS, 'config', 'docs', 'hack', 'tsconfig.json']) {
      cpSync(join(ROOT, part), join(copy, part), {
        recursive: true,
        filter: (path) => !path.endsWith('.test.ts') && !path.includes('/hack/tools'),
      });
    }
    cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    for (const { name } of PLAIN) {
      const file = join(copy, homeOf(name));
      const whole = readFileSync(file, 'utf8');
      const cut = whole.replace(declarationOf(name), '');
      expect(cut.length).toBeLessThan(whole.length);
      writeFileSync(file, cut);
    }
    const named = PLAIN.map(({ name }) => [name, new RegExp(`(?<![a-z-])${name}(?![a-z-])`)] as const);
    const docs = readFileSync(join(ROOT, 'docs/annotations.md'), 'utf8');
    for (const [name, pattern] of named) expect(docs, name).toMatch(pattern);
    execFileSync(process.execPath, [join(copy, 'hack/generate/main.ts')], { cwd: copy });
    for (const path of MADE) {
      const text = readFileSync(join(copy, path), 'utf8');
      for (const [name, pattern] of named) expect(pattern.test(text), `${path}: ${name}`).toBe(false);
      expect(text, path).toContain('healthcheck-timeout-seconds');
    }
    const program = ['api/ingress/read.ts', 'webhook/main.ts', 'controller/main.ts', 'cli/lint.ts'];
    // What the other descriptors of a file do not need of its imports is no trace outside of it.
    const compilerOptions = { noUnusedLocals: false };
    const config = { extends: './tsconfig.json', include: [], files: program, compilerOptions };
    writeFileSync(join(copy, 'program.json'), JSON.stringify(config));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const checked = spawnSync(process.execPath, [tsc, '--noEmit', '-p', 'program.json'], { cwd: copy });
    expect(String(checked.stdout)).toBe('');
    expect(checked.status).toBe(0);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});
