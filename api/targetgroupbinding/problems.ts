// What is wrong with a TargetGroupBinding by itself: no other object and no call to AWS is needed to see it. Refused is what the
// AWS Load Balancer Controller or AWS refuses (aws-model 6.11); what is likely a mistake, and works, is told.
import type { NodeSelector, TargetGroupBindingSpec } from '../generated/target-group-binding.ts';
import { type Problem, refusal, warning } from '../problems/problem.ts';
import { suggest } from '../problems/suggest.ts';
import { misplaced } from '../validate/identifiers.ts';
import { accountOfRole, isTargetGroupName, targetGroupArnOf } from './arn.ts';
import { networkingProblems } from './networking.ts';

const VPC = /^vpc-([0-9a-f]{8}|[0-9a-f]{17}|[0-9a-f]{32})$/;
/** AWS Security Token Service API Reference, AssumeRole: ExternalId. */
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;

/** Everything that is wrong with what it says. */
export function specProblems(spec: TargetGroupBindingSpec): Problem[] {
  return [
    ...targetGroupProblems(spec),
    ...targetTypeProblems(spec),
    ...roleProblems(spec),
    ...networkingProblems(spec),
  ];
}

/** The same, and what is wrong with the form of what AWS can be compared with where it is asked. */
export const writtenProblems = (spec: TargetGroupBindingSpec): Problem[] => [
  ...specProblems(spec),
  ...vpcProblems(spec),
];

/** An empty text is as good as none, as it is for the AWS Load Balancer Controller. */
export const said = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

function targetGroupProblems({ targetGroupARN, targetGroupName }: TargetGroupBindingSpec): Problem[] {
  const [arn, name] = [said(targetGroupARN), said(targetGroupName)];
  if (arn === undefined && name === undefined) {
    const because =
      'nothing says which target group is meant: give its ARN here, or its name in targetGroupName';
    return [refusal('FieldMissing', 'spec.targetGroupARN', { because })];
  }
  return [...arnProblems(arn), ...nameProblems(arn, name)];
}

function arnProblems(arn: string | undefined): Problem[] {
  if (arn === undefined || targetGroupArnOf(arn) !== undefined) return [];
  const allowed =
    'the ARN of a target group, arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID';
  const other = /:targetgroup\//.test(arn) ? undefined : misplaced('', arn);
  const because = isTargetGroupName(arn) ? 'a name is said in targetGroupName' : other;
  return [refusal('InvalidFormat', 'spec.targetGroupARN', { value: arn, allowed, because })];
}

function nameProblems(arn: string | undefined, name: string | undefined): Problem[] {
  const path = 'spec.targetGroupName';
  if (name === undefined) return [];
  if (arn === undefined && !isTargetGroupName(name)) {
    const allowed = 'a name of 1 to 32 letters, digits and hyphens, without a hyphen at either end';
    const because = name.startsWith('arn:') ? 'an ARN is said in targetGroupARN' : undefined;
    return [refusal('InvalidFormat', path, { value: name, allowed, because })];
  }
  const named = arn === undefined ? undefined : targetGroupArnOf(arn)?.name;
  if (named === undefined || named === name) return [];
  const because = `targetGroupARN counts, and it is that of ${named}`;
  return [warning('Contradiction', path, { value: name, because })];
}

function targetTypeProblems(spec: TargetGroupBindingSpec): Problem[] {
  const { targetType, targetGroupProtocol: protocol, nodeSelector } = spec;
  const problems: Problem[] = [];
  if (targetType === 'ip' && nodeSelector !== undefined) {
    const because = 'with target type ip pods are registered, and no nodes are chosen: leave it out';
    problems.push(refusal('Contradiction', 'spec.nodeSelector', { because }));
  }
  problems.push(...selectorProblems(nodeSelector));
  if (targetType === 'instance' && (protocol === 'QUIC' || protocol === 'TCP_QUIC')) {
    const because = 'a target group of this protocol takes targets of type ip only';
    problems.push(refusal('Contradiction', 'spec.targetGroupProtocol', { value: protocol, because }));
  }
  return problems;
}

/** Values that each operator takes (Kubernetes API reference: LabelSelectorRequirement). */
const OPERATORS: ReadonlyMap<string, 'some' | 'none'> = new Map([
  ['In', 'some'],
  ['NotIn', 'some'],
  ['Exists', 'none'],
  ['DoesNotExist', 'none'],
]);

function selectorProblems({ matchExpressions = [] }: NodeSelector = {}): Problem[] {
  return matchExpressions.flatMap(({ operator, values = [] }, at) => {
    const path = `spec.nodeSelector.matchExpressions[${at}]`;
    const takes = OPERATORS.get(operator);
    if (takes === undefined) {
      const allowed = `one of ${[...OPERATORS.keys()].join(', ')}`;
      const suggestion = suggest(operator, [...OPERATORS.keys()]);
      return [refusal('NotAllowed', `${path}.operator`, { value: operator, allowed, suggestion })];
    }
    if ((takes === 'some') === values.length > 0) return [];
    const because = takes === 'some' ? `${operator} needs at least one value` : `${operator} takes no values`;
    return [refusal('Contradiction', `${path}.values`, { because })];
  });
}

function roleProblems(spec: TargetGroupBindingSpec): Problem[] {
  const [role, externalId] = [said(spec.iamRoleArnToAssume), said(spec.assumeRoleExternalId)];
  if (role === undefined) {
    if (externalId === undefined) return [];
    const because = 'no role is assumed: iamRoleArnToAssume is missing';
    return [warning('Unused', 'spec.assumeRoleExternalId', { because })];
  }
  const problems: Problem[] = [];
  const account = accountOfRole(role);
  if (account === undefined) {
    const allowed = 'the ARN of an IAM role, arn:aws:iam::ACCOUNT:role/NAME';
    problems.push(refusal('InvalidFormat', 'spec.iamRoleArnToAssume', { value: role, allowed }));
  }
  if (spec.targetType === 'instance') {
    const because =
      'instances of this account cannot be targets in another one: with a role only target type ip can be used';
    problems.push(refusal('Contradiction', 'spec.iamRoleArnToAssume', { because }));
  }
  if (externalId !== undefined && !EXTERNAL_ID.test(externalId)) {
    const allowed = '2 to 1224 letters, digits and characters of +=,.@:/_-';
    problems.push(refusal('InvalidFormat', 'spec.assumeRoleExternalId', { value: externalId, allowed }));
  }
  const owner = targetGroupArnOf(spec.targetGroupARN ?? '')?.account;
  if (account !== undefined && owner !== undefined && owner !== account) {
    const because = `the role is of account ${account}, and the target group of account ${owner}`;
    problems.push(warning('Contradiction', 'spec.iamRoleArnToAssume', { value: role, because }));
  }
  return problems;
}

function vpcProblems({ vpcID }: TargetGroupBindingSpec): Problem[] {
  if (vpcID === undefined || vpcID === '' || VPC.test(vpcID)) return [];
  const allowed = 'the id of a VPC, vpc- and 8, 17 or 32 digits of 0-9 and a-f';
  return [refusal('InvalidFormat', 'spec.vpcID', { value: vpcID, allowed })];
}
