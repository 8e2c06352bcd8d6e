// Tests of config, on files: where a kubeconfig is found, and what is said of one that says nobody to be.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { actingAs, kubeConfigOf, ownNamespace } from './config.ts';

let dir: string;
/** Nobody here has a kubeconfig of his own. */
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'albatross-config-'));
  vi.stubEnv('HOME', join(dir, 'home'));
  vi.stubEnv('KUBECONFIG', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(dir, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

interface Parts {
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
}

/** A kubeconfig with the server `https://NAME.example.com:6443`. JSON is YAML. */
function kubeconfig(name: string, { cluster, user, context }: Parts = {}): string {
  const text = JSON.stringify({
    clusters: [{ name: 'prod', cluster: { server: `https://${name}.example.com:6443`, ...cluster } }],
    users: [{ name: 'ops', user: { token: 'secret', ...user } }],
    contexts: [{ name: 'main', context: { cluster: 'prod', user: 'ops', ...context } }],
    'current-context': 'main',
  });
  return write(name, text);
}

const serverOf = (config: KubeConfig): string | undefined => config.getCurrentCluster()?.server;
const server = (name: string): string => `https://${name}.example.com:6443`;
const wrong = (path?: string): string => {
  try {
    kubeConfigOf(path);
  } catch (thrown) {
    return thrown instanceof Error && thrown.name === 'Unmet' ? thrown.message : `thrown: ${thrown}`;
  }
  return 'nothing';
};
const REMEDY = 'name a kubeconfig of a user of the cluster with --kubeconfig';

describe('where it is found', () => {
  test('--kubeconfig comes before KUBECONFIG, and that before ~/.kube/config', () => {
    const [said, env] = [kubeconfig('said'), kubeconfig('env')];
    kubeconfig('home/.kube/config', { cluster: { server: server('home') } });
    vi.stubEnv('KUBECONFIG', env);
    expect(serverOf(kubeConfigOf(said))).toBe(server('said'));
    expect(serverOf(kubeConfigOf(undefined))).toBe(server('env'));
    vi.stubEnv('KUBECONFIG', '');
    expect(serverOf(kubeConfigOf(undefined))).toBe(server('home'));
  });

  test('nowhere: nobody is asked at localhost', () => {
    expect(wrong()).toBe(
      `kubeconfig: there is neither --kubeconfig nor KUBECONFIG nor ~/.kube/config nor a ServiceAccount of a pod; ${REMEDY}`,
    );
  });

  test('a server at localhost:8080 that is said is asked', () => {
    const path = kubeconfig('local', { cluster: { server: 'http://localhost:8080' } });
    expect(serverOf(kubeConfigOf(path))).toBe('http://localhost:8080');
  });
});

describe('in a pod', () => {
  const SERVICE_ACCOUNT = 'var/run/secrets/kubernetes.io/serviceaccount';

  /** The library looks at the root of the file system; here the pod's root is a folder. */
  class InPod extends KubeConfig {
    override loadFromDefault(): void {
      this.loadFromCluster(dir);
    }
  }

  beforeEach(() => {
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '10.96.0.1');
    vi.stubEnv('KUBERNETES_SERVICE_PORT', '443');
    write(`${SERVICE_ACCOUNT}/token`, 'token-of-the-pod');
    write(`${SERVICE_ACCOUNT}/namespace`, 'albatross-system');
  });

  test('it is the ServiceAccount in its namespace', async () => {
    write(`${SERVICE_ACCOUNT}/ca.crt`, 'CA');
    const config = kubeConfigOf(undefined, new InPod());
    expect([serverOf(config), ownNamespace(config)]).toEqual(['https://10.96.0.1:443', 'albatross-system']);
    const options: { headers?: Record<string, string> } = {};
    await config.applyToHTTPSOptions(options);
    expect(options.headers).toEqual({ Authorization: 'Bearer token-of-the-pod' });
  });

  test('a CA that is not mounted is said with its path', () => {
    expect(() => kubeConfigOf(undefined, new InPod())).toThrow(
      `kubeconfig, which names ${dir}/${SERVICE_ACCOUNT}/ca.crt: there is no such file; ${REMEDY}`,
    );
  });

  test('without the address of the API server it is nobody', () => {
    vi.stubEnv('KUBERNETES_SERVICE_PORT', undefined);
    expect(() => kubeConfigOf(undefined, new InPod())).toThrow(
      'kubeconfig: the server of its context "inClusterContext" is no URL: "https://10.96.0.1:undefined"',
    );
  });
});

describe('what is wrong is said with the path, in one line', () => {
  const asSaid = (path: string): string => wrong(path);
  const asEnvironment = (path: string): string => {
    vi.stubEnv('KUBECONFIG', path);
    return wrong();
  };

  test('there is no such file, or it is a directory', () => {
    const none = join(dir, 'none');
    expect(asSaid(none)).toBe(`--kubeconfig ${none}: there is no such file; ${REMEDY}`);
    expect(asSaid(dir)).toBe(`--kubeconfig ${dir}: it is a directory; ${REMEDY}`);
    expect(asEnvironment(none)).toBe(`KUBECONFIG=${none}: there is no such file; ${REMEDY}`);
  });

  test('~/.kube/config as well', () => {
    const path = write('home/.kube/config', '{ no yaml');
    expect(wrong()).toMatch(new RegExp(`^${path}: it is not a kubeconfig \\(.*\\); ${REMEDY}$`));
  });

  test.each([
    ['no YAML', '{ no yaml'],
    ['nothing', ''],
  ])('%s is not a kubeconfig', (_, text) => {
    const path = write('bad', text);
    expect(asSaid(path)).toMatch(
      new RegExp(`^--kubeconfig ${path}: it is not a kubeconfig \\(.*\\); ${REMEDY}$`),
    );
  });

  test.each<[string, Parts]>([
    ['its context "main" names the cluster "gone", which is not in it', { context: { cluster: 'gone' } }],
    ['its context "main" names the user "gone", which is not in it', { context: { user: 'gone' } }],
    ['the server of its context "main" is no URL: "example.com"', { cluster: { server: 'example.com' } }],
  ])('%s', (because, parts) => {
    const path = kubeconfig('bad', parts);
    expect(asSaid(path)).toBe(`--kubeconfig ${path}: ${because}; ${REMEDY}`);
    expect(asEnvironment(path)).toBe(`KUBECONFIG=${path}: ${because}; ${REMEDY}`);
  });

  test('a context that it does not have, and none', () => {
    const text = (current: object): string => JSON.stringify({ ...BARE, ...current });
    const other = write('other', text({ 'current-context': 'other' }));
    expect(asSaid(other)).toContain(': its current-context "other" is none of its contexts (main); ');
    for (const none of [text({}), 'only words'])
      expect(asSaid(write('none', none))).toContain(': it has no current-context; ');
  });

  test.each<[string, Parts]>([
    ['certificate-authority', { cluster: { 'certificate-authority': 'gone.pem' } }],
    ['client-certificate', { user: { 'client-certificate': 'gone.pem' } }],
    ['client-key', { user: { 'client-key': 'gone.pem' } }],
  ])('%s: a file that it names', (_, parts) => {
    const path = kubeconfig('names', parts);
    expect(asSaid(path)).toBe(
      `--kubeconfig ${path}, which names ${join(dir, 'gone.pem')}: there is no such file; ${REMEDY}`,
    );
    write('gone.pem', 'here now');
    expect(serverOf(kubeConfigOf(path))).toBe(server('names'));
  });
});

const BARE = {
  clusters: [{ name: 'prod', cluster: { server: server('bare') } }],
  users: [{ name: 'ops', user: {} }],
  contexts: [{ name: 'main', context: { cluster: 'prod', user: 'ops' } }],
};

test.each([
  ['blue', 'blue'],
  ['', 'default'],
  [undefined, 'default'],
])('the namespace of a context that says %j is %s', (namespace, own) => {
  expect(ownNamespace(kubeConfigOf(kubeconfig('spaces', { context: { namespace } })))).toBe(own);
});

test('acting as somebody else is asked for in every request, with the same credentials', async () => {
  const config = kubeConfigOf(kubeconfig('acting'));
  expect(actingAs(config, undefined)).toBe(config);
  const other = actingAs(config, 'jane');
  const headersOf = async (of: KubeConfig): Promise<object | undefined> => {
    const options: { headers?: Record<string, string> } = {};
    await of.applyToHTTPSOptions(options);
    return options.headers;
  };
  expect(await headersOf(other)).toEqual({ Authorization: 'Bearer secret', 'Impersonate-User': 'jane' });
  expect(await headersOf(config)).toEqual({ Authorization: 'Bearer secret' });
  expect(serverOf(other)).toBe(server('acting'));
});
