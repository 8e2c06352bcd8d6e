// names: which stacks and resources the objects of a cluster speak of, by whom. All Ingresses count, whatever their class:
// another controller of the same cluster tag may answer for them. Pure.
import { PREFIX } from '../../../api/annotation.ts';
import { heldGroups } from '../../../api/binding/finalizers.ts';
import type { LoadBalancerBinding } from '../../../api/generated/binding.ts';
import type { TargetGroupBinding } from '../../../api/generated/target-group-binding.ts';
import type { IngressClassParams } from '../../../api/ingress/class-parameters.ts';
import { type Ingress, type IngressClass, keyOf } from '../../../api/kube.ts';
import { CLASS_ANNOTATION, DEFAULT_CLASS_ANNOTATION } from '../../../api/ownership.ts';
import { isPublished } from '../../../api/targetgroupbinding/made-by.ts';
import { lbcGroups } from '../../bindings/lbc-finalizers.ts';

/** Every object that can name a stack or a resource in AWS, of all namespaces and classes. */
export interface NamingObjects {
  readonly ingresses: readonly Ingress[];
  readonly classes: readonly IngressClass[];
  readonly classParams: readonly IngressClassParams[];
  readonly bindings: readonly LoadBalancerBinding[];
  readonly targetGroupBindings: readonly TargetGroupBinding[];
}

export interface Names {
  /** Stack → who names it, for people: `Ingress shop/web`. */
  readonly stacks: ReadonlyMap<string, string>;
  /** ARN, name, id or DNS name of a resource (in lower case) → who names it. */
  readonly resources: ReadonlyMap<string, string>;
  /** What Ingresses say in annotations, where an ARN, an id or a name may stand anywhere in a value. */
  readonly texts: readonly { readonly by: string; readonly text: string }[];
}

type NamePair = readonly [name: string, by: string];

const GROUP_NAME = `${PREFIX}group.name`;

/** Names of groups that the class of an Ingress may say; where it names no class, those of every default class. */
function groupsOfClass(
  { metadata, spec }: Ingress,
  classes: readonly IngressClass[],
  groups: ReadonlyMap<string, string>,
): string[] {
  const said = [metadata.annotations?.[CLASS_ANNOTATION], spec?.ingressClassName].filter(
    (name) => name !== undefined,
  );
  const isDefault = (one: IngressClass): boolean =>
    one.metadata.annotations?.[DEFAULT_CLASS_ANNOTATION] === 'true';
  return classes
    .filter((one) => (said.length === 0 ? isDefault(one) : said.includes(one.metadata.name)))
    .flatMap((one) => groups.get(one.spec?.parameters?.name ?? '') ?? []);
}

function stacksOfIngress(
  ingress: Ingress,
  { classes }: NamingObjects,
  groups: ReadonlyMap<string, string>,
): NamePair[] {
  const by = `Ingress ${keyOf(ingress)}`;
  const annotated = ingress.metadata.annotations?.[GROUP_NAME]?.trim();
  return [
    keyOf(ingress),
    ...(annotated === undefined || annotated === '' ? [] : [annotated]),
    ...groupsOfClass(ingress, classes, groups),
    ...lbcGroups(ingress),
    ...heldGroups(ingress),
  ].map((stack) => [stack, by]);
}

const bindingName = (binding: LoadBalancerBinding): string => `LoadBalancerBinding ${keyOf(binding)}`;

function resourcesOfBinding(binding: LoadBalancerBinding): NamePair[] {
  const { loadBalancer, targetGroups = [] } = binding.status ?? {};
  const arns = [
    ...(loadBalancer === undefined ? [] : [loadBalancer.arn, ...(loadBalancer.beside ?? [])]),
    ...targetGroups.map(({ arn }) => arn),
  ];
  return arns.map((arn) => [arn.toLowerCase(), bindingName(binding)]);
}

/** What the objects name. The first to name something is the one that is told. */
export function namesOf(objects: NamingObjects): Names {
  const { ingresses, classParams, bindings, targetGroupBindings } = objects;
  const groups = new Map(
    classParams.flatMap(({ metadata, spec }): NamePair[] =>
      spec?.group?.name === undefined ? [] : [[metadata.name, spec.group.name]],
    ),
  );
  const stacks: NamePair[] = [
    ...ingresses.flatMap((ingress) => stacksOfIngress(ingress, objects, groups)),
    ...bindings.flatMap((binding) =>
      [keyOf(binding), binding.spec.group, ...heldGroups(binding)].map(
        (stack): NamePair => [stack, bindingName(binding)],
      ),
    ),
  ];
  const resources: NamePair[] = [
    ...bindings.flatMap(resourcesOfBinding),
    // What we publish says no more than the binding does, and may outlive it for a moment.
    ...targetGroupBindings
      .filter(({ metadata }) => !isPublished(metadata))
      .flatMap(({ metadata, spec }) =>
        [spec?.targetGroupARN, spec?.targetGroupName].flatMap((name): NamePair[] =>
          name === undefined || name === ''
            ? []
            : [[name.toLowerCase(), `TargetGroupBinding ${keyOf({ metadata })}`]],
        ),
      ),
    ...ingresses.flatMap((ingress) =>
      (ingress.status?.loadBalancer?.ingress ?? []).flatMap(({ hostname }): NamePair[] =>
        hostname === undefined ? [] : [[hostname.toLowerCase(), `the address of Ingress ${keyOf(ingress)}`]],
      ),
    ),
  ];
  const texts = ingresses.flatMap((ingress) =>
    Object.entries(ingress.metadata.annotations ?? {})
      .filter(([name]) => name.startsWith(PREFIX))
      .map(([, text]) => ({ by: `Ingress ${keyOf(ingress)}`, text })),
  );
  // Of equal keys a Map keeps the last one.
  return { stacks: new Map(stacks.toReversed()), resources: new Map(resources.toReversed()), texts };
}
