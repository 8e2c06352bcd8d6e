// Prefixes: annotations that look like ours and that nobody reads, since their prefix is misspelt, cut short or that of
// another kind of load balancer. Prefixes of others are none of our business: only the nearness to ours counts.
import { PREFIX } from '../../annotation.ts';
import { pathOfAnnotation } from '../../problems/finding.ts';
import { portedName } from '../../problems/ported.ts';
import { type Problem, warning } from '../../problems/problem.ts';
import { distance } from '../../problems/suggest.ts';
import { descriptorOf } from '../../registry.ts';
import { nameSuggestion } from './unread.ts';

const OURS = PREFIX.slice(0, -1);

/** Where people leave a part out, or write another one. Only names that we know count under them. */
const CUT_SHORT = [
  'ingress.kubernetes.io',
  'alb.kubernetes.io',
  'alb.ingress.io',
  'alb.ingress.kubernetes',
  'alb.ingress',
  'alb.ingress.k8s.io',
  'alb.k8s.io',
  'alb.ingress.k8s.aws',
  'alb.k8s.aws',
  'ingress.k8s.aws',
  'elbv2.k8s.aws',
  'alb.ingress.beta.kubernetes.io',
  'ingress.beta.kubernetes.io',
];

/** Prefixes in use that lie near to ours. */
const OTHERS: ReadonlySet<string> = new Set(['kubernetes.io', 'k8s.io', 'gce.ingress.kubernetes.io']);

/** Letters that may be wrong in ours; the prefixes of ingress-nginx, HAProxy and Traefik are farther away. */
const WRONG_MAX = 2;
/** The API server takes no longer prefix (Kubernetes: Annotations, "Syntax and character set"). */
const LENGTH_MAX = 253;

const SERVICES = ['service.beta.kubernetes.io', 'service.kubernetes.io'];
const OF_NLB = 'aws-load-balancer-';
/** What an Application Load Balancer does not have. */
const WITHOUT_EQUAL: ReadonlySet<string> = new Set([
  'type',
  'proxy-protocol',
  'alpn-policy',
  'private-ipv4-addresses',
  'ipv6-addresses',
]);

/** Warnings about annotations of an Ingress that somebody wrote for us, and that are read by nobody. */
export function prefixProblems(annotations: Readonly<Record<string, string>>): Problem[] {
  return Object.keys(annotations).flatMap((key): Problem[] => {
    if (key.startsWith(PREFIX)) return [];
    const found = ofService(key) ?? misspelt(key) ?? unprefixed(key);
    if (found === undefined) return [];
    return [warning('UnknownAnnotation', pathOfAnnotation(key), found)];
  });
}

type PrefixFinding = Pick<Problem, 'because' | 'suggestion'>;

/** Our annotation of a name; of a name with the entry of its value, the annotation and the words. */
function meaning(because: string, name: string | undefined): PrefixFinding {
  if (name === undefined) return { because };
  const [suffix = '', entry] = name.split(': ');
  const suggestion = PREFIX + suffix;
  return { because: entry === undefined ? because : `${because}; here it is ${entry}`, suggestion };
}

/** Our name for a name: itself when it is one. */
const ourName = (name: string): string | undefined =>
  descriptorOf(name) === undefined ? nameSuggestion(name) : name;

function ofService(key: string): PrefixFinding | undefined {
  const [domain = '', name = ''] = key.split('/');
  if (!SERVICES.includes(domain) || !name.startsWith(OF_NLB)) return undefined;
  const said = name.slice(OF_NLB.length);
  const because = 'it is for Services of network load balancers, and nothing reads it on an Ingress';
  return meaning(because, WITHOUT_EQUAL.has(said) ? undefined : (portedName(said) ?? ourName(said)));
}

function misspelt(key: string): PrefixFinding | undefined {
  const slash = key.indexOf('/');
  if (slash < 0) return withoutSlash(key);
  const [domain, name] = [key.slice(0, slash).toLowerCase(), key.slice(slash + 1)];
  if (domain.length > LENGTH_MAX || OTHERS.has(domain)) return undefined;
  const because = `the prefix is not ${OURS}, so nothing reads it`;
  if (near(domain, OURS, WRONG_MAX)) return meaning(because, ourName(name));
  const isCut = CUT_SHORT.some((short) => near(domain, short, short.length > 15 ? 1 : 0));
  return isCut && descriptorOf(name) !== undefined ? meaning(because, name) : undefined;
}

const near = (a: string, b: string, most: number): boolean =>
  Math.abs(a.length - b.length) <= most && distance(a, b) <= most;

/** `alb.ingress.kubernetes.io.scheme`: everything is there but the slash. */
function withoutSlash(key: string): PrefixFinding | undefined {
  const head = key.slice(0, OURS.length).toLowerCase();
  if (!near(head, OURS, WRONG_MAX)) return undefined;
  const name = key.slice(OURS.length).replace(/^[^A-Za-z0-9]+/, '');
  const because = `a slash must stand between ${OURS} and the name, so nothing reads it`;
  return name === '' ? { because } : meaning(because, ourName(name));
}

/** Names of ours that are nobody else's: those of several words. */
function unprefixed(key: string): PrefixFinding | undefined {
  if (key.includes('/') || !/[-.]/.test(key) || descriptorOf(key) === undefined) return undefined;
  return meaning('it has no prefix, so nothing reads it', key);
}
