// Steps 3 to 7 of the demo, each shown as it is done and checked.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCurl } from './curl.ts';
import { leftovers } from './leftovers.ts';
import { until } from './show.ts';
import type { Stand } from './stand.ts';

const MANIFESTS = 'e2e/demo/manifests';

/** A bad Ingress: refused, and every mistake named. */
export async function refuse({ kubectl, quietly, show }: Stand): Promise<void> {
  show.step(3, 'A bad Ingress: refused at once, with every mistake named');
  const { code, stderr } = await kubectl(`apply -f ${MANIFESTS}/bad.yaml`);
  show.check('it is refused', code !== 0, { expected: 'an exit code other than 0', seen: String(code) });
  const named = ['scheme', 'healthcheck-interval-seconds', 'listen-ports'];
  for (const name of named) {
    const annotation = `alb.ingress.kubernetes.io/${name}`;
    show.check(`${name} is named`, stderr.includes(annotation), { expected: annotation, seen: stderr });
  }
  const meant = 'Did you mean "internet-facing"?';
  show.check('the likely intent is named', stderr.includes(meant), { expected: meant, seen: stderr });
  const stored = await quietly('get ingress,lbb -A');
  show.check('nothing of it is stored', stored === '', {
    expected: 'no Ingress and no binding',
    seen: stored,
  });
}

/** The shop: four Ingresses, three load balancers. */
export async function serve(stand: Stand): Promise<void> {
  const { kubectl, quietly, show } = stand;
  show.step(4, 'A shop of two teams: instance mode, ip mode, and a group of two namespaces with HTTPS');
  show.say(
    'Its pods are played by small HTTP servers on this machine that answer with what they saw of a request.',
  );
  await kubectl(`apply -f ${MANIFESTS}/shop`);
  const wait = await kubectl('wait --for=condition=Programmed lbb --all -A --timeout=180s');
  show.check('four bindings are programmed', wait.stdout.split('condition met').length === 5, {
    expected: 'condition met, four times',
    seen: wait.stdout + wait.stderr,
  });
  await until(
    () => quietly('get lbb -A --no-headers'),
    (rows) => rows.trim().split('\n').every(isReady),
  );
  const { stdout: bindings } = await kubectl('get lbb -A');
  const rows = bindings.trim().split('\n').slice(1);
  show.check(
    'every binding is Ready, with all its targets healthy',
    rows.length === 4 && rows.every(isReady),
    { expected: 'four rows that say Ready and n/n', seen: bindings },
  );
  const { stdout: ingresses } = await kubectl('get ingress -A');
  const addresses = ingresses.match(/\S+\.elb\.amazonaws\.com/g) ?? [];
  show.check('four Ingresses have three addresses', addresses.length === 4 && new Set(addresses).size === 3, {
    expected: 'four addresses, two of them equal',
    seen: addresses.join(', '),
  });
  show.say('\nNow through the load balancers, which listen on local ports: --connect-to leads curl there.');
  if (!(await hasCurl())) show.say('curl is not installed: an HTTP client of the demo stands in for it.');
  await stand.curl('instance mode answers', {
    ingress: 'shop/storefront',
    url: 'http://shop.example.com/',
    answer: '"app":"storefront"',
  });
  await stand.curl('ip mode answers', {
    ingress: 'shop/catalog',
    url: 'http://catalog.internal/catalog',
    answer: '"app":"catalog"',
  });
  await stand.curl('HTTP is redirected to HTTPS', {
    ingress: 'shop/checkout',
    url: 'http://www.example.org/checkout',
    head: true,
    answer: 'https://www.example.org:443/checkout',
  });
  await stand.curl('HTTPS leads to the first member of the group', {
    ingress: 'shop/checkout',
    url: 'https://www.example.org/checkout',
    answer: '"app":"checkout"',
  });
  await stand.curl('and to the other one, of another namespace', {
    ingress: 'blog/articles',
    url: 'https://www.example.org/blog',
    answer: '"app":"articles"',
  });
}

/** A row of `kubectl get lbb` that says Ready and has all its targets, at least one, healthy. */
function isReady(row: string): boolean {
  const [, healthy, total] = /\bReady\b.*\s(\d+)\/(\d+)\s/.exec(row) ?? [];
  return healthy !== undefined && healthy === total && healthy !== '0';
}

