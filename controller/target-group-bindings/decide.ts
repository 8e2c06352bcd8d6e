// What becomes of a TargetGroupBinding, from what it says and what AWS has. Pure.
import type { Backend } from '../../alb/desire/desiring.ts';
import type { Policy } from '../../alb/plan/policy.ts';
import { defined } from '../../api/defined.ts';
import type { TargetGroupBinding, TargetGroupBindingSpec } from '../../api/generated/target-group-binding.ts';
import { lacksTargets } from '../../api/ingress/references.ts';
import { keyOf, type Service } from '../../api/kube.ts';
import { type Problem, refusal } from '../../api/problems/problem.ts';
import { targetGroupArnOf } from '../../api/targetgroupbinding/arn.ts';
import { madeBy } from '../../api/targetgroupbinding/made-by.ts';
import { said } from '../../api/targetgroupbinding/problems.ts';
import type { AssumedRole } from '../aws/assumed-roles.ts';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import type { Serving } from '../targets/serving.ts';
import { admittedBy } from './networking.ts';
import type { TargetGroupFact } from './target-group.ts';

const GROUP = 'TargetGroupBinding ';

/** The group of its target group in the targets program; no group of Ingresses has a name with a space. */
export const groupOfKey = (key: string): string => `${GROUP}${key}`;

/** `namespace/name` of the TargetGroupBinding that a group stands for; undefined for a group of Ingresses. */
export const keyOfGroup = (group: string): string | undefined =>
  group.startsWith(GROUP) ? group.slice(GROUP.length) : undefined;

/** The one that was made first; of the same second, the first by name. */
function isOlder(one: TargetGroupBinding, other: TargetGroupBinding): boolean {
  const [a = '', b = ''] = [one.metadata.creationTimestamp, other.metadata.creationTimestamp];
  return a === b ? keyOf(one) < keyOf(other) : a < b;
}

/** What AWS is asked about an object for: asked again when this is another. */
export const saying = ({ metadata, spec }: TargetGroupBinding): string =>
  JSON.stringify([metadata.uid, spec]);

/** The target group as the object has it, once it was filled in; undefined while it was not. */
export function factIn(spec: TargetGroupBindingSpec | undefined): TargetGroupFact | undefined {
  const arn = said(spec?.targetGroupARN);
  if (spec === undefined || arn === undefined || spec.targetType === undefined) return undefined;
  return {
    arn,
    name: targetGroupArnOf(arn)?.name ?? '',
    targetType: spec.targetType,
    ipAddressType: spec.ipAddressType ?? 'ipv4',
    protocol: spec.targetGroupProtocol,
    vpcId: said(spec.vpcID),
  };
}

/** What was found the last time and holds since: the object was served as it is. Then a new process need not ask AWS. */
export function keptFact({ metadata, spec, status = {} }: TargetGroupBinding): TargetGroupFact | undefined {
  const isServed = status.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True');
  return isServed === true && status.observedGeneration === metadata.generation ? factIn(spec) : undefined;
}

/** In whose name AWS is asked about its target group; undefined: our own. */
export function roleIn(spec: TargetGroupBindingSpec | undefined): AssumedRole | undefined {
  const arn = said(spec?.iamRoleArnToAssume);
  return arn === undefined
    ? undefined
    : { arn, ...defined({ externalId: said(spec?.assumeRoleExternalId) }) };
}

/** What AWS has is not what the object says, or cannot have targets that are nodes or pods (aws-model 6.11). */
export function mismatches(spec: TargetGroupBindingSpec, found: TargetGroupFact): Problem[] {
  if (found.targetType !== 'instance' && found.targetType !== 'ip') {
    const because = `the target group ${found.name} has target type ${found.targetType}; only targets of type instance and ip can be registered`;
    return [refusal('NotAllowed', 'spec.targetGroupARN', { because })];
  }
  if (found.targetType === 'instance' && roleIn(spec) !== undefined) {
    const because = `the target group ${found.name} has target type instance, and instances of this account cannot be targets in another one`;
    return [refusal('Contradiction', 'spec.iamRoleArnToAssume', { value: spec.iamRoleArnToAssume, because })];
  }
  const differs = (field: string, value: string | undefined, has: string | undefined): Problem[] => {
    if (value === undefined || has === undefined || value === has) return [];
    const because = `the target group ${found.name} has ${has}`;
    return [refusal('Contradiction', `spec.${field}`, { value, because })];
  };
  // Where the object says ip itself, this was found without asking AWS.
  const chosen =
    found.targetType === 'ip' && spec.targetType !== 'ip' && spec.nodeSelector !== undefined
      ? [
          refusal('Contradiction', 'spec.nodeSelector', {
            because: `the target group ${found.name} has target type ip: pods are registered, and no nodes are chosen`,
          }),
        ]
      : [];
  return [
    ...differs('targetType', spec.targetType, found.targetType),
    ...differs('ipAddressType', spec.ipAddressType, found.ipAddressType),
    ...differs('vpcID', said(spec.vpcID), found.vpcId),
    ...differs('targetGroupProtocol', spec.targetGroupProtocol, found.protocol),
    ...chosen,
  ];
}

