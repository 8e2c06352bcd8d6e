// Generated changes of groups: members in two namespaces and classes, several that ask for the same, and one that joins, leaves or
// says something else.
import fc from 'fast-check';
import type { Applied } from '../../alb/laws/paper.ts';
import { PREFIX } from '../../api/annotation.ts';
import type { IngressClassParams } from '../../api/ingress/class-parameters.ts';
import type { Ingress } from '../../api/kube.ts';
import { CONTROLLER } from '../../api/ownership.ts';
import { isAccepted } from './announced.ts';
import { APPLIED } from './furnished.ts';
import { member, SERVICES } from './groups.ts';

export interface GroupChange {
  readonly before: Applied;
  readonly after: Applied;
}

const PARAMETERS: Readonly<Record<string, NonNullable<IngressClassParams['spec']>>> = {
  plain: {},
  strict: {
    tags: [{ key: 'class', value: 'strict' }],
    loadBalancerAttributes: [{ key: 'idle_timeout.timeout_seconds', value: '90' }],
  },
  open: { scheme: 'internet-facing', targetType: 'ip', inboundCIDRs: ['10.0.0.0/8'] },
};

const classes: Required<Applied>['classes'] = {
  ingressClass: (name) => ({
    metadata: { name },
    spec: {
      controller: CONTROLLER,
      parameters: { apiGroup: 'elbv2.k8s.aws', kind: 'IngressClassParams', name },
    },
  }),
  classParams: (name) => {
    const spec = PARAMETERS[name];
    return spec === undefined ? undefined : { metadata: { name }, spec };
  },
  namespaceLabels: (name) => ({ 'kubernetes.io/metadata.name': name }),
};

/** Those that groups of members share, and that say what the account does not have, are said by `groups.ts` or not at all. */
const APART: ReadonlySet<string> = new Set([
  'group.name',
  'group.order',
  'customer-owned-ipv4-pool',
  'ipam-ipv4-pool-id',
  'security-group-prefix-lists',
  'target-node-labels',
]);
const ELSEWHERE = /server-certificate|truststore\/clients/;

/** Members of families, by what the rules of the groups name. */
const suffixOf = (name: string): string =>
  name === 'listener-attributes.*'
    ? 'listener-attributes.HTTP-80'
    : name === 'target-control-port.*'
      ? 'target-control-port.web.80'
      : name === 'actions.*'
        ? 'actions.split'
        : name.endsWith('.*')
          ? `${name.slice(0, -2)}.web`
          : name;

/** One annotation taken away, or said as one of its good examples. */
const edit = fc
  .constantFrom(...APPLIED.filter(({ name }) => !APART.has(name)))
  .chain(({ name, examples }) =>
    fc
      .constantFrom(undefined, ...examples.good.filter((text) => !ELSEWHERE.test(text)))
      .map((text) => [`${PREFIX}${suffixOf(name)}`, text] as const),
  );

function edited(one: Ingress, edits: readonly (readonly [string, string | undefined])[]): Ingress {
  const annotations: Record<string, string> = { ...one.metadata.annotations };
  for (const [name, text] of edits) {
    if (text === undefined) delete annotations[name];
    else annotations[name] = text;
  }
  return { ...one, metadata: { ...one.metadata, annotations } };
}

const inClass = (one: Ingress, ingressClassName: string | null): Ingress =>
  ingressClassName === null ? one : { ...one, spec: { ...one.spec, ingressClassName } };

const classed = (name: string, namespace: string): fc.Arbitrary<Ingress> =>
  fc
    .tuple(
      member(name, namespace),
      fc.array(edit, { maxLength: 2 }),
      fc.option(fc.constantFrom('plain', 'strict', 'open'), { freq: 2 }),
    )
    .map(([one, edits, ofClass]) => inClass(edited(one, edits), ofClass));

/** The same annotations and class with the rules of somebody else. */
const twinOf = (one: Ingress, other: Ingress): Ingress => {
  const order = other.metadata.annotations?.[`${PREFIX}group.order`] ?? '0';
  const annotations = { ...one.metadata.annotations, [`${PREFIX}group.order`]: order };
  const { ingressClassName } = one.spec ?? {};
  const spec = { ...other.spec, ...(ingressClassName === undefined ? {} : { ingressClassName }) };
  return { ...other, metadata: { ...other.metadata, annotations }, spec };
};

const others: fc.Arbitrary<Ingress[]> = fc
  .tuple(
    fc.option(classed('b', 'shop')),
    fc.option(classed('c', 'pay')),
    fc.option(member('b2', 'shop')),
    fc.option(member('b3', 'shop')),
    fc.option(member('c2', 'pay')),
  )
  .map(([b, c, b2, b3, c2]) => [
    ...(b === null ? [] : [b]),
    ...(c === null ? [] : [c]),
    ...(b === null || b2 === null ? [] : [twinOf(b, b2)]),
    ...(b === null || b3 === null ? [] : [twinOf(b, b3)]),
    ...(c === null || c2 === null ? [] : [twinOf(c, c2)]),
  ]);

/** What somebody does to an Ingress. */
const next = (one: Ingress): fc.Arbitrary<Ingress | undefined> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.array(edit, { minLength: 1, maxLength: 3 }).map((edits) => edited(one, edits)),
    },
    {
      weight: 2,
      arbitrary: member('a', 'shop').map(({ spec }) => {
        const { ingressClassName } = one.spec ?? {};
        return { ...one, spec: { ...spec, ...(ingressClassName === undefined ? {} : { ingressClassName }) } };
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom('plain', 'strict', 'open').map((name) => inClass(one, name)) },
    {
      weight: 1,
      arbitrary: fc
        .integer({ min: -2, max: 2 })
        .map((order) => edited(one, [[`${PREFIX}group.order`, String(order)]])),
    },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );

/** A group before and after one member joins, leaves, or says something else. */
export const groupChange: fc.Arbitrary<GroupChange> = fc
  .tuple(others, classed('a', 'shop'), fc.integer({ min: 0, max: 6 }))
  .chain(([rest, one, joins]) =>
    fc.tuple(
      fc.constant(rest),
      fc.constant(joins === 0 ? undefined : one),
      joins === 0 ? fc.constant(one) : next(one),
    ),
  )
  .map(([rest, from, to]) => {
    const sheet = (mine: Ingress | undefined): Applied => ({
      ingresses: mine === undefined ? rest : [...rest, mine],
      services: SERVICES,
      classes,
    });
    return { before: sheet(from), after: sheet(to) };
  })
  .filter(({ before, after }) =>
    [before, after].every((sheet) => sheet.ingresses.every((one) => isAccepted(one, sheet))),
  );
