// Histories replay to the state they came from.
import { expect, test } from 'vitest';
import { inMemory } from '../elb/in-memory.ts';
import { type JournalEntry, readLine, replay, writeLine } from './entries.ts';

const shop = () => {
  const memory = inMemory();
  const entries: JournalEntry[] = [{ kind: 'world', world: memory.context.world }];
  const call: typeof memory.call = (action, input) => {
    memory.context.now += 1000;
    const output = memory.call(action, input);
    entries.push({ kind: 'call', at: memory.context.now, action, input });
    return output;
  };
  const lb = call('CreateLoadBalancer', { Name: 'shop', Subnets: ['subnet-a', 'subnet-b'] });
  const group = call('CreateTargetGroup', {
    Name: 'web',
    Protocol: 'HTTP',
    Port: 80,
    VpcId: 'vpc-1',
    TargetType: 'ip',
  });
  const TargetGroupArn = group.TargetGroups?.[0]?.TargetGroupArn ?? '';
  call('CreateListener', {
    LoadBalancerArn: lb.LoadBalancers?.[0]?.LoadBalancerArn,
    Port: 80,
    Protocol: 'HTTP',
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  call('RegisterTargets', { TargetGroupArn, Targets: [{ Id: '10.0.0.9' }, { Id: '10.0.1.9' }] });
  call('DeregisterTargets', { TargetGroupArn, Targets: [{ Id: '10.0.1.9' }] });
  return { memory, entries, TargetGroupArn };
};

const through = (entries: readonly JournalEntry[]) =>
  entries.map((entry) => readLine(writeLine(entry).trimEnd()) as JournalEntry);

test('calls, the account and times give the same state', () => {
  const { memory, entries } = shop();
  expect(replay(through(entries), memory.context).state).toEqual(memory.state);
  expect(memory.state.targetGroups.size).toBe(1);
});

test('a snapshot stands for what came before it', () => {
  const { memory, entries } = shop();
  const first = replay(entries.slice(0, 4), memory.context);
  const rest = entries.slice(4);
  const [world] = entries;
  const history = [
    { kind: 'snapshot', ...first, settings: memory.context } satisfies JournalEntry,
    world as JournalEntry,
    ...rest,
  ];
  expect(replay(through(history), memory.context).state).toEqual(memory.state);
});

test('a history repeats with the settings it had', () => {
  const { memory, entries } = shop();
  const empty = replay([], memory.context);
  const settings = { ...memory.context, provisioningMs: 5000 };
  const history = [{ kind: 'snapshot', ...empty, settings } satisfies JournalEntry, ...entries];
  const { state } = replay(through(history), memory.context);
  expect([...state.loadBalancers.values()].map((lb) => lb.activeAt - lb.createdAt)).toEqual([5000]);
});

test('what a health check found is taken over', () => {
  const { memory, entries, TargetGroupArn } = shop();
  const found: JournalEntry = {
    kind: 'health',
    group: TargetGroupArn,
    target: '10.0.0.9:80',
    health: 'healthy',
  };
  const { state } = replay(through([...entries, found]), memory.context);
  const target = state.targetGroups.get(TargetGroupArn)?.targets['10.0.0.9:80'];
  expect(target).toMatchObject({ health: 'healthy' });
  expect(target).not.toHaveProperty('reason');
});

test('an entry that cannot be repeated is named', () => {
  const { memory, entries } = shop();
  const twice: JournalEntry = {
    kind: 'call',
    at: 0,
    action: 'DeleteLoadBalancer',
    input: { LoadBalancerArn: 1 },
  };
  expect(() => replay([...entries, twice], memory.context)).toThrow(/entry 7 \(DeleteLoadBalancer\)/);
});

test('protections are repeated with the facts they had', () => {
  const { memory } = shop();
  const facts = {
    now: 5,
    region: 'us-west-2',
    account: '123456789012',
    resourceExists: true,
    webAclExists: true,
    gone: [],
  };
  const entry: JournalEntry = {
    kind: 'protection',
    call: { service: 'shield', action: 'CreateSubscription', input: {} },
    facts,
  };
  expect(replay(through([entry]), memory.context).protections.subscribedAt).toBe(5);
});
