// The rules that a TargetGroupBinding asks for: as traffic to its targets, and what became of them, in its status. Pure.
import type { Policy } from '../../alb/plan/policy.ts';
import type { Permission } from '../../api/aws.ts';
import type {
  NetworkingPeer,
  NetworkingPort,
  TargetGroupBinding,
  TargetGroupBindingSpec,
} from '../../api/generated/target-group-binding.ts';
import type { Service } from '../../api/kube.ts';
import { cidrOf } from '../../api/validate/cidr.ts';
import { takesOver } from '../bindings/lbc-finalizers.ts';
import type { AdmittedTraffic } from '../targets/node-rules.ts';
import type { ReadyVerdict } from './status.ts';

/** Whether the rules are there that it asks for; only where it asks for some. */
export const NETWORKING = 'NetworkingProgrammed';

const rulesIn = (spec: TargetGroupBindingSpec | undefined) =>
  (spec?.networking?.ingress ?? []).filter(({ from, ports }) => from.length > 0 && ports.length > 0);

export const asksForRules = (spec: TargetGroupBindingSpec | undefined): boolean => rulesIn(spec).length > 0;

/** Of both, the security group counts (aws-model 5.7). */
function sourceOf({ ipBlock, securityGroup }: NetworkingPeer): Permission['source'][] {
  if (securityGroup !== undefined) return [{ group: securityGroup.groupID }];
  if (ipBlock === undefined) return [];
  return cidrOf(ipBlock.cidr)?.family === 6 ? [{ cidr6: ipBlock.cidr }] : [{ cidr: ipBlock.cidr }];
}

const toPort = ({ protocol, port }: NetworkingPort): Pick<AdmittedTraffic, 'protocol' | 'ports'> => ({
  protocol: protocol === 'UDP' ? 'udp' : 'tcp',
  ports: port === undefined ? 'all' : [port],
});

/** Every peer at every port of its rule; undefined where it asks for none. A rule without ports lets nothing in, as with the LBC. */
export function admittedBy(spec: TargetGroupBindingSpec | undefined): AdmittedTraffic[] | undefined {
  const all = rulesIn(spec).flatMap(({ from, ports }) =>
    from.flatMap(sourceOf).flatMap((source) => ports.map((port) => ({ source, ...toPort(port) }))),
  );
  return all.length === 0 ? undefined : all;
}

/** Names of ports to which no port of the Service leads. */
export function unknownPorts(
  admitted: readonly AdmittedTraffic[] | undefined,
  service: Service | undefined,
): string[] {
  const led = new Set((service?.spec?.ports ?? []).map(({ targetPort }) => targetPort));
  const names = (admitted ?? []).flatMap(({ ports }) => (ports === 'all' ? [] : ports));
  return [...new Set(names)].filter((port) => typeof port === 'string' && !led.has(port)).map(String);
}

/** What is known of the rules of one that is served. */
export interface RulesVerdict {
  /** They were not written yet. */
  readonly isPending: boolean;
  readonly policy: Policy;
  /** Names of ports that are no target port of the Service. */
  readonly unknown: readonly string[];
  /** What keeps some from being written: sentences without their full stop. */
  readonly why: readonly string[];
}

const LEFT: ReadyVerdict = {
  ...{ status: 'Unknown', reason: 'Pending' },
  message: 'It is not served: rules that are there stay, and none are added.',
};

/** What is told of the rules; undefined where it asks for none. `rules`: undefined where it is not served. */
export function networkingVerdict(
  { spec, metadata }: TargetGroupBinding,
  rules: RulesVerdict | undefined,
): ReadyVerdict | undefined {
  if (!asksForRules(spec)) return undefined;
  if (metadata.deletionTimestamp !== undefined)
    return {
      status: 'False',
      reason: 'Deleting',
      message: 'What only it needed goes when its targets have gone.',
    };
  if (rules === undefined) return LEFT;
  const { isPending, policy, unknown, why } = rules;
  if (!takesOver(policy))
    return {
      status: 'False',
      reason: 'Observed',
      message: `The policy ${policy} allows no change of security groups.`,
    };
  const lost = unknown.map(
    (name) => `No port of the Service has the target port ${name}, so nothing is let in there`,
  );
  const message = [...lost, ...why].map((one) => `${one.replace(/[.]$/, '')}.`).join(' ');
  if (message !== '')
    return {
      status: 'False',
      reason: why.length > 0 ? 'TargetRulesUnclear' : 'ServicePortNotFound',
      message,
    };
  if (isPending)
    return { status: 'Unknown', reason: 'Pending', message: 'Rules on security groups are being written.' };
  return {
    ...{ status: 'True', reason: 'Programmed' },
    message: 'The security groups of its targets let in whom networking names.',
  };
}