/** The target group is in another Region, where nothing is asked. */
export function elsewhere({ targetGroupARN }: TargetGroupBindingSpec, region: string): Problem | undefined {
  const named = targetGroupArnOf(targetGroupARN ?? '');
  if (named === undefined || named.region === region) return undefined;
  const because = `it is in Region ${named.region}, and targets are registered in ${region}, where the cluster is`;
  return refusal('NotAllowed', 'spec.targetGroupARN', { value: targetGroupARN, because });
}

/** Something else has its targets in the target group: an Ingress, or among `others`, which name it, an older one of a user. */
export function taken(
  object: TargetGroupBinding,
  { arn, name }: TargetGroupFact,
  serving: Serving | undefined,
  others: readonly TargetGroupBinding[],
): Problem[] {
  const by = (who: string): Problem[] => {
    const because = `the targets of ${name} are those of ${who}`;
    return [refusal('TargetGroupTaken', 'spec.targetGroupARN', { value: arn, because })];
  };
  if (serving !== undefined && keyOfGroup(serving.group) === undefined)
    return by(`Ingress ${serving.backend.member}`);
  const older = others.find((other) => madeBy(other.metadata) === 'user' && isOlder(other, object));
  return older === undefined ? [] : by(`TargetGroupBinding ${keyOf(older)}`);
}

/** No such target group: it was deleted, or is in another account. */
export function notFound(spec: TargetGroupBindingSpec): Problem {
  const arn = said(spec.targetGroupARN);
  const account = targetGroupArnOf(arn ?? '')?.account;
  const where =
    said(spec.iamRoleArnToAssume) === undefined ? 'this account and Region' : 'the account of the role';
  const other =
    account === undefined || said(spec.iamRoleArnToAssume) !== undefined
      ? ''
      : `; if it is in account ${account} and the cluster is not, iamRoleArnToAssume is needed`;
  const [path, value] =
    arn === undefined ? ['spec.targetGroupName', spec.targetGroupName] : ['spec.targetGroupARN', arn];
  return refusal('TargetGroupNotFound', path, {
    value,
    because: `${where} has no such target group${other}`,
  });
}

/** What AWS has of what the object leaves open, to be filled in: whoever reads it later needs no call for it. */
export function defaultsOf(
  spec: TargetGroupBindingSpec,
  found: TargetGroupFact,
): Partial<TargetGroupBindingSpec> {
  return defined({
    targetGroupARN: said(spec.targetGroupARN) === undefined ? found.arn : undefined,
    targetType: spec.targetType === undefined ? typeOf(found) : undefined,
    ipAddressType: spec.ipAddressType === undefined ? found.ipAddressType : undefined,
    vpcID: said(spec.vpcID) === undefined ? found.vpcId : undefined,
  });
}

const typeOf = ({ targetType }: TargetGroupFact): 'instance' | 'ip' =>
  targetType === 'ip' ? 'ip' : 'instance';

/** What the targets program serves for it. */
export function servingFor(
  object: TargetGroupBinding,
  found: TargetGroupFact,
  { policy, service, hash }: ServingAround,
): Serving {
  const { metadata, spec } = object;
  const { name = '', port = 0 } = spec?.serviceRef ?? {};
  const key = keyOf(object);
  const targetType = typeOf(found);
  const { matchLabels, matchExpressions } =
    (targetType === 'instance' ? spec?.nodeSelector : undefined) ?? {};
  const backend: Backend = {
    id: groupOfKey(key),
    member: groupOfKey(key),
    namespace: metadata.namespace ?? '',
    service: name,
    port,
    targetType,
    ipAddressType: found.ipAddressType,
    reach: [],
    ...defined({
      nodeLabels: matchLabels,
      nodeRequirements: matchExpressions,
      shared: spec?.multiClusterTargetGroup === true ? (true as const) : undefined,
      lacks: service === undefined ? undefined : lacksTargets(service, targetType),
    }),
  };
  return {
    arn: found.arn,
    // Readiness gates are named after the object.
    name: metadata.name,
    group: groupOfKey(key),
    backend,
    policy,
    made: false,
    ...defined({
      admitted: admittedBy(spec),
      role: roleIn(spec),
      vpcId: found.vpcId,
      withdrawn: metadata.deletionTimestamp === undefined ? undefined : (true as const),
      remembered: rememberedIn(object, hash),
    }),
  };
}

/** What the process before noted; where the counts are lost, its targets are looked at soon, as if one were not healthy. */
function rememberedIn(
  { status }: TargetGroupBinding,
  hash: string | undefined,
): TargetGroupHealth | undefined {
  if (hash === undefined) return undefined;
  const [healthy = 0, total = 1] = (status?.targets ?? '0/1').split('/').map(Number);
  return { healthy, total, hash };
}

export interface ServingAround {
  readonly policy: Policy;
  readonly service: Service | undefined;
  /** Of what is registered, as the process before noted it. */
  readonly hash: string | undefined;
}
