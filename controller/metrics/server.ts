// Plain HTTP for probes and metrics.
import { createServer, type Server } from 'node:http';
import { notListening } from '../../api/problems/unmet-need.ts';

export interface MetricsAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Serves fixed paths on one port, of one address or of all; resolves when it listens. Without a port nothing is served. `flag` names it to people.
 * @throws Unmet when the port is not to be had.
 */
export async function serve(
  flag: string,
  { port, host }: { readonly port: number | undefined; readonly host: string | undefined },
  paths: Readonly<Record<string, () => Promise<MetricsAnswer>>>,
): Promise<Server | undefined> {
  if (port === undefined) return undefined;
  const server = createServer((request, response) => {
    const path = Object.hasOwn(paths, request.url ?? '') ? paths[request.url ?? ''] : undefined;
    const made = path === undefined ? Promise.resolve({ status: 404, body: 'not found' }) : path();
    made.then(
      ({ status, body }) =>
        response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4' }).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve, reject) =>
    server
      .once('error', (thrown) => reject(notListening(`${flag} ${port}`, thrown)))
      .listen(port, host, resolve),
  );
  return server;
}
