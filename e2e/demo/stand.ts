// Where the demo's steps stand: the stage, the show, and the few ways to act on both.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandResult } from '../harness/cluster.ts';
import { tools } from '../harness/machine.ts';
import { startProcess } from '../harness/process.ts';
import type { Stage } from '../harness/stage.ts';
import { curlArguments, type Visit, visit } from './curl.ts';
import { type Show, until } from './show.ts';

export interface Stand {
  readonly stage: Stage;
  readonly show: Show;
  /** Runs kubectl and shows it; arguments are separated by single spaces. */
  readonly kubectl: (line: string) => Promise<CommandResult>;
  /** The same without showing it; gives standard output. */
  readonly quietly: (line: string) => Promise<string>;
  /** Starts a kubectl command that watches, and waits for its first row; `end` waits until all rows that came have gone, then ends it, shows it and gives its output. */
  readonly watch: (line: string) => Promise<{ end(): Promise<string> }>;
  /** Waits until a visit of an Ingress's load balancer is answered as wanted, then shows that one and checks it. */
  readonly curl: (what: string, route: Route) => Promise<string>;
}

export interface Route {
  /** namespace/name of the Ingress whose load balancer is asked. */
  readonly ingress: string;
  readonly url: string;
  /** What the answer must contain. */
  readonly answer: string;
  /** Ask for status line and headers. */
  readonly head?: boolean;
}

/** Stands on a stage. */
export function standOn(stage: Stage, show: Show): Stand {
  const run = (line: string): Promise<CommandResult> => stage.cluster.kubectl(line.split(' '));
  const quietly = async (line: string): Promise<string> => (await run(line)).stdout;

  async function visitOf({ ingress, url, head = false }: Route): Promise<Visit> {
    const [namespace, name] = ingress.split('/');
    const dnsName = await quietly(
      `get lbb ${name} -n ${namespace} -o jsonpath={.status.loadBalancer.dnsName}`,
    );
    const { protocol, port, hostname } = new URL(url);
    const wanted = Number(port) || (protocol === 'https:' ? 443 : 80);
    const door = stage.aws.listenerAddress(dnsName, wanted) ?? { host: '127.0.0.1', port: 0 };
    return { url, door, head, ...(protocol === 'https:' ? { cacert: await trusted(stage, hostname) } : {}) };
  }

  return {
    stage,
    show,
    quietly,
    async kubectl(line) {
      const result = await run(line);
      show.command(`kubectl ${line}`, result.stderr + result.stdout);
      return result;
    },
    watch: (line) => watch(stage, show, line),
    async curl(what, route) {
      const one = await visitOf(route);
      const seen = await until(
        () => visit(one),
        (answer) => answer.includes(route.answer),
      );
      show.command(['curl', ...curlArguments(one)].join(' '), seen);
      show.check(what, seen.includes(route.answer), {
        expected: `an answer with ${route.answer}`,
        seen: seen.trimEnd(),
      });
      return seen;
    },
  };
}

async function watch({ cluster }: Stage, show: Show, line: string): Promise<{ end(): Promise<string> }> {
  const log = join(cluster.dir, 'watch.log');
  const { kubectl } = await tools();
  const env = { KUBECONFIG: cluster.kubeconfig };
  const child = await startProcess({ name: 'kubectl', command: kubectl, args: line.split(' '), env, log });
  const output = (): Promise<string> => readFile(log, 'utf8');
  await until(output, (text) => text !== '');
  return {
    async end() {
      await until(output, (text) => rows(text, 'ADDED') === rows(text, 'DELETED'));
      await child.stop(0);
      show.command(`kubectl ${line}`, await output());
      return output();
    },
  };
}

const rows = (text: string, event: string): number => text.split(`${event} `).length - 1;

/** Writes the account's certificate for a host to a file that curl can trust; gives its path. */
async function trusted({ account, cluster }: Stage, host: string): Promise<string> {
  const suffix = host.slice(host.indexOf('.'));
  const found = account.certificates.find(({ domain }) => domain === host || domain === `*${suffix}`);
  if (found === undefined) throw new Error(`the account has no certificate for ${host}`);
  const path = join(cluster.dir, `${found.domain.replace('*.', '')}.pem`);
  await writeFile(path, found.certPem);
  return path;
}
