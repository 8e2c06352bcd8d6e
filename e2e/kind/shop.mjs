// The program of the image `shop:1`: what e2e/harness/podserver.ts plays without a cluster, in a container. It answers with who
// it is and what it saw of the request; `/status/NNN` with that status; and 503 for WARM_UP_MS after its start.
import { createServer } from 'node:http';
import { hostname } from 'node:os';

const warmAt = performance.now() + Number(process.env.WARM_UP_MS ?? 0);
// A Deployment's pod: NAME-TEMPLATE-RANDOM.
const pod = hostname();
const identity = { pod, app: pod.split('-').slice(0, -2).join('-') };

const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    const asked = /^\/status\/([2-5]\d\d)\b/.exec(request.url ?? '')?.[1] ?? '200';
    response.writeHead(performance.now() < warmAt ? 503 : Number(asked), {
      'content-type': 'application/json',
    });
    const { method, url: path, headers } = request;
    const told = Object.entries(headers).filter(([name]) => name.startsWith('x-') || name === 'cookie');
    const seen = { method, path, host: headers.host, headers: Object.fromEntries(told) };
    response.end(`${JSON.stringify({ ...identity, port: 8080, ...seen })}\n`);
  });
});
// Longer than the 60 seconds that a load balancer keeps an idle connection, so that the target never closes first.
server.keepAliveTimeout = 75_000;
server.listen(8080);
process.once('SIGTERM', () => server.close(() => process.exit(0)));
