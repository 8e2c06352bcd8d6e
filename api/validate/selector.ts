// Label selectors as Kubernetes evaluates them (Kubernetes documentation: Labels and Selectors). Pure.

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly Requirement[];
}

export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

type Labels = Readonly<Record<string, string>>;

/** Whether the labels fit; an empty selector fits everything. Undefined when an operator is none of the four. */
export function selects(selector: LabelSelector, labels: Labels): boolean | undefined {
  const exact = Object.entries(selector.matchLabels ?? {}).every(
    ([key, value]) => labelOf(labels, key) === value,
  );
  const each = (selector.matchExpressions ?? []).map((one) => meets(one, labels));
  if (each.includes(undefined)) return undefined;
  return exact && each.every(Boolean);
}

const labelOf = (labels: Labels, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;

function meets({ key, operator, values = [] }: Requirement, labels: Labels): boolean | undefined {
  const label = labelOf(labels, key);
  switch (operator) {
    case 'In':
      return label !== undefined && values.includes(label);
    case 'NotIn':
      return label === undefined || !values.includes(label);
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
    default:
      return undefined;
  }
}
