// An AWS account on paper for whole passes: Elastic Load Balancing by the state machine, which refuses as AWS does, and as much
// of EC2 as security groups need. The SDK's clients are answered without HTTP.
import { ACMClient } from '@aws-sdk/client-acm';
import { EC2Client, type IpPermission, type SecurityGroup, type Tag } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { ShieldClient } from '@aws-sdk/client-shield';
import { WAFV2Client } from '@aws-sdk/client-wafv2';
import { failureOf } from '../../alb/failures/failure.ts';
import { CLUSTER } from '../../alb/laws/paper.ts';
import { CLUSTER_TAG } from '../../api/aws.ts';
import { type InMemory, inMemory } from '../../local-aws/elb/in-memory.ts';
import { isAction } from '../../local-aws/elb/perform.ts';
import { AwsRefusal, refuse } from '../../local-aws/elb/refusal.ts';
import type { Aws } from '../aws/client.ts';

export interface Account {
  readonly elb: InMemory;
  readonly aws: Aws;
  readonly securityGroups: ReadonlyMap<string, SecurityGroup>;
  /** Another client of the same account. */
  connect(hooks: Hooks): Aws;
  /** Web ACL by load balancer. */
  readonly webAcls: ReadonlyMap<string, string>;
  /** Load balancers that Shield protects. */
  readonly shielded: ReadonlySet<string>;
  /** Calls that are refused, whatever they ask for: the error's code by action. */
  readonly refusing: Map<string, string>;
}

/** What a client lives through around each call; what they throw is the answer. */
export interface Hooks {
  before(action: string): Promise<void>;
  after(action: string): void;
}

const NO_HOOKS: Hooks = { before: async () => undefined, after: () => undefined };

/** Refuses the actions that are in the map, by its codes, before anything else. */
const refusingBy = (refusing: ReadonlyMap<string, string>, { before, after }: Hooks): Hooks => ({
  async before(action) {
    const name = refusing.get(action);
    if (name !== undefined)
      throw failureOf(action, { name, message: 'not now', $metadata: { httpStatusCode: 400 } });
    await before(action);
  },
  after,
});

const first = { step: 'initialize', name: 'paper', priority: 'high' } as const;
const config = { region: 'us-west-2', credentials: { accessKeyId: 'paper', secretAccessKey: 'paper' } };
const VPC = 'vpc-1';
const PREFIX_LISTS: ReadonlySet<string> = new Set(['pl-1', 'pl-3']);

interface Filter {
  readonly Name?: string;
  readonly Values?: readonly string[];
}

/** What calls about security groups say, all of them together. */
interface Ec2Input {
  readonly GroupId?: string;
  readonly GroupIds?: readonly string[];
  readonly GroupName?: string;
  readonly Description?: string;
  readonly Filters?: readonly Filter[];
  readonly IpPermissions?: readonly IpPermission[];
  readonly Resources?: readonly string[];
  readonly Tags?: readonly Tag[];
  readonly TagSpecifications?: readonly { readonly Tags?: Tag[] }[];
}

class Ec2 {
  readonly groups = new Map<string, SecurityGroup>();
  readonly #elb: InMemory;
  #made = 0;

  constructor(elb: InMemory) {
    this.#elb = elb;
  }

