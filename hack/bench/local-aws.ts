// Speed of the local AWS itself: 1,000 load balancers with a target group, a listener and two rules each, made and read
// through HTTP by the AWS SDK, with the client in a process of its own. AWS calls are counted by action.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { seedAccount } from '../../local-aws/account/seed.ts';
import { type CallCount, startLocalAws } from '../../local-aws/local-aws.ts';
import { startMoto } from '../../local-aws/moto/moto-process.ts';
import { table } from './table.ts';

const BALANCERS = 1_000;
/** Calls that are under way at once. */
const AT_ONCE = 8;

interface Ready {
  readonly url: string;
  readonly region: string;
  readonly vpcId: string;
  readonly subnets: readonly string[];
}

/** Plays AWS; answers each message with the CPU seconds that it has used and the calls that it got. */
async function playAws(): Promise<void> {
  const moto = await startMoto();
  const plenty = BALANCERS * 2;
  const aws = await startLocalAws({
    motoUrl: moto.url,
    limits: { 'application-load-balancers': plenty, 'target-groups': plenty },
  });
  const { region, vpcId, subnets } = await seedAccount(aws.url);
  const open = subnets.filter((subnet) => subnet.public).map(({ id }) => id);
  process.send?.({ url: aws.url, region, vpcId, subnets: open } satisfies Ready);
  process.on('message', (what) => {
    if (what === 'end') void Promise.all([aws.close(), moto.close()]).then(() => process.exit(0));
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: (user + system) / 1e6, calls: aws.calls() });
    aws.resetCalls();
  });
}

interface Used {
  readonly cpu: number;
  readonly calls: readonly CallCount[];
}

async function usedBy(aws: ChildProcess): Promise<Used> {
  const answer = once(aws, 'message');
  aws.send('used');
  const [used] = (await answer) as [Used];
  return used;
}

async function makeOne(
  client: elb.ElasticLoadBalancingV2,
  { subnets, vpcId }: Ready,
  n: number,
): Promise<void> {
  const made = await client.createLoadBalancer({ Name: `bench-${n}`, Subnets: [...subnets] });
  const LoadBalancerArn = made.LoadBalancers?.[0]?.LoadBalancerArn;
  const { TargetGroups } = await client.createTargetGroup({
    Name: `bench-${n}`,
    Protocol: 'HTTP',
    Port: 80,
    VpcId: vpcId,
    TargetType: 'ip',
  });
  const actions: elb.Action[] = [{ Type: 'forward', TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn }];
  const { Listeners } = await client.createListener({
    LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: actions,
  });
  for (const Priority of [1, 2])
    await client.createRule({
      ListenerArn: Listeners?.[0]?.ListenerArn,
      Priority,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: [`/${Priority}`] } }],
      Actions: actions,
    });
}

async function makeAll(client: elb.ElasticLoadBalancingV2, ready: Ready): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < BALANCERS) await makeOne(client, ready, next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function readAll(client: elb.ElasticLoadBalancingV2): Promise<void> {
  let found = 0;
  for await (const page of elb.paginateDescribeLoadBalancers({ client }, {}))
    found += page.LoadBalancers?.length ?? 0;
  if (found !== BALANCERS) throw new Error(`${found} load balancers were described, not ${BALANCERS}`);
}

async function main(): Promise<void> {
  const aws = fork(fileURLToPath(import.meta.url), ['aws']);
  const [ready] = (await once(aws, 'message')) as [Ready];
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new elb.ElasticLoadBalancingV2({ endpoint: ready.url, region: ready.region, credentials });
  const rows = [['what', 'budget', 'here', 'CPU of AWS', 'calls']];
  const measure = async (what: string, budget: string, act: () => Promise<void>) => {
    const before = await usedBy(aws);
    const begun = performance.now();
    await act();
    const seconds = (performance.now() - begun) / 1000;
    const { cpu, calls } = await usedBy(aws);
    const counted = calls.map(({ count, action }) => `${count} ${action}`).join(', ');
    rows.push([what, budget, `${seconds.toFixed(2)} s`, `${(cpu - before.cpu).toFixed(2)} s`, counted]);
  };
  try {
    await measure(`${BALANCERS} load balancers with all that is theirs`, '≤ 20 s', () =>
      makeAll(client, ready),
    );
    await measure('all of them described', '≤ 1 s', () => readAll(client));
  } finally {
    aws.send('end');
    await once(aws, 'exit');
  }
  process.stdout.write(table(rows));
}

(process.argv[2] === 'aws' ? playAws() : main()).catch((error: Error) => {
  process.stderr.write(`bench: ${error.message}\n`);
  process.exit(1);
});
