// WebSocket and other upgrades: the rules choose the target, then bytes pass both ways (ALB User Guide: Listeners, WebSockets).
import { type IncomingMessage, ServerResponse } from 'node:http';
import { connect as connectPlain, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectSecure } from 'node:tls';
import type { ListenerRecord } from '../elb/state.ts';
import { answer } from './answer.ts';
import type { ForwardedRequest } from './forward.ts';
import type { DataPlaneContext } from './plane.ts';
import { fail } from './replies.ts';

/** Answers a request to upgrade: by a tunnel to the target, or as any other request when it is not forwarded. */
export function upgrade(
  plane: DataPlaneContext,
  listener: ListenerRecord,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.end());
  const settings = plane.settings.ofListener(listener);
  answer(plane, { listener, settings, response }, request, (passage) => {
    const out = connectTo(passage, () => {
      response.detachSocket(socket);
      out.write(requestHead(passage, request));
      out.write(head);
      join(socket, out, passage.idleMs);
    });
    out.once('error', () => fail(passage.exchange, 502));
    // The target's connection ends with the client's.
    socket.once('close', () => out.destroy());
    socket.on('error', () => out.destroy());
  });
}

function connectTo({ address, destination }: ForwardedRequest, ready: () => void): Socket {
  return destination.group.protocol === 'HTTPS'
    ? connectSecure({ ...address, rejectUnauthorized: false }, ready)
    : connectPlain(address, ready);
}

function requestHead({ headers, path }: ForwardedRequest, request: IncomingMessage): string {
  const all = { ...headers, connection: 'Upgrade', upgrade: request.headers.upgrade };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => `${name}: ${one}\r\n`),
  );
  return `${request.method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Both ways until one end closes, or nothing passes for the idle timeout. */
function join(socket: Socket, out: Socket, idleMs: number): void {
  const end = (other: Duplex) => () => other.destroy();
  socket.pipe(out).pipe(socket);
  out.on('error', end(socket)).once('close', end(socket));
  out.setTimeout(idleMs, end(out));
}
