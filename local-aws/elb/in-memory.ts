// Elastic Load Balancing without HTTP, clock and moto: the state machine over an account on paper, for laws and tables.
import type { ActionName } from './model.ts';
import { type InputOf, isMutating, type OutputOf, perform } from './perform.ts';
import { AwsRefusal } from './refusal.ts';
import {
  type CallContext,
  DEFAULT_LIMITS,
  type ElbState,
  emptyState,
  emptyWorld,
  type World,
} from './state.ts';

export interface InMemory {
  readonly state: ElbState;
  /** Its `now` changes only when somebody sets it. */
  readonly context: CallContext;
  /** How many mutating calls were made, refused ones too. */
  readonly mutations: () => number;
  /**
   * One call, with input and output as in the AWS SDK.
   * @throws AwsRefusal as AWS would refuse.
   */
  call<A extends ActionName>(action: A, input: InputOf<A>): OutputOf<A>;
}

/** A new, empty Elastic Load Balancing in us-west-2, in the account on paper unless another world is given. */
export function inMemory(world: World = paperWorld()): InMemory {
  const state = emptyState();
  let mutations = 0;
  const context: CallContext = {
    now: Date.UTC(2026, 0, 1),
    region: 'us-west-2',
    account: '123456789012',
    provisioningMs: 0,
    timeScale: 1,
    limits: { ...DEFAULT_LIMITS },
    world,
  };
  return {
    state,
    context,
    mutations: () => mutations,
    call: (action, input) => {
      if (isMutating(action)) mutations += 1;
      return perform(state, action, input, context) as OutputOf<typeof action>;
    },
  };
}

/**
 * The account on paper: `vpc-1` with subnets `subnet-a`, `-b`, `-c` (and `subnet-a2` in the same zone as the first,
 * `subnet-6a` and `-6b` with IPv6, `subnet-l1` and `-l2` in two Local Zones, `subnet-o1` and `-o2` on an Outpost), `vpc-2` with `subnet-x` and `-y`; security groups `sg-1` to `sg-6` and `sg-default` in the
 * first VPC, `sg-x` in the second; instances `i-1` and `i-2` (running, zones a and b), `i-3` (stopped), `i-4` (second
 * VPC); certificates ending in `/one`, `/two` and `/three`.
 */
export function paperWorld(): World {
  const world = emptyWorld();
  world.vpcs.set('vpc-1', { id: 'vpc-1', cidrs: ['10.0.0.0/16', 'fd00::/56'] });
  world.vpcs.set('vpc-2', { id: 'vpc-2', cidrs: ['10.1.0.0/16'] });
  const subnet = (id: string, vpcId: string, letter: string, cidr: string, ipv6 = false) =>
    world.subnets.set(id, { id, vpcId, zone: `us-west-2${letter}`, cidr, ipv6 });
  subnet('subnet-a', 'vpc-1', 'a', '10.0.0.0/24');
  subnet('subnet-b', 'vpc-1', 'b', '10.0.1.0/24');
  subnet('subnet-c', 'vpc-1', 'c', '10.0.2.0/24');
  subnet('subnet-a2', 'vpc-1', 'a', '10.0.3.0/24');
  subnet('subnet-6a', 'vpc-1', 'a', '10.0.4.0/24', true);
  subnet('subnet-6b', 'vpc-1', 'b', '10.0.5.0/24', true);
  world.subnets.set('subnet-l1', localSubnet('subnet-l1', 'us-west-2-lax-1a', '10.0.201.0/24'));
  world.subnets.set('subnet-l2', localSubnet('subnet-l2', 'us-west-2-lax-1b', '10.0.202.0/24'));
  for (const [id, third] of Object.entries({ 'subnet-o1': 203, 'subnet-o2': 204 }))
    world.subnets.set(id, {
      ...{ id, vpcId: 'vpc-1', zone: 'us-west-2a', cidr: `10.0.${third}.0/24`, ipv6: false },
      outpostArn: 'arn:aws:outposts:us-west-2:123456789012:outpost/op-0123456789abcdef0',
    });
  subnet('subnet-x', 'vpc-2', 'a', '10.1.0.0/24');
  subnet('subnet-y', 'vpc-2', 'b', '10.1.1.0/24');
  for (const n of [1, 2, 3, 4, 5, 6])
    world.securityGroups.set(`sg-${n}`, { id: `sg-${n}`, vpcId: 'vpc-1', name: `group ${n}` });
  world.securityGroups.set('sg-default', { id: 'sg-default', vpcId: 'vpc-1', name: 'default' });
  world.securityGroups.set('sg-x', { id: 'sg-x', vpcId: 'vpc-2', name: 'x' });
  const instance = (id: string, vpcId: string, letter: string, running: boolean) =>
    world.instances.set(id, { id, vpcId, zone: `us-west-2${letter}`, running });
  instance('i-1', 'vpc-1', 'a', true);
  instance('i-2', 'vpc-1', 'b', true);
  instance('i-3', 'vpc-1', 'c', false);
  instance('i-4', 'vpc-2', 'a', true);
  for (const name of ['one', 'two', 'three'])
    world.certificates.add(`arn:aws:acm:us-west-2:123456789012:certificate/${name}`);
  return world;
}

const localSubnet = (id: string, zone: string, cidr: string) => ({
  ...{ id, vpcId: 'vpc-1', zone, cidr, ipv6: false },
  zoneType: 'local-zone' as const,
});

/** The code that a call is refused with, or `accepted`. */
export function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AwsRefusal) return error.code;
    throw error;
  }
  return 'accepted';
}
