// What a load balancer answers itself, and its error pages (Troubleshoot your Application Load Balancers).
import type { ListenerRecord } from '../elb/state.ts';
import type { ClientResponse } from './client.ts';
import type { ListenerSettings } from './settings.ts';

/** Who is asked and how the answer goes out. */
export interface Exchange {
  readonly listener: ListenerRecord;
  readonly settings: ListenerSettings;
  readonly response: ClientResponse;
}

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Authorization Required',
  405: 'Not Allowed',
  408: 'Request Time-out',
  414: 'Request-URI Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
  505: 'HTTP Version Not Supported',
  561: 'Unauthorized',
};

/** The body of an error; statuses that are AWS's own (463, 464) come without one. */
export function errorPage(status: number, because = ''): string {
  const reason = REASONS[status];
  if (reason === undefined) return '';
  const title = `${status} ${reason}`;
  const said = because === '' ? '' : `<p>${because}</p>\r\n`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n${said}</body>\r\n</html>\r\n`;
}

/** Answers as the load balancer itself. */
export function reply(
  { settings, response }: Exchange,
  status: number,
  headers: Record<string, string>,
  body: string,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    ...(settings.serverHeader ? { server: 'awselb/2.0' } : {}),
    ...settings.responseHeaders,
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

/**
 * The load balancer's own error page. A gRPC client gets it too, and maps the status by itself: no document says that the
 * load balancer would write a grpc-status.
 */
export function fail(exchange: Exchange, status: number, because = ''): void {
  reply(exchange, status, { 'content-type': 'text/html' }, errorPage(status, because));
}

/** The answer to what could not be read as a request, by the code of Node's parser. */
export function unreadable(code: string | undefined): string {
  const status = { HPE_INVALID_VERSION: 505, ERR_HTTP_REQUEST_TIMEOUT: 408 }[code ?? ''] ?? 400;
  const body = errorPage(status);
  return `HTTP/1.1 ${status} ${REASONS[status]}\r\nServer: awselb/2.0\r\nContent-Type: text/html\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
}
