// A visitor of the load balancers: curl where it is installed, else Node's own client that answers in curl's words.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { runCommand } from '../harness/cluster.ts';

export interface Visit {
  readonly url: string;
  /** Where the listener really listens; host names of load balancers lead nowhere on a laptop. */
  readonly door: { readonly host: string; readonly port: number };
  /** PEM file of the only certificate to trust. */
  readonly cacert?: string;
  /** Show the status line and headers too. */
  readonly head?: boolean;
}

/** The curl arguments of a visit; `--connect-to ::HOST:PORT` goes there and leaves URL and Host header as they are. */
export function curlArguments({ url, door, cacert, head }: Visit): string[] {
  const trust = cacert === undefined ? [] : ['--cacert', cacert];
  return [head === true ? '-si' : '-s', ...trust, '--connect-to', `::${door.host}:${door.port}`, url];
}

/** What curl prints; when nothing answers, a sentence that says so. */
export async function visit(one: Visit): Promise<string> {
  const asked = (await hasCurl()) ? runCommand('curl', curlArguments(one)) : byNode(one);
  const { code, stdout } = await asked;
  return code === 0 ? stdout.replaceAll('\r\n', '\n') : `curl: (${code}) no answer from ${one.url}`;
}

let found: Promise<boolean> | undefined;

/** Whether the machine has curl. */
export function hasCurl(): Promise<boolean> {
  found ??= runCommand('curl', ['--version']).then(
    ({ code }) => code === 0,
    () => false,
  );
  return found;
}

function byNode({ url, door, cacert, head }: Visit): Promise<{ code: number; stdout: string }> {
  const { protocol, hostname, host, pathname, search } = new URL(url);
  const options = { ...door, path: `${pathname}${search}`, headers: { host, accept: '*/*' }, agent: false };
  return new Promise((resolve) => {
    const asked = (answer: http.IncomingMessage): void => {
      const { httpVersion, statusCode, statusMessage, rawHeaders } = answer;
      const lines = [`HTTP/${httpVersion} ${statusCode} ${statusMessage}`];
      for (let at = 0; at < rawHeaders.length; at += 2)
        lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
      text(answer).then(
        (body) => resolve({ code: 0, stdout: head === true ? `${lines.join('\n')}\n\n${body}` : body }),
        () => resolve({ code: 56, stdout: '' }),
      );
    };
    const request =
      protocol === 'https:'
        ? https.get(
            {
              ...options,
              servername: hostname,
              ...(cacert === undefined ? {} : { ca: readFileSync(cacert) }),
            },
            asked,
          )
        : http.get(options, asked);
    request.on('error', () => resolve({ code: 7, stdout: '' }));
  });
}
