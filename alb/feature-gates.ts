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

/** Those of which only one position exists here, and why. */
const FIXED: Readonly<Record<string, { readonly is: boolean; readonly because: string }>> = {
  EnableCertificateManagement: { is: false, because: 'certificates are found or named, not requested' },
  EndpointsFailOpen: { is: true, because: 'nodes of unknown readiness serve when no other is ready' },
  ListenerRulesTagging: { is: true, because: 'listeners and rules are known by their tags' },
};

/** Those that change nothing here: how AWS is asked, what is beside Ingresses, and what always works. */
const IDLE: ReadonlySet<string> = new Set([
  'ALBGatewayAPI',
  'ALBTargetControlAgent',
  'EnableIPTargetType',
  'EnableRGTAPI',
  'EnableServiceController',
  'EnableTCPUDPListener',
  'GatewayListenerSet',
  'GlobalAcceleratorController',
  'IngressPlanAnnotation',
  'NLBGatewayAPI',
  'NLBHealthCheckAdvancedConfig',
  'NLBSecurityGroup',
  'ServiceTypeLoadBalancerOnly',
  'WeightedTargetGroups',
]);

/** The gates as they stand, with what is said of some; or what is wrong with that, in sentences. Pure. */
export function gatesOf(said: Readonly<Record<string, boolean>>): {
  readonly gates: Gates;
  readonly mistakes: readonly string[];
} {
  const known = Object.entries(said).filter(([name]) => Object.hasOwn(GATES, name));
  const mistakes = Object.entries(said).flatMap(([name, on]) => {
    const fixed = Object.hasOwn(FIXED, name) ? FIXED[name] : undefined;
    if (fixed !== undefined)
      return fixed.is === on ? [] : [`${name} is always ${fixed.is}: ${fixed.because}.`];
    return Object.hasOwn(GATES, name) || IDLE.has(name) ? [] : [`there is no gate ${name}.`];
  });
  return { gates: { ...GATES, ...Object.fromEntries(known) }, mistakes };
}
