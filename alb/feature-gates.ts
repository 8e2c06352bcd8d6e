// Feature gates of the LBC, by its names (aws-model 12.2): whoever has set one keeps what it makes of an Ingress in AWS.

/** Those that change what is made, with their defaults. */
export const GATES = {
  ALBSingleSubnet: false,
  EnableDefaultTagsLowPriority: false,
  EnhancedDefaultBehavior: false,
  LBCapacityReservation: true,
  SubnetDiscoveryByReachability: true,
  SubnetsClusterTagCheck: true,
};

export type Gates = Readonly<typeof GATES>;

interface FixedGate {
  readonly is: boolean;
  readonly because: string;
}

/** Those of which only one position exists here, and why. */
export const FIXED_GATES: Readonly<Record<string, FixedGate>> = {
  EnableCertificateManagement: { is: false, because: 'certificates are found or named, not requested' },
  EndpointsFailOpen: { is: true, because: 'nodes of unknown readiness serve when no other is ready' },
  ListenerRulesTagging: { is: true, because: 'listeners and rules are known by their tags' },
};

interface IdleGate {
  /** What the LBC takes when nobody says it. */
  readonly unset: boolean;
  /** The position that says something else than what is done here, and what is done; none when both are alike here. */
  readonly unlike?: { readonly is: boolean; readonly because: string };
}

const lacks = (unset: boolean, because: string): IdleGate => ({ unset, unlike: { is: true, because } });

const NO_GATEWAYS = 'Gateways are not served here: keep the LBC for them';
const NO_SERVICES = 'Services of type LoadBalancer are not served here: keep the LBC for them';

/** Those that change nothing here: how AWS is asked, what is beside Ingresses, and what always works. */
export const IDLE_GATES: Readonly<Record<string, IdleGate>> = {
  ALBGatewayAPI: lacks(true, NO_GATEWAYS),
  ALBTargetControlAgent: lacks(false, 'no container is added to pods: add the agent to them yourself'),
  EnableIPTargetType: {
    unset: true,
    unlike: {
      is: false,
      because: 'an Ingress that says target-type ip gets targets of type ip all the same',
    },
  },
  EnableRGTAPI: { unset: false },
  EnableServiceController: lacks(true, NO_SERVICES),
  EnableTCPUDPListener: lacks(false, NO_SERVICES),
  GatewayListenerSet: lacks(true, NO_GATEWAYS),
  GlobalAcceleratorController: lacks(false, 'accelerators are not made here: keep the LBC for them'),
  IngressPlanAnnotation: lacks(false, 'no annotation is written: albatross plan shows what would be done'),
  NLBGatewayAPI: lacks(true, NO_GATEWAYS),
  NLBHealthCheckAdvancedConfig: lacks(true, NO_SERVICES),
  NLBSecurityGroup: lacks(true, NO_SERVICES),
  ServiceTypeLoadBalancerOnly: lacks(false, NO_SERVICES),
  WeightedTargetGroups: {
    unset: true,
    unlike: { is: false, because: 'an action with several target groups gets all of them all the same' },
  },
};

export interface GatesRead {
  readonly gates: Gates;
  /** What cannot be as it is said, in sentences. */
  readonly mistakes: readonly string[];
  /** What is said and not done, in sentences. */
  readonly notices: readonly string[];
}

const of = <T>(gates: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(gates, name) ? gates[name] : undefined;

/** The gates as they stand, with what is said of some; what is wrong with that, and what comes of it. Pure. */
export function gatesOf(said: Readonly<Record<string, boolean>>): GatesRead {
  const entries = Object.entries(said);
  const known = entries.filter(([name]) => Object.hasOwn(GATES, name));
  const mistakes = entries.flatMap(([name, on]) => {
    const fixed = of(FIXED_GATES, name);
    if (fixed !== undefined)
      return fixed.is === on ? [] : [`${name} is always ${fixed.is}: ${fixed.because}.`];
    return Object.hasOwn(GATES, name) || Object.hasOwn(IDLE_GATES, name) ? [] : [`there is no gate ${name}.`];
  });
  const notices = entries.flatMap(([name, on]) => {
    const unlike = of(IDLE_GATES, name)?.unlike;
    return unlike?.is === on ? [`${name}=${on}: ${unlike.because}.`] : [];
  });
  return { gates: { ...GATES, ...Object.fromEntries(known) }, mistakes, notices };
}