  answer(action: string, input: Ec2Input): object {
    switch (action) {
      case 'DescribeSecurityGroups':
        return { SecurityGroups: [...this.groups.values()].filter((one) => this.#asked(one, input)) };
      case 'CreateSecurityGroup':
        return { GroupId: this.#create(input) };
      case 'AuthorizeSecurityGroupIngress':
        return this.#authorize(input);
      case 'RevokeSecurityGroupIngress':
        return this.#change(input.GroupId, ({ IpPermissions = [] }) => {
          const gone = (input.IpPermissions ?? []).map(textOf);
          return { IpPermissions: IpPermissions.filter((one) => !gone.includes(textOf(one))) };
        });
      case 'CreateTags':
        return this.#change(input.Resources?.[0], ({ Tags = [] }) => ({
          Tags: [
            ...Tags.filter(({ Key }) => !input.Tags?.some((one) => one.Key === Key)),
            ...(input.Tags ?? []),
          ],
        }));
      case 'DeleteTags':
        return this.#change(input.Resources?.[0], ({ Tags = [] }) => ({
          Tags: Tags.filter(({ Key }) => !input.Tags?.some((one) => one.Key === Key)),
        }));
      case 'DeleteSecurityGroup':
        return this.#remove(input.GroupId ?? '');
      default:
        throw new Error(`nobody answers ${action} on paper`);
    }
  }

  #remove(id: string): object {
    const used = [...this.#elb.state.loadBalancers.values()].some((one) => one.securityGroups.includes(id));
    if (used) refuse('DependencyViolation', `resource ${id} has a dependent object`);
    this.groups.delete(id);
    this.#elb.context.world.securityGroups.delete(id);
    return {};
  }

  #asked(one: SecurityGroup, { GroupIds, Filters = [] }: Ec2Input): boolean {
    if (GroupIds !== undefined && !GroupIds.includes(one.GroupId ?? '')) return false;
    return Filters.every(({ Name = '', Values = [] }) => {
      if (Name === 'vpc-id') return Values.includes(one.VpcId ?? '');
      if (Name === 'group-name') return Values.includes(one.GroupName ?? '');
      const key = Name.replace(/^tag:/, '');
      return one.Tags?.some((tag) => tag.Key === key && Values.includes(tag.Value ?? '')) ?? false;
    });
  }

  #create({ GroupName = '', Description = '', TagSpecifications = [] }: Ec2Input): string {
    if ([...this.groups.values()].some((one) => one.GroupName === GroupName))
      refuse('InvalidGroup.Duplicate', `${GroupName} exists`);
    this.#made += 1;
    const id = `sg-made${this.#made}`;
    const Tags = TagSpecifications.flatMap((one) => one.Tags ?? []);
    this.groups.set(id, { GroupId: id, GroupName, Description, VpcId: VPC, IpPermissions: [], Tags });
    this.#elb.context.world.securityGroups.set(id, { id, vpcId: VPC, name: GroupName });
    return id;
  }

  #authorize({ GroupId, IpPermissions: asked = [] }: Ec2Input): object {
    const list = asked.flatMap(({ PrefixListIds = [] }) => PrefixListIds)[0]?.PrefixListId;
    if (list !== undefined && !PREFIX_LISTS.has(list))
      refuse('InvalidPrefixListID.NotFound', `The prefix list ID '${list}' does not exist`);
    return this.#change(GroupId, ({ IpPermissions = [] }) => ({
      IpPermissions: [...IpPermissions, ...asked],
    }));
  }

  #change(id = '', change: (group: SecurityGroup) => Partial<SecurityGroup>): object {
    const group = this.groups.get(id);
    if (group === undefined) return refuse('InvalidGroup.NotFound', `${id} does not exist`);
    this.groups.set(id, { ...group, ...change(group) });
    return {};
  }
}

const textOf = (permission: IpPermission): string => JSON.stringify(permission);

/** Web ACLs: which load balancer has which. */
function protecting(behind: Map<string, string>, action: string, input: Record<string, string>): object {
  const { ResourceArn = '', WebACLArn = '' } = input;
  switch (action) {
    case 'AssociateWebACL':
      behind.set(ResourceArn, WebACLArn);
      return {};
    case 'DisassociateWebACL':
      behind.delete(ResourceArn);
      return {};
    case 'ListResourcesForWebACL':
      return { ResourceArns: [...behind].flatMap(([arn, acl]) => (acl === WebACLArn ? [arn] : [])) };
    case 'GetWebACLForResource': {
      const ARN = behind.get(ResourceArn);
      return ARN === undefined ? {} : { WebACL: { ARN } };
    }
    default:
      throw new Error(`nobody answers ${action} on paper`);
  }
}

