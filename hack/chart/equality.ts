// Whether the chart gives a cluster what config/ gives it. Pure.
import { isDeepStrictEqual } from 'node:util';
import { nameOf, type Rendered } from './helm.ts';

interface Deployment extends Rendered {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
}

interface Container {
  readonly args: readonly string[];
  readonly envFrom?: unknown;
}

/** What differs on purpose is made alike: what config/ leaves to a ConfigMap is a value of the chart. */
function alike(object: Rendered, cluster: Readonly<Record<string, string>>): Rendered | undefined {
  // Helm makes the namespace itself (--create-namespace).
  if (object.kind === 'Namespace') return undefined;
  if (object.kind === 'CustomResourceDefinition') {
    // It outlives an uninstall of the chart.
    const { 'helm.sh/resource-policy': _, ...annotations } = object.metadata.annotations ?? {};
    const { annotations: __, ...metadata } = object.metadata;
    return {
      ...object,
      metadata: { ...metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    };
  }
  if (object.kind !== 'Deployment') return object;
  const { spec, ...rest } = object as Deployment;
  const containers = spec.template.spec.containers.map(({ args, envFrom: _, ...container }) => ({
    ...container,
    // The order of flags means nothing.
    args: args
      .map((arg) => arg.replaceAll(/\$\(([A-Z_]+)\)/g, (whole, name) => cluster[name] ?? whole))
      .toSorted(),
  }));
  const template = { ...spec.template, spec: { ...spec.template.spec, containers } };
  return { ...rest, spec: { ...spec, template } } as Rendered;
}

/** What one has and the other has not, or has otherwise, in words; `cluster`: what the ConfigMap of config/ would say. */
export function differences(
  ofChart: readonly Rendered[],
  ofConfig: readonly Rendered[],
  cluster: Readonly<Record<string, string>>,
): string[] {
  const byName = (objects: readonly Rendered[]) =>
    new Map(
      objects.flatMap((one) => {
        const object = alike(one, cluster);
        return object === undefined ? [] : [[nameOf(object), object] as const];
      }),
    );
  const [chart, config] = [byName(ofChart), byName(ofConfig)];
  return [...new Set([...chart.keys(), ...config.keys()])].toSorted().flatMap((name) => {
    if (!chart.has(name)) return [`${name}: only in config/`];
    if (!config.has(name)) return [`${name}: only in the chart`];
    return placesOf(chart.get(name), config.get(name), '').map((place) => `${name}: ${place}`);
  });
}

/** The paths at which two values differ. */
function placesOf(one: unknown, other: unknown, path: string): string[] {
  if (isDeepStrictEqual(one, other)) return [];
  if (!isTree(one) || !isTree(other))
    return [`${path}: ${JSON.stringify(one)}, in config/ ${JSON.stringify(other)}`];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
    placesOf(one[key], other[key], `${path}.${key}`),
  );
}

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
