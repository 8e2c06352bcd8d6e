// What the API server asks of an Ingress beyond its schema (Kubernetes API reference: Ingress v1; documentation: Ingress,
// "Path types", "Hostname wildcards", "Deprecated annotation").

import type { Ingress, IngressBackend, IngressPath, IngressRule } from '../kube.ts';
import { CLASS_ANNOTATION } from '../ownership.ts';
import { pathOfAnnotation } from '../problems/finding.ts';
import { type Problem, refusal } from '../problems/problem.ts';
import { dnsHost, dnsLabel, dnsSubdomain, pathSegment, portName, ruleHost } from './names.ts';
import { contradiction, formed, missing, named, port } from './rules.ts';

/** Problems of an Ingress that fits its schema, fields left empty taken out. */
export function ingressProblems({ metadata, spec = {} }: Ingress): Problem[] {
  const { rules = [], tls = [], defaultBackend, ingressClassName } = spec;
  const oldClass = metadata.annotations?.[CLASS_ANNOTATION];
  return [
    ...(oldClass === undefined || ingressClassName === undefined || oldClass === ingressClassName
      ? []
      : [twoClasses(oldClass, ingressClassName)]),
    ...(ingressClassName === undefined
      ? []
      : formed('spec.ingressClassName', ingressClassName, dnsSubdomain)),
    ...(rules.length === 0 && defaultBackend === undefined
      ? [missing('spec', 'it has neither rules nor a defaultBackend, and one of them is needed')]
      : []),
    ...(defaultBackend === undefined ? [] : backendProblems(defaultBackend, 'spec.defaultBackend')),
    ...rules.flatMap((rule, at) => ruleProblems(rule, `spec.rules[${at}]`)),
    ...tls.flatMap(({ hosts = [], secretName = '' }, at) => [
      ...hosts.flatMap((host, n) => formed(`spec.tls[${at}].hosts[${n}]`, host, dnsHost)),
      ...(secretName === '' ? [] : formed(`spec.tls[${at}].secretName`, secretName, dnsSubdomain)),
    ]),
  ];
}

const twoClasses = (value: string, name: string): Problem => ({
  ...contradiction(
    pathOfAnnotation(CLASS_ANNOTATION),
    `spec.ingressClassName says ${name}: where both are there they have to be the same; take the annotation out`,
  ),
  value,
});

function ruleProblems({ host = '', http }: IngressRule, at: string): Problem[] {
  const ofHost = host === '' ? [] : hostProblems(host, `${at}.host`);
  if (http === undefined) return ofHost;
  const { paths = [] } = http;
  if (paths.length === 0)
    return [...ofHost, missing(`${at}.http.paths`, 'a rule with http needs at least one path')];
  return [...ofHost, ...paths.flatMap((path, n) => pathProblems(path, `${at}.http.paths[${n}]`))];
}

function hostProblems(host: string, path: string): Problem[] {
  const [problem] = formed(path, host, ruleHost);
  if (problem === undefined) return [];
  const bare = host.replace(/^[a-z]+:\/\//i, '').replace(/[:/].*$/, '');
  if (bare !== host && ruleHost(bare) === undefined)
    return [{ ...problem, because: 'a host has no scheme, port or path', suggestion: bare }];
  if (/^\*\.|^[^*]*$/.test(host) && host.indexOf('*', 1) <= 0) return [problem];
  const because =
    'for other patterns leave the host out and say it with a condition of field host-header (annotation alb.ingress.kubernetes.io/conditions.NAME)';
  return [{ ...problem, because }];
}

/** What paths of fixed meaning may not hold. */
const SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const ENDINGS = ['/..', '/.'];

function pathProblems({ path = '', pathType, backend = {} }: IngressPath, at: string): Problem[] {
  const refuse = (because: string, suggestion?: string): Problem =>
    refusal('InvalidFormat', `${at}.path`, { value: path, because, suggestion });
  const ofBackend = backendProblems(backend, `${at}.backend`);
  const fixed = pathType === 'Exact' || pathType === 'Prefix';
  if (path === '' && !fixed) return ofBackend;
  if (!path.startsWith('/')) {
    const because =
      path === '' ? `pathType ${pathType} needs a path that begins with /` : 'a path begins with /';
    return [refuse(because, `/${path}`), ...ofBackend];
  }
  if (!fixed) return ofBackend;
  const holds = SEQUENCES.filter((one) => path.includes(one)).map((one) => `hold "${one}"`);
  const ends = ENDINGS.filter((one) => path.endsWith(one)).map((one) => `end in "${one}"`);
  const faults = [...holds, ...ends];
  const because = `a path of pathType ${pathType} may not ${faults.join(' or ')}`;
  return faults.length === 0 ? ofBackend : [refuse(because), ...ofBackend];
}

function backendProblems({ service, resource }: IngressBackend, at: string): Problem[] {
  if (service !== undefined && resource !== undefined)
    return [contradiction(at, 'it has a service and a resource, and only one of them can be the backend')];
  if (resource !== undefined) {
    const { apiGroup = '', kind, name } = resource;
    return [
      ...(apiGroup === '' ? [] : formed(`${at}.resource.apiGroup`, apiGroup, dnsSubdomain)),
      ...named(`${at}.resource.kind`, kind, pathSegment, 'a resource needs a kind'),
      ...named(`${at}.resource.name`, name, pathSegment, 'a resource needs a name'),
    ];
  }
  if (service === undefined) return [missing(at, 'a backend needs a service (or a resource)')];
  const { name: portNamed = '', number = 0 } = service.port ?? {};
  return [
    ...named(`${at}.service.name`, service.name, dnsLabel, 'a service needs a name'),
    ...portProblems(portNamed, number, `${at}.service.port`),
  ];
}

function portProblems(name: string, number: number, at: string): Problem[] {
  if (name !== '' && number !== 0)
    return [contradiction(at, 'it has a name and a number, and only one of them can be the port')];
  if (name !== '') return formed(`${at}.name`, name, portName).map((problem) => withNumber(problem, name));
  if (number !== 0) return port(`${at}.number`, number);
  return [missing(at, 'a service needs the name or the number of its port, as in port: {number: 80}')];
}

/** Whoever writes digits as the name of a port means its number. */
const withNumber = (problem: Problem, name: string): Problem =>
  /^[0-9]{1,5}$/.test(name)
    ? { ...problem, because: `a number is written as port: {number: ${name}}` }
    : problem;
