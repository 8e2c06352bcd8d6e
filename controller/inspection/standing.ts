// Standing: the group of one Ingress with what it wants, decided without asking AWS. What only AWS knows (subnets,
// certificates, security groups), and what Secrets say, is taken to be there. Pure.

import { type Desire, desire } from '../../alb/desire/desire.ts';
import { type Group, groupOf, type Member, type Told } from '../../alb/group.ts';
import { factsUnasked, settingsUnasked } from '../../alb/preview/unknown-facts.ts';
import type { ControllerDefaults } from '../../api/ingress/read.ts';
import { servicesOf } from '../../api/ingress/references.ts';
import type { Service } from '../../api/kube.ts';
import type { ClusterSeen } from './cluster.ts';

export interface StandingOptions extends ControllerDefaults {
  /** Whether a Service that was not seen in a namespace does not exist; else it is taken to have what Ingresses name. */
  knowsServices(namespace: string): boolean;
}

export interface GroupState {
  readonly group: Group;
  readonly wanted: Desire;
  /** What admission refuses of Ingresses in this group. */
  readonly refused: readonly Told[];
  /** `namespace/name` of Services that are taken to exist. */
  readonly assumed: ReadonlySet<string>;
}

/** Of the world only what Ingresses name. */
type ClusterOfServices = Omit<ClusterSeen, 'world'> & {
  readonly world: Pick<ClusterSeen['world'], 'service'>;
};

/** The group of an Ingress, by `namespace/name`, or why it has none. */
export function standingOf(
  key: string,
  { book, world, absent }: ClusterOfServices,
  options: StandingOptions,
): GroupState | { readonly because: string } {
  const entry = book.entry(key);
  if (entry === undefined) return { because: absent(key) ?? `Ingress ${key} is being deleted` };
  const { group: id } = entry.spec;
  const group = groupOf(id, book.of(id));
  const assumed = new Map<string, Service>();
  for (const member of group.members) assume(member, { book, world }, options, assumed);
  const serviceOf = (namespace: string, name: string): Service | undefined =>
    world.service(namespace, name) ?? assumed.get(`${namespace}/${name}`);
  const refused = book.keys().flatMap((member) => {
    const { spec, told = [] } = book.entry(member) ?? {};
    const problems = spec?.group === id ? told.filter(({ severity }) => severity === 'refuse') : [];
    return problems.map((problem): Told => ({ member, problem }));
  });
  const facts = factsUnasked(group, { cluster: settingsUnasked(options), service: serviceOf });
  const wanted = desire(group, { ...facts, targetGroupNamed: (name) => ({ value: name }) });
  return { group, wanted, refused, assumed: new Set(assumed.keys()) };
}

/** A port that a Service of type NodePort may have. */
const NODE_PORT = 30_000;

/** Adds the Services that a member names and nobody knows to be missing, with the ports that it names. */
function assume(
  { key, namespace, intent }: Member,
  { book, world }: Pick<ClusterOfServices, 'book' | 'world'>,
  { knowsServices }: StandingOptions,
  assumed: Map<string, Service>,
): void {
  const ingress = book.entry(key)?.ingress;
  if (ingress === undefined || knowsServices(namespace)) return;
  for (const { name, port: reference } of servicesOf(ingress, intent.settings.actions)) {
    if (world.service(namespace, name) !== undefined) continue;
    const number = Number(reference);
    const port = Number.isInteger(number)
      ? { port: number, nodePort: NODE_PORT }
      : { name: String(reference), port: 80, nodePort: NODE_PORT };
    const ports = [...(assumed.get(`${namespace}/${name}`)?.spec?.ports ?? []), port];
    assumed.set(`${namespace}/${name}`, { metadata: { name, namespace }, spec: { type: 'NodePort', ports } });
  }
}
