// `make demo`: Albatross does its job on a real API server and a local AWS, every command and its real output shown.
// With ONCE=1 it ends after the last step, exit code 0 if every check held; else it stays up until Ctrl-C.
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, tools } from '../harness/machine.ts';
import { type Stage, setStage } from '../harness/stage.ts';
import { type Show, show } from './show.ts';
import { type Stand, standOn } from './stand.ts';
import { change, refuse, remove, restart, seconds, serve } from './steps.ts';

/** Steps 1 and 2: everything starts. */
async function start(shown: Show, begun: number): Promise<Stage> {
  shown.step(1, 'A Kubernetes API server, and an AWS account, both on this machine');
  const onStep = (step: string): void => {
    if (step.startsWith('Albatross:'))
      shown.step(2, 'Albatross moves in: two processes, each with the rights of its ServiceAccount');
    shown.say(`${seconds(begun).padStart(5)} s  ${step}`);
  };
  const stage = await setStage({ onStep });
  shown.say(`${seconds(begun).padStart(5)} s  up`);
  return stage;
}

async function lookAround({ kubectl, show }: Stand): Promise<void> {
  const { stdout } = await kubectl('get nodes,ingressclasses');
  show.check(
    'three nodes and a class are there',
    ['node-a', 'node-b', 'node-c', 'ingress.k8s.aws/alb'].every((name) => stdout.includes(name)),
    { expected: 'node-a, node-b, node-c, ingress.k8s.aws/alb', seen: stdout },
  );
  const as = '--as=system:serviceaccount:albatross-system:albatross';
  const may = await kubectl(`auth can-i patch loadbalancerbindings ${as}-webhook`);
  const mayNot = await kubectl(`auth can-i delete ingresses ${as}-controller`);
  show.check(
    'RBAC is on, and gives each process what it uses and no more',
    may.code === 0 && mayNot.code !== 0,
    { expected: 'yes, then no', seen: may.stdout + mayNot.stdout },
  );
}

/** Stays up for a person to play; tells of each listener that opens or closes. Never ends by itself. */
async function stay({ cluster, aws, logs }: Stage, shown: Show): Promise<never> {
  const { kubectl } = await tools();
  shown.say(`
It stays up until Ctrl-C. In another terminal, from this directory:

  export KUBECONFIG=${cluster.kubeconfig}
  export PATH="${dirname(kubectl)}:$PATH"
  kubectl apply -f e2e/demo/manifests/shop
  kubectl get lbb -A -w

Logs:          ${logs.webhook}
               ${logs.controller}
AWS endpoint:  ${aws.url}
Load balancers and where they listen are told here as they come and go:
`);
  let open = new Set<string>();
  for (;;) {
    const now = doors(aws);
    for (const door of now.difference(open)) shown.say(`open    ${door}`);
    for (const door of open.difference(now)) shown.say(`closed  ${door}`);
    open = now;
    await sleep(500);
  }
}

function doors(aws: Stage['aws']): Set<string> {
  const { loadBalancers } = aws.state();
  const all = [...loadBalancers.values()].flatMap(({ dnsName, listeners }) =>
    Object.keys(listeners).map((port) => {
      const door = aws.listenerAddress(dnsName, Number(port));
      return `${dnsName}:${port}  curl --connect-to ::${door?.host}:${door?.port} …`;
    }),
  );
  return new Set(all);
}

async function play(starting: Promise<Stage>, shown: Show): Promise<void> {
  const stand = standOn(await starting, shown);
  await lookAround(stand);
  for (const step of [refuse, serve, change, restart, remove]) {
    // What follows stands on what came before.
    if (shown.failures().length === 0) await step(stand);
  }
  const failed = shown.failures();
  shown.say(failed.length === 0 ? '\nEvery check held.' : `\n${failed.length} checks failed:`);
  for (const { what, expected, seen } of failed)
    shown.say(`✗ ${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (process.env.ONCE !== '1') await stay(await starting, shown);
}

/** Resolves at the first Ctrl-C; a second one ends the process there and then. */
function interruption(): Promise<'interrupted'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'));
  });
}

async function main(): Promise<void> {
  process.chdir(ROOT);
  let over = false;
  const shown = show((text) => void (over || process.stdout.write(text)));
  const interrupted = interruption();
  const starting = start(shown, Date.now());
  try {
    await Promise.race([play(starting, shown), interrupted]);
  } finally {
    shown.say('\nCleaning up.');
    // A step that was interrupted has nothing more to say.
    over = true;
    await (await starting).stop();
  }
  const held = shown.failures().length === 0;
  // Not left to the event loop: what was interrupted would go on for ever.
  process.exit(held ? 0 : 1);
}

main().catch((error: Error) => {
  process.stderr.write(`\ndemo: ${error.message}\n`);
  process.exit(1);
});
