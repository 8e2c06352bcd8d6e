// Where the demo's steps stand: the stage, the show, and the few ways to act on both.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandResult } from '../harness/cluster.ts';
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
    const door = stage.aws.frontDoor(dnsName, wanted) ?? { host: '127.0.0.1', port: 0 };
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

/** Writes the account's certificate for a host to a file that curl can trust; gives its path. */
async function trusted({ account, cluster }: Stage, host: string): Promise<string> {
  const suffix = host.slice(host.indexOf('.'));
  const found = account.certificates.find(({ domain }) => domain === host || domain === `*${suffix}`);
  if (found === undefined) throw new Error(`the account has no certificate for ${host}`);
  const path = join(cluster.dir, `${found.domain.replace('*.', '')}.pem`);
  await writeFile(path, found.certPem);
  return path;
}
