// The law `adopts` against what the LBC really left: for every conformance case that can be played, the recorded end state
// is made again, read as the controller reads AWS, and planned for. Nothing may be planned.
import { describe, expect, test } from 'vitest';
import { seldomWanted } from '../../alb/amendments/defer-until-active.ts';
import { desire } from '../../alb/desire/desire.ts';
import type { Facts, Looked } from '../../alb/desire/facts.ts';
import { SHARED_STACK } from '../../alb/desire/tags.ts';
import { type Group, groupOf, type Member } from '../../alb/group.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { schemas } from '../../alb/kinds/kinds.ts';
import { factsOf, CLUSTER as SETTINGS } from '../../alb/laws/paper.ts';
import { inWords } from '../../alb/plan/operation.ts';
import { plan } from '../../alb/plan/plan.ts';
import { effectiveListenPorts } from '../../api/annotations/listener.ts';
import { SHARED_TAG } from '../../api/aws.ts';
import { bindingFor } from '../../api/binding/bind.ts';
import { finalizerOf } from '../../api/binding/finalizers.ts';
import type { IngressClassParams } from '../../api/ingress/class-parameters.ts';
import type { Ingress, IngressClass, ObjectMeta, Service } from '../../api/kube.ts';
import { keyOf } from '../../api/kube.ts';
import { recordedFailure } from '../../e2e/harness/conformance.ts';
import { type ConformanceCase, readCases } from '../../e2e/harness/conformance-case.ts';
import { readDifferences } from '../../e2e/harness/differences.ts';
import { AwsRefusal } from '../../local-aws/elb/refusal.ts';
import { readingOf } from '../bindings/read-ingress.ts';
import { type Book, openBook } from '../bindings/store.ts';
import { chooseCertificates } from '../facts/certificate-choice.ts';
import { createInventory } from '../inventory/inventory.ts';
import { CERTIFICATES, CLUSTER, fleetOf, stacksOf, TOKENS } from './fleet.ts';
import { awsOf } from './fleet-aws.ts';

/** Cases in which the LBC leaves something that we change, and what. */
const DIFFERENT: Readonly<Record<string, string>> = Object.fromEntries(
  readDifferences().flatMap(({ cases, onTakingOver }) =>
    onTakingOver === undefined ? [] : cases.map((name) => [name, onTakingOver]),
  ),
);
/** Cases whose end state AWS would refuse, so that no LBC can have left it, and why. */
const IMPOSSIBLE: Readonly<Record<string, string>> = {
  'lb-tags': 'a comma in a tag value',
};

const all = readCases(TOKENS);
const adoptable = all.filter(
  (one) =>
    one.unplayable === undefined &&
    IMPOSSIBLE[one.name] === undefined &&
    !recordedFailure(one.expected.at(-1)) &&
    Object.keys(stacksOf(one)).length > 0,
);

interface Secret {
  readonly metadata: ObjectMeta;
  readonly stringData?: Readonly<Record<string, string>>;
}
type Stored = (Ingress | Service | IngressClass | IngressClassParams | Secret) & { readonly kind: string };

/** What admission judges. */
const JUDGED = new Set(['Ingress', 'IngressClassParams']);

/** The objects of a case when its last step is over; those that were refused are not there. */
function objectsOf({ steps, namespace, expected }: ConformanceCase): Stored[] {
  const objects = new Map<string, Stored>();
  for (const [at, step] of steps.entries()) {
    const refused = Object.keys(expected[at]?.refused ?? {});
    for (const { kind, metadata, delete: removed, ...rest } of step) {
      if (removed !== undefined) objects.delete(`${removed.kind}/${removed.name}`);
      if (metadata === undefined || (JUDGED.has(kind) && refused.includes(metadata.name))) continue;
      const stored = { ...rest, kind, metadata: { namespace, uid: metadata.name, ...metadata } };
      objects.set(`${kind}/${metadata.name}`, stored as Stored);
    }
  }
  return [...objects.values()];
}

function bookOf(objects: readonly Stored[]): Book {
  const book = openBook();
  const of = <T extends Stored>(kind: string): T[] => objects.filter((one) => one.kind === kind) as T[];
  const classes = [
    { metadata: { name: 'alb' }, spec: { controller: 'ingress.k8s.aws/alb' } },
    ...of<IngressClass & Stored>('IngressClass'),
  ];
  for (const ingress of of<Ingress & Stored>('Ingress')) {
    const reading = readingOf(ingress, {
      service: (namespace, name) =>
        of<Service & Stored>('Service').find((one) => keyOf(one) === `${namespace}/${name}`),
      classes,
      ingressClass: (name) => classes.find(({ metadata }) => metadata.name === name),
      classParams: (name) =>
        of<IngressClassParams & Stored>('IngressClassParams').find(({ metadata }) => metadata.name === name),
      namespaceLabels: () => ({}),
      bound: () => false,
      options: { defaultTargetType: 'instance', defaultLoadBalancerScheme: 'internal', ingressClass: 'alb' },
    });
    if (reading === undefined) continue;
    const key = keyOf(ingress);
    book.ingress(key, { ingress, reading });
    const spec = book.entry(key)?.spec;
    if (spec === undefined) continue;
    const { metadata, ...binding } = bindingFor(ingress, spec);
    book.binding(key, { ...binding, metadata: { ...metadata, finalizers: [finalizerOf(spec.group)] } });
  }
  return book;
}

