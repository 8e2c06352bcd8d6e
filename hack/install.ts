// Makes the machine ready for the demo and the tests: the Kubernetes parts and moto, each built once and shared by every
// clone. `make install` runs it after `npm ci`; when all is there it takes a moment and says nothing. With the argument `moto`
// it gets moto alone, which is all that the local AWS needs; with `helm` it gets Helm, which only `make chart` needs, beside the rest.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  helmPath,
  KUBERNETES_PARTS,
  type KubernetesPart,
  partPath,
  places,
  pythonPath,
  ROOT,
} from '../e2e/harness/machine.ts';
import { REQUIREMENTS } from '../local-aws/moto/moto-python.ts';

const TOOLS = join(ROOT, 'hack/tools');
const VERSION = 'v1.36.3';

const PACKAGES: Record<KubernetesPart, string> = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
};

/** `go build` leaves these to Kubernetes' own makefile; without them the parts say v0.0.0-master. */
const LINKER_FLAGS = [
  '-s -w',
  `-X k8s.io/component-base/version.gitVersion=${VERSION}`,
  '-X k8s.io/component-base/version.gitMajor=1',
  '-X k8s.io/component-base/version.gitMinor=36',
].join(' ');

/** Works in a draft directory beside `target`, so that an interrupted or a second install leaves no half of one. */
async function inDraft(target: string, work: (draft: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const draft = await mkdtemp(`${target}-draft-`);
  try {
    await work(draft);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function buildKubernetes(target: string, missing: readonly KubernetesPart[]): Promise<void> {
  const packages = missing.map((part) => PACKAGES[part]);
  const modules = progress('Go modules');
  const all = await run('go', ['list', '-deps', ...packages], { onError: modules.count });
  modules.done();
  const building = progress(`${missing.join(', ')} ${VERSION}`, all.length);
  await inDraft(target, async (draft) => {
    const flags = ['-v', '-ldflags', LINKER_FLAGS, '-o', `${draft}/`];
    await run('go', ['build', ...flags, ...packages], { onError: building.count });
    await mkdir(target, { recursive: true });
    for (const part of missing) {
      // Go names a binary after the last element of its path that is no version.
      await rename(join(draft, part === 'etcd' ? 'server' : part), join(target, part));
    }
  });
  building.done();
}

async function buildHelm(target: string): Promise<void> {
  const building = progress('Helm');
  await inDraft(target, async (draft) => {
    const flags = ['-C', 'helm', '-v', '-ldflags', '-s -w', '-o', `${draft}/`];
    await run('go', ['build', ...flags, 'helm.sh/helm/v4/cmd/helm'], { onError: building.count });
    await mkdir(target, { recursive: true });
    await rename(join(draft, 'helm'), join(target, 'helm'));
  });
  building.done();
}

async function installMoto(target: string): Promise<void> {
  const installing = progress('moto');
  await inDraft(target, async (draft) => {
    await run('python3', ['-m', 'venv', draft]);
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--progress-bar=off'];
    await run(join(draft, 'bin/python'), [...pip, '-r', REQUIREMENTS], {
      onOutput: installing.count,
    });
    // Only `bin/python` works after the move (`bin/pip` names the draft), and only it is used.
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  });
  installing.done();
}

interface Listeners {
  readonly onOutput?: (line: string) => void;
  readonly onError?: (line: string) => void;
}

/**
 * Runs a command in hack/tools and gives its lines of standard output.
 * @throws Error with its last lines when it fails.
 */
function run(
  command: string,
  args: readonly string[],
  { onOutput, onError }: Listeners = {},
): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: TOOLS, stdio: ['ignore', 'pipe', 'pipe'] });
    const lines: string[] = [];
    const complaints: string[] = [];
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      onOutput?.(line);
    });
    createInterface(child.stderr).on('line', (line) => {
      complaints.push(line);
      onError?.(line);
    });
    child.once('error', (error) => reject(new Error(`cannot start ${command}: ${error.message}`)));
    child.once('close', (code) => {
      if (code === 0) resolve(lines);
      else
        reject(
          new Error(`${command} ${args[0]} failed:\n${[...lines, ...complaints].slice(-30).join('\n')}`),
        );
    });
  });
}

/** One line for one step: rewritten in place on a terminal, repeated every ten seconds elsewhere. */
function progress(step: string, total?: number): { count: (line: string) => void; done: () => void } {
  const start = Date.now();
  const terminal = process.stdout.isTTY === true;
  let counted = 0;
  let latest = '';
  const line = (state: string) => {
    const seconds = Math.round((Date.now() - start) / 1000);
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    return `  ${time}  ${step}${state}`;
  };
  const show = () => {
    const of = total === undefined ? '' : ` of at most ${total} packages`;
    const text = line(counted === 0 ? ' ...' : ` ... ${counted}${of}${latest === '' ? '' : `, ${latest}`}`);
    process.stdout.write(
      terminal ? `\r\x1b[K${text.slice(0, (process.stdout.columns ?? 80) - 1)}` : `${text}\n`,
    );
  };
  const timer = setInterval(show, terminal ? 250 : 10_000);
  show();
  return {
    count: (text) => {
      counted += 1;
      latest = text.trim().slice(0, 70);
    },
    done: () => {
      clearInterval(timer);
      process.stdout.write(`${terminal ? '\r\x1b[K' : ''}${line(': done')}\n`);
    },
  };
}

async function main(): Promise<void> {
  const { kubernetes, moto, helm } = places();
  const wanted = process.argv[2] === 'moto' ? [] : KUBERNETES_PARTS;
  const missing = wanted.filter((part) => !existsSync(partPath(part)));
  if (missing.length > 0) {
    process.stdout.write(`Kubernetes into ${kubernetes} (once; minutes with an empty Go cache):\n`);
    await buildKubernetes(kubernetes, missing);
  }
  if (process.argv[2] === 'helm' && !existsSync(helmPath())) {
    process.stdout.write(`Helm into ${helm} (once; minutes with an empty Go cache):\n`);
    await buildHelm(helm);
  }
  if (!existsSync(pythonPath())) {
    process.stdout.write(`moto into ${moto} (once):\n`);
    await installMoto(moto);
  }
}

main().catch((error: Error) => {
  process.stderr.write(`\ninstall: ${error.message}\n`);
  process.exitCode = 1;
});
