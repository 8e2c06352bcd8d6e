// What the API server asks of a Service beyond its schema, as far as a load balancer has to do with it (Kubernetes API
// reference: Service v1; documentation: Service). Addresses and traffic policies are not looked at.
import type { Service, ServicePort } from '../kube.ts';
import type { Problem } from '../problems/problem.ts';
import { dnsLabel, dnsSubdomain, labelValue, portName, qualifiedName } from './names.ts';
import { contradiction, formed, missing, named, port } from './rules.ts';

export interface WrittenService {
  readonly spec?: Service['spec'] & { readonly clusterIP?: string; readonly externalName?: string };
}

/** Problems of a Service that fits its schema. */
export function serviceProblems({ spec = {} }: WrittenService): Problem[] {
  const { ports = [], selector = {}, externalName, clusterIP } = spec;
  const type = spec.type === undefined || spec.type === '' ? 'ClusterIP' : spec.type;
  const isExternal = type === 'ExternalName';
  const external = externalName?.replace(/\.$/, '');
  return [
    ...(isExternal
      ? named('spec.externalName', external, dnsSubdomain, 'type ExternalName needs the name')
      : []),
    ...(ports.length === 0 && !isExternal && clusterIP !== 'None'
      ? [missing('spec.ports', 'a Service needs at least one port')]
      : []),
    ...Object.entries(selector).flatMap(([key, value]) => [
      ...formed(`spec.selector[${key}]`, key, qualifiedName),
      ...formed(`spec.selector[${key}]`, value, labelValue),
    ]),
    ...ports.flatMap((one, at) => portProblems(one, `spec.ports[${at}]`, { type, many: ports.length > 1 })),
    ...repeatedPorts(ports),
  ];
}

function portProblems(
  { name = '', port: number, targetPort, nodePort = 0 }: ServicePort,
  at: string,
  { type, many }: { readonly type: string; readonly many: boolean },
): Problem[] {
  const hasNodePorts = type === 'NodePort' || type === 'LoadBalancer';
  return [
    ...(name === '' ? [] : formed(`${at}.name`, name, dnsLabel)),
    ...(name === '' && many ? [missing(`${at}.name`, 'each of several ports needs a name')] : []),
    ...port(`${at}.port`, number),
    ...targetProblems(targetPort, `${at}.targetPort`),
    ...(nodePort !== 0 && !hasNodePorts
      ? [contradiction(`${at}.nodePort`, `a Service of type ${type} has no node ports`)]
      : []),
  ];
}

/** Zero and the empty text stand for the port itself. */
function targetProblems(target: number | string | undefined, path: string): Problem[] {
  if (target === undefined || target === '' || target === 0) return [];
  if (typeof target === 'number') return port(path, target);
  return formed(path, target, portName).map((problem) =>
    /^[0-9]+$/.test(target) ? { ...problem, because: 'a number is written without quotes' } : problem,
  );
}

function repeatedPorts(ports: readonly ServicePort[]): Problem[] {
  const names = new Set<string>();
  const numbers = new Set<string>();
  return ports.flatMap(({ name = '', port: number, protocol = '' }, at): Problem[] => {
    const key = `${protocol === '' ? 'TCP' : protocol} ${number}`;
    const found = [
      ...(name !== '' && names.has(name)
        ? [contradiction(`spec.ports[${at}].name`, `two ports have the name ${name}`)]
        : []),
      ...(numbers.has(key) ? [contradiction(`spec.ports[${at}]`, `two ports are ${key}`)] : []),
    ];
    names.add(name);
    numbers.add(key);
    return found;
  });
}