const hostsOf = ({ intent }: Member): string[] => [
  ...intent.rules.flatMap(({ host }) => (host === undefined || host === '' ? [] : [host])),
  ...(intent.tlsHosts ?? []),
];

const named = (kind: string, names: readonly string[]): string[] =>
  names.map((name) => TOKENS.get(`${kind}:${name}`) ?? name);

/** What look-ups would find in the conformance world; subnets that nobody names are those that the load balancer has. */
function facts(group: Group, found: readonly Found[], objects: readonly Stored[]): Facts {
  const { settings } = group;
  const balancer = found.find((one) => one.kind === 'loadBalancer');
  const has = balancer?.kind === 'loadBalancer' ? balancer.spec.subnets : [];
  const said = settings.subnets?.value;
  const groups = settings['security-groups']?.value;
  const certificates = (key: string): Looked<string[]> | undefined => {
    const member = group.members.find((one) => one.key === key);
    if (member === undefined || (member.intent.settings['certificate-arn']?.value ?? []).length > 0)
      return undefined;
    if (!effectiveListenPorts(member.intent.settings).some(({ protocol }) => protocol === 'HTTPS'))
      return undefined;
    return { value: chooseCertificates(hostsOf(member), CERTIFICATES).arns };
  };
  const acl = group.webAcl;
  const services = objects.filter(({ kind }) => kind === 'Service') as Service[];
  const secrets = objects.filter(({ kind }) => kind === 'Secret') as Secret[];
  return factsOf(group, services, {
    cluster: { ...SETTINGS, name: CLUSTER },
    subnets: { value: said === undefined ? [...has] : named('SUBNET', said) },
    ...(groups === undefined ? {} : { securityGroups: { value: named('SG', groups) } }),
    ...(acl === undefined ? {} : { webAcl: { value: TOKENS.get(`WAF:${acl.value}`) ?? acl.value } }),
    certificatesFor: certificates,
    // What AWS holds of a client secret cannot be read, so nobody knows whether it is this one.
    secret: (namespace, name) => {
      const client = secrets.find((one) => keyOf(one) === `${namespace}/${name}`);
      return client && { value: { id: client.stringData?.clientID ?? '', secret: 'a hash' } };
    },
    targetGroupNamed: (name) => ({ value: TOKENS.get(`TG:${name}`) ?? name }),
    trustStoreNamed: (name) => TOKENS.get(`TRUSTSTORE:${name}`) ?? name,
  });
}

/** What would be done to the fleet that the LBC left, and how many resources of it were looked at. */
async function planFor(one: ConformanceCase): Promise<{ planned: string[]; looked: number }> {
  const fleet = fleetOf(one);
  const inventory = createInventory(awsOf(fleet));
  const made = fleet.elb.mutations();
  await inventory.load();
  const objects = objectsOf(one);
  const book = bookOf(objects);
  const planned: string[] = [];
  let looked = 0;
  const groups = new Set([...book.groups(), ...inventory.groups().filter((id) => id !== SHARED_STACK)]);
  for (const id of groups) {
    let own = await inventory.of(id);
    const group = groupOf(id, book.of(id));
    const { resources } = desire(group, facts(group, own, objects));
    own = await inventory.of(id, seldomWanted(resources));
    const shared = resources.some(({ spec }) => SHARED_TAG in spec.tags);
    const found = shared ? [...own, ...(await inventory.of(SHARED_STACK))] : own;
    looked += own.length;
    planned.push(
      ...plan(schemas, resources, found).operations.map((operation) => `${id}: ${inWords(operation)}`),
    );
  }
  expect(fleet.elb.mutations()).toBe(made);
  return { planned, looked };
}

describe('what the LBC left is kept as it is', () => {
  const same = adoptable.filter(({ name }) => DIFFERENT[name] === undefined);
  test.each(same)('$name', async (one) => {
    const { planned, looked } = await planFor(one);
    expect(planned).toEqual([]);
    expect(looked).toBeGreaterThan(1);
  });
});

describe('what the LBC left is changed, and why', () => {
  test.each(Object.entries(DIFFERENT))('%s: %s', async (name) => {
    const one = adoptable.find((each) => each.name === name);
    expect(one).toBeDefined();
    if (one !== undefined) expect((await planFor(one)).planned).not.toEqual([]);
  });
});

test('most cases are looked at', () => {
  expect(adoptable.length).toBeGreaterThan(50);
});

test.each(Object.entries(IMPOSSIBLE))('%s cannot be made: %s', (name) => {
  const one = all.find((each) => each.name === name);
  expect(() => one !== undefined && fleetOf(one)).toThrow(AwsRefusal);
});
