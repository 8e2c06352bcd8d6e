// Which annotations of an update force AWS resources to be replaced: what each of them would do alone is planned. Pure.
import { canonicalText } from '../../api/binding/bind.ts';
import type { Intent, LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf } from '../../api/kube.ts';
import { annotationPath } from '../../api/problems/finding.ts';
import { type Problem, warning } from '../../api/problems/problem.ts';
import { STEMS } from '../../api/registry.ts';
import { changesIn, reasons } from '../plan/plan.ts';
import { type PreviewAround, preview } from './preview.ts';
import type { PreviewStep } from './steps.ts';

/** An update of one member that stays in its group. */
export interface Update {
  readonly before: LoadBalancerBinding;
  readonly after: LoadBalancerBinding;
  /** The bindings of the group. */
  readonly bindings: readonly LoadBalancerBinding[];
}

type ReplacementContext = Omit<PreviewAround, 'existing' | 'only'>;

/** What of the load balancer and of the member's target groups is replaced, told at the annotation that forces it. */
export function replacementProblems(update: Update, around: ReplacementContext): Problem[] {
  const [before, after] = [update.before.spec.intent, update.after.spec.intent];
  if (before === undefined || after === undefined) return [];
  const names = changedNames(before, after);
  if (names.length === 0 || forced(update, around).length === 0) return [];
  return names.flatMap((name) => {
    const alone = { ...update, after: withIntent(update.before, only(name, before, after)) };
    const steps = forced(alone, around);
    const { value } = settingOf(after.settings, name) ?? {};
    const said = value === undefined || typeof value === 'object' ? undefined : String(value);
    return wordsOf(steps).map((because) =>
      warning('Replacement', annotationPath(name), { value: said, because }),
    );
  });
}

/** Replacements of what the member has a part in, without those that follow from another one. */
function forced({ before, after, bindings }: Update, around: ReplacementContext): PreviewStep[] {
  const [key, { group }] = [keyOf(after), after.spec];
  const known = { ...around, existing: 'assumed', only: 'replacements' } as const;
  const { steps } = preview({ group, key, bindings, before, after }, known);
  return steps.filter(
    ({ verb, fields, owner = key }) => verb === 'replace' && fields.length > 0 && owner === key,
  );
}

const isStem = (name: string): boolean => STEMS.some((stem) => stem === name);

type SettingValue = { readonly value: unknown } | undefined;

/** Settings by the names of their annotations; those of families one by one. */
function flat(settings: object): ReadonlyMap<string, SettingValue> {
  return new Map(
    Object.entries(settings).flatMap(([name, setting]): [string, SettingValue][] =>
      isStem(name)
        ? Object.entries(setting as object).map(([part, one]) => [`${name}.${part}`, one as SettingValue])
        : [[name, setting as SettingValue]],
    ),
  );
}

const settingOf = (settings: object, name: string): SettingValue => flat(settings).get(name);

/** Names of annotations that say something else, in the Ingress or in its class. */
function changedNames(before: Intent, after: Intent): string[] {
  return SAYING.flatMap((part) => {
    const [old, next] = [flat(before[part] ?? {}), flat(after[part] ?? {})];
    return [...new Set([...old.keys(), ...next.keys()])].filter(
      (name) => canonicalText(old.get(name)) !== canonicalText(next.get(name)),
    );
  }).filter((name, at, all) => all.indexOf(name) === at);
}

/** Where an intent has settings: of the Ingress, and of its class if it is the first of its group. */
const SAYING = ['settings', 'first'] as const;

/** The intent as it was, with what one annotation says now. */
function only(name: string, before: Intent, after: Intent): Intent {
  const parts = SAYING.flatMap((part) => {
    if (before[part] === undefined && after[part] === undefined) return [];
    return [[part, replacedIn(before[part] ?? {}, after[part] ?? {}, name)]];
  });
  return { ...before, ...Object.fromEntries(parts) };
}

function replacedIn(before: object, after: object, name: string): object {
  const dot = name.indexOf('.');
  const stem = dot < 0 || !isStem(name.slice(0, dot)) ? undefined : name.slice(0, dot);
  const [old, next] = [before, after].map((settings) => new Map(Object.entries(settings)));
  if (stem !== undefined) {
    const part = replacedIn(old?.get(stem) ?? {}, next?.get(stem) ?? {}, name.slice(dot + 1));
    return { ...before, [stem]: part };
  }
  const { [name]: _, ...rest } = before as Record<string, unknown>;
  return next?.has(name) === true ? { ...rest, [name]: next.get(name) } : rest;
}

const withIntent = (binding: LoadBalancerBinding, intent: Intent): LoadBalancerBinding => ({
  ...binding,
  spec: { ...binding.spec, intent },
});

/** One sentence for the load balancer, and one for all target groups. */
function wordsOf(steps: readonly PreviewStep[]): string[] {
  const because = (of: readonly PreviewStep[]): string =>
    [...new Set(of.flatMap(({ fields, operation }) => reasonsOf(fields, operation)))].join('; ');
  const [balancers, groups] = ['loadBalancer', 'targetGroup'].map((kind) =>
    steps.filter((step) => step.kind === kind),
  );
  const services = [...new Set((groups ?? []).map(({ id }) => serviceOf(id)))];
  const whose = `Service${services.length === 1 ? '' : 's'} ${services.join(', ')}`;
  return [
    ...(balancers?.length === 0
      ? []
      : [`the load balancer is replaced by another one with another address: ${because(balancers ?? [])}`]),
    ...(services.length === 0
      ? []
      : [`the target groups of ${whose} are replaced by new ones: ${because(groups ?? [])}`]),
  ];
}

const reasonsOf = (fields: readonly string[], operation: PreviewStep['operation']): string[] =>
  operation.verb === 'create' && operation.replaces !== undefined
    ? reasons(changesIn(fields, operation.resource, operation.replaces))
    : [];

/** `targetGroup/NAMESPACE/INGRESS/SERVICE:PORT` */
const serviceOf = (id: string): string => id.split('/')[3]?.split(':')[0] ?? id;
