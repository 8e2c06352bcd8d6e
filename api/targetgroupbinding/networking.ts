// What is wrong with the rules that a TargetGroupBinding asks for on the security groups of nodes and pods. Refused is what can be
// no rule in AWS; a rule that has no effect is told.
import type {
  NetworkingPeer,
  NetworkingPort,
  NetworkingRule,
  TargetGroupBindingSpec,
} from '../generated/target-group-binding.ts';
import { type Problem, refusal, warning } from '../problems/problem.ts';
import { cidrOf } from '../validate/cidr.ts';

const SECURITY_GROUP = /^sg-[0-9a-f]{8,17}$/;

export function networkingProblems({ networking, targetType }: TargetGroupBindingSpec): Problem[] {
  return (networking?.ingress ?? []).flatMap((rule, at) => {
    const path = `spec.networking.ingress[${at}]`;
    return [
      ...emptyProblems(rule, path),
      ...rule.from.flatMap((peer, index) => peerProblems(peer, `${path}.from[${index}]`)),
      ...rule.ports.flatMap((port, index) => portProblems(port, targetType, `${path}.ports[${index}].port`)),
    ];
  });
}

/** The AWS Load Balancer Controller makes no rule of them, whatever its documentation says of an empty list of ports. */
function emptyProblems({ from, ports }: NetworkingRule, path: string): Problem[] {
  const tell = (field: string, instead: string): Problem =>
    warning('Unused', `${path}.${field}`, {
      because: `the list is empty, so the rule lets nothing in: ${instead}`,
    });
  return [
    ...(from.length === 0 ? [tell('from', 'name a network or a security group')] : []),
    ...(ports.length === 0 ? [tell('ports', 'write [{}] for all ports of TCP')] : []),
  ];
}

function peerProblems({ ipBlock, securityGroup }: NetworkingPeer, path: string): Problem[] {
  const problems: Problem[] = [];
  if (ipBlock === undefined && securityGroup === undefined) {
    const because = 'it names nobody: give it an ipBlock or a securityGroup';
    problems.push(refusal('FieldMissing', path, { because }));
  }
  if (ipBlock !== undefined && securityGroup !== undefined) {
    const because = 'there is a securityGroup as well, which counts: write two entries for both';
    problems.push(warning('Contradiction', `${path}.ipBlock`, { value: ipBlock.cidr, because }));
  }
  if (ipBlock !== undefined && securityGroup === undefined && cidrOf(ipBlock.cidr) === undefined) {
    const allowed = 'a network in CIDR notation, such as 10.0.0.0/16';
    problems.push(refusal('InvalidFormat', `${path}.ipBlock.cidr`, { value: ipBlock.cidr, allowed }));
  }
  if (securityGroup !== undefined && !SECURITY_GROUP.test(securityGroup.groupID)) {
    const allowed = 'the id of a security group, sg- and 8 or 17 digits of 0-9 and a-f';
    problems.push(
      refusal('InvalidFormat', `${path}.securityGroup.groupID`, { value: securityGroup.groupID, allowed }),
    );
  }
  return problems;
}

function portProblems(
  { port }: NetworkingPort,
  targetType: TargetGroupBindingSpec['targetType'],
  path: string,
): Problem[] {
  if (port === undefined) return [];
  if (typeof port === 'number') {
    if (port >= 0 && port <= 65_535) return [];
    return [refusal('OutOfRange', path, { value: String(port), allowed: 'a port from 0 to 65535' })];
  }
  if (targetType !== 'instance') return [];
  const because = 'with target type instance a port is a number: nodes have no named ports';
  return [refusal('NotAllowed', path, { value: port, because })];
}
