// What can be said of the image without building it. `make image` builds it and looks at the rest.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** Folders of the source of which the bundle is made. */
const SHIPPED = ['api', 'alb', 'kube', 'webhook', 'controller', 'cli', 'hack'];

const stages = read('hack/Dockerfile').split(/^FROM .*$/m);
const image = stages.at(-1) ?? '';

test('every folder at the top either goes into the build of the image or is left out by name', () => {
  const ignored = read('.dockerignore').split('\n');
  expect(SHIPPED.filter((folder) => ignored.includes(folder))).toEqual([]);
  const folders = readdirSync(new URL('..', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
  const told = [...SHIPPED, ...ignored.flatMap((line) => line.split('/').slice(0, 2))];
  expect(folders.filter((folder) => !told.includes(folder))).toEqual([]);
});

test('the image needs no shell and no rights: nothing runs in its last stage, and its user is a number', () => {
  expect(stages.length).toBeGreaterThan(2);
  expect(image).not.toMatch(/^(RUN|SHELL|ADD)/m);
  expect(image).toMatch(/^USER 65532:65532$/m);
  expect(image).toMatch(/^ENTRYPOINT \["node", "\/albatross\/albatross.mjs"\]$/m);
});

interface Workload {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly securityContext: { readonly runAsUser: number };
        readonly containers: readonly { readonly command?: readonly string[] }[];
      };
    };
  };
}

test.each(['webhook', 'controller'])('the Deployment of the %s runs what the image has', (name) => {
  const workload: Workload = parseAllDocuments(read(`config/${name}/deployment.yaml`))[0]?.toJS();
  const { securityContext, containers } = workload.spec.template.spec;
  expect(securityContext.runAsUser).toBe(65532);
  const [command] = containers.flatMap((container) => container.command ?? []);
  const program = containers[0]?.command?.at(-1) ?? '/albatross/albatross.mjs';
  expect([command ?? 'node', program]).toEqual(['node', '/albatross/albatross.mjs']);
});

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Where Node finds a package that is asked for in a folder, as far as the lock file has it. */
function resolve(packages: Readonly<Record<string, Locked>>, from: string, name: string): Locked | undefined {
  const at = packages[`${from === '' ? '' : `${from}/`}node_modules/${name}`];
  if (at !== undefined || from === '') return at;
  const above = from.lastIndexOf('/node_modules/');
  return resolve(packages, above < 0 ? '' : from.slice(0, above), name);
}

test('the lock file names every package of every platform, so that `npm ci` works on each', () => {
  const { packages }: { packages: Record<string, Locked> } = JSON.parse(read('package-lock.json'));
  const missing = Object.entries(packages).flatMap(([from, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => {
      const found = resolve(packages, from, name);
      return found === undefined || (found.integrity === undefined && found.link !== true);
    }),
  );
  expect(missing).toEqual([]);
  const platforms = Object.keys(packages).map((path) => path.split('node_modules/').at(-1));
  for (const platform of ['linux-x64-gnu', 'linux-arm64-gnu'])
    expect(platforms).toContain(`@rolldown/binding-${platform}`);
});
