// What a Service is to a Deployment: a port that gives each connection to the next of several others.
import { connect, createServer } from 'node:net';

export interface Splitter {
  close(): void;
}

/** Listens on `port` of 127.0.0.1 and gives connections to `ports` in turn; one that does not answer is left out. */
export async function splitTo(port: number, ports: readonly number[]): Promise<Splitter> {
  let turn = 0;
  const server = createServer((client) => {
    const attempt = (left: number): void => {
      turn += 1;
      const target = connect({ host: '127.0.0.1', port: ports[turn % ports.length] ?? port });
      let connected = false;
      target.once('connect', () => {
        connected = true;
        client.pipe(target).pipe(client);
      });
      target.on('error', () => (connected || left === 0 ? client.destroy() : attempt(left - 1)));
      client.once('close', () => target.destroy());
    };
    client.on('error', () => client.destroy());
    attempt(ports.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { close: () => server.close() };
}