/** Shield: which load balancers it protects, under our name. */
function shielding(shielded: Set<string>, action: string, input: Record<string, string>): object {
  const { ResourceArn = '', ProtectionId = '' } = input;
  switch (action) {
    case 'CreateProtection':
      shielded.add(ResourceArn);
      return { ProtectionId: ResourceArn };
    case 'DeleteProtection':
      shielded.delete(ProtectionId);
      return {};
    case 'DescribeProtection':
      if (!shielded.has(ResourceArn)) refuse('ResourceNotFoundException', ResourceArn);
      return {
        Protection: { Id: ResourceArn, ResourceArn, Name: 'managed by aws-load-balancer-controller' },
      };
    default:
      throw new Error(`nobody answers ${action} on paper`);
  }
}

/** Everything tagged as this cluster's, as tag search gives it. */
function mappings({ state }: InMemory): object[] {
  return [state.loadBalancers, state.targetGroups, state.listeners, state.rules]
    .flatMap((map): { arn: string; tags: Record<string, string> }[] => [...map.values()])
    .filter(({ tags }) => tags[CLUSTER_TAG] === CLUSTER.name)
    .map(({ arn, tags }) => ({
      ResourceARN: arn,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }));
}

/** What AWS refuses comes as the typed failure it is to the controller. */
function judged(action: string, answer: (action: string) => object): { response: object; output: object } {
  try {
    return { response: {}, output: { $metadata: {}, ...answer(action) } };
  } catch (thrown) {
    if (!(thrown instanceof AwsRefusal)) throw thrown;
    const { code, message, status } = thrown;
    throw failureOf(action, { name: code, message, $metadata: { httpStatusCode: status } });
  }
}

type Answering = (action: string, input: object) => object;

/** The middleware that answers instead of HTTP. */
const answering = (answer: Answering, { before, after }: Hooks) =>
  ((_next: unknown, { commandName = '' }: { readonly commandName?: string }) =>
    async ({ input }: { readonly input: object }) => {
      const action = commandName.replace(/Command$/, '');
      await before(action);
      const result = judged(action, () => answer(action, input));
      after(action);
      return result;
    }) as never;

/** A new account: the one of `paperWorld`. */
export function openAccount(): Account {
  const elb = inMemory();
  const groups = new Ec2(elb);
  const behind = new Map<string, string>();
  const shielded = new Set<string>();
  const refusing = new Map<string, string>();
  function connect(around: Hooks): Aws {
    const hooks = refusingBy(refusing, around);
    const elbv2 = new ElasticLoadBalancingV2Client(config);
    const ec2 = new EC2Client(config);
    const tagging = new ResourceGroupsTaggingAPIClient(config);
    const wafv2 = new WAFV2Client(config);
    const shield = new ShieldClient(config);
    const load: Answering = (action, input) => {
      if (!isAction(action)) throw new Error(`nobody answers ${action} on paper`);
      // What is undefined is not sent.
      return elb.call(action, JSON.parse(JSON.stringify(input)));
    };
    const protect: Answering = (action, input) =>
      protecting(behind, action, { ...input } as Record<string, string>);
    elbv2.middlewareStack.add(answering(load, hooks), first);
    const inRole = new ElasticLoadBalancingV2Client(config);
    const assumed = {
      ...hooks,
      before: (action: string) => hooks.before('AssumeRole').then(() => hooks.before(action)),
    };
    inRole.middlewareStack.add(answering(load, assumed), first);
    ec2.middlewareStack.add(
      answering((action, input) => groups.answer(action, input), hooks),
      first,
    );
    tagging.middlewareStack.add(
      answering(() => ({ ResourceTagMappingList: mappings(elb) }), hooks),
      first,
    );
    wafv2.middlewareStack.add(answering(protect, hooks), first);
    shield.middlewareStack.add(
      answering(
        (action, input) => shielding(shielded, action, { ...input } as Record<string, string>),
        hooks,
      ),
      first,
    );
    return {
      ...{ clusterName: CLUSTER.name, vpcId: VPC, elbv2, ec2, tagging, wafv2, shield },
      // Nobody on paper asks this one.
      acm: new ACMClient(config),
      // Every role is one of this account.
      assuming: () => ({ elbv2: inRole }),
      clientSecret: (hash) => `secret of ${hash}`,
      counts: new Map(),
      close: () => undefined,
    };
  }
  const aws = connect(NO_HOOKS);
  return { elb, aws, securityGroups: groups.groups, connect, webAcls: behind, shielded, refusing };
}