/** A path moves, a Deployment grows: the next visits show it. */
export async function change(stand: Stand): Promise<void> {
  const { kubectl, quietly, show } = stand;
  show.step(5, 'A path moves, a Deployment grows');
  await kubectl(`apply -f ${MANIFESTS}/moved.yaml`);
  const catalog = { ingress: 'shop/catalog', answer: '"app":"catalog"' };
  await stand.curl('the new path answers', { ...catalog, url: 'http://catalog.internal/products' });
  await stand.curl('the old one does not', {
    ...catalog,
    url: 'http://catalog.internal/catalog',
    head: true,
    answer: '404 Not Found',
  });
  await kubectl('scale deployment catalog -n shop --replicas=3');
  await kubectl('wait --for=jsonpath={.status.targets}=3/3 lbb/catalog -n shop --timeout=180s');
  const pods = (await quietly('get pods -n shop -l app=catalog -o name'))
    .trim()
    .split('\n')
    .map((name) => name.replace('pod/', ''));
  for (const pod of pods) {
    await stand.curl(`${pod} is reached`, {
      ...catalog,
      url: 'http://catalog.internal/products',
      answer: `"pod":"${pod}"`,
    });
  }
}

/** Kill -9 and a new start: traffic goes on, and nothing is written in AWS. */
export async function restart(stand: Stand): Promise<void> {
  const { stage, show } = stand;
  show.step(6, 'The controller is killed and started again: no AWS write happens');
  stage.aws.resetCalls();
  const { pid, log, exited } = stage.controller();
  show.command(`kill -9 ${pid}`, '');
  stage.controller().kill('SIGKILL');
  await exited;
  await stand.curl('without a controller the load balancers serve on', {
    ingress: 'shop/storefront',
    url: 'http://shop.example.com/',
    answer: '"app":"storefront"',
  });
  const starts = timesSynced(log);
  const begun = Date.now();
  await stage.startController();
  const synced = await until(async () => timesSynced(log) > starts, Boolean);
  show.check(`a new controller has read the cluster and AWS after ${seconds(begun)} s`, synced, {
    expected: 'the line "synced" in its log',
    seen: stage.controller().lastLines(5),
  });
  await quiet(() => total(stage));
  const calls = stage.aws
    .calls()
    .map(
      ({ action, count, mutating }) =>
        `  ${String(count).padStart(4)}  ${action}${mutating ? '  (a write)' : ''}`,
    );
  show.say(`AWS calls since then:\n${calls.join('\n')}`);
  const writes = stage.aws.calls().filter(({ mutating }) => mutating);
  show.check('no AWS write happened', writes.length === 0, {
    expected: 'reads only',
    seen: writes.map(({ action, count }) => `${count} ${action}`).join(', '),
  });
}

const total = ({ aws }: Stand['stage']): number => aws.calls().reduce((sum, { count }) => sum + count, 0);
const timesSynced = (log: string): number => readFileSync(log, 'utf8').split('"msg":"synced"').length - 1;
export const seconds = (since: number): string => ((Date.now() - since) / 1000).toFixed(1);

/** Waits until a number has not changed for two seconds. */
async function quiet(count: () => number): Promise<void> {
  let before = -1;
  for (let round = 0; round < 15 && before !== count(); round += 1) {
    before = count();
    await sleep(2_000);
  }
}

/** Everything is deleted: bindings go through Deleting, and nothing is left in AWS or in the cluster. */
export async function remove(stand: Stand): Promise<void> {
  const { kubectl, quietly, show, stage } = stand;
  show.step(7, 'Everything is deleted, and nothing is left behind');
  const watching = await stand.watch('get lbb -A --watch --output-watch-events');
  const begun = Date.now();
  await kubectl(`delete -f ${MANIFESTS}/shop/ingresses.yaml`);
  const took = Date.now() - begun;
  show.check(
    `kubectl delete returned after ${seconds(begun)} s: no finalizer on an Ingress holds it up`,
    took < 5_000,
    { expected: 'less than 5 s', seen: `${took} ms` },
  );
  await quietly('wait --for=delete lbb --all -A --timeout=180s');
  const rows = await watching.end();
  const gone = rows.match(/^DELETED .*$/gm) ?? [];
  show.check('all bindings are gone', gone.length === 4, {
    expected: 'DELETED, four times',
    seen: gone.join('\n'),
  });
  const deleting = gone.filter((row) => row.includes(' Deleting '));
  show.check('they were Deleting while AWS was being cleaned', deleting.length > 0, {
    expected: 'rows with DELETED and Deleting',
    seen: gone.join('\n'),
  });
  await kubectl(`delete -f ${MANIFESTS}/shop/apps.yaml`);
  const left = await quietly('get ingress,lbb,pods -A -o name');
  show.check('nothing is left in the cluster', left === '', {
    expected: 'no Ingress, binding or Pod',
    seen: left,
  });
  const remains = await until(
    () => leftovers(stage),
    (things) => things.length === 0,
  );
  show.check(
    'nothing is left in AWS: no load balancer, target group, security group or rule on the nodes',
    remains.length === 0,
    { expected: 'nothing', seen: remains.join(', ') },
  );
}
