// What the API server asks of an IngressClass beyond its schema (Kubernetes API reference: IngressClass v1).
import { type Problem, refusal } from '../problems/problem.ts';
import { dnsSubdomain, domainPath, pathSegment } from './names.ts';
import { contradiction, formed, missing, named, oneOf } from './rules.ts';

interface Parameters {
  readonly apiGroup?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly scope?: string;
  readonly namespace?: string;
}

export interface WrittenClass {
  readonly spec?: { readonly controller?: string; readonly parameters?: Parameters };
}

const CONTROLLER_MAX = 250;

/** Problems of an IngressClass that fits its schema. */
export function classProblems({ spec = {} }: WrittenClass): Problem[] {
  const { controller = '', parameters } = spec;
  const path = 'spec.controller';
  const allowed = `a text of at most ${CONTROLLER_MAX} characters`;
  return [
    ...named(path, controller, domainPath, 'a class needs its controller, here ingress.k8s.aws/alb'),
    ...(controller.length > CONTROLLER_MAX
      ? [refusal('OutOfRange', path, { value: controller, allowed })]
      : []),
    ...(parameters === undefined ? [] : parameterProblems(parameters)),
  ];
}

const SCOPES = ['Cluster', 'Namespace'];

function parameterProblems({
  apiGroup = '',
  kind,
  name,
  scope = 'Cluster',
  namespace,
}: Parameters): Problem[] {
  const at = 'spec.parameters';
  return [
    ...(apiGroup === '' ? [] : formed(`${at}.apiGroup`, apiGroup, dnsSubdomain)),
    ...named(`${at}.kind`, kind, pathSegment, 'parameters need a kind'),
    ...named(`${at}.name`, name, pathSegment, 'parameters need a name'),
    ...(SCOPES.includes(scope) ? [] : [oneOf(`${at}.scope`, scope, SCOPES)]),
    ...(scope === 'Cluster' && namespace !== undefined
      ? [contradiction(`${at}.namespace`, 'parameters of scope Cluster have no namespace')]
      : []),
    ...(scope === 'Namespace' && (namespace === undefined || namespace === '')
      ? [missing(`${at}.namespace`, 'parameters of scope Namespace need one')]
      : []),
  ];
}
