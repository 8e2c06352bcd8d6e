// Annotations that nothing reads: unknown names, names not applied yet, and valid ones that have no effect on this
// Ingress. What nothing reads is never refused (spec annotations 18: "only while the setting is effective").
import type { AnyAnnotation } from '../../annotation.ts';
import { TARGET_GROUP_NAMES } from '../../ingress/effective-settings.ts';
import { actionNameOf, backendsOf, USE_ANNOTATION } from '../../ingress/references.ts';
import { annotationPath, type Finding, warn } from '../../problems/finding.ts';
import { portedName } from '../../problems/ported.ts';
import { type Problem, warning } from '../../problems/problem.ts';
import { suggest } from '../../problems/suggest.ts';
import { REGISTRY, STEMS } from '../../registry.ts';
import { type Context, isAlone } from './context.ts';
import { dormantReason } from './dormant.ts';
import { hasHttps } from './guarded.ts';
import { backendNames, unreadOfRules } from './unread-rules.ts';

const KNOWN: readonly string[] = REGISTRY.map(({ name }) => name);

/** What to say of a name that has no descriptor, or (`elsewhere`) one for another kind of object only. */
export function unreadName(suffix: string, elsewhere: boolean): readonly Finding[] {
  if (elsewhere) return [warn('Unused', { because: 'only Ingresses say it; nothing reads it here' })];
  const because = 'there is no annotation of this name, so nothing reads it';
  return [warn('UnknownAnnotation', { because, suggestion: nameSuggestion(suffix) })];
}

/** The annotation that somebody likely means by a name that there is not. */
export const nameSuggestion = (name: string): string | undefined =>
  portedName(name) ?? suggestMember(name) ?? suggest(name, KNOWN);

/** `actions.web` for `action.web`: the stem of a family is misspelt, the NAME behind it is anybody's. */
function suggestMember(suffix: string): string | undefined {
  const dot = suffix.indexOf('.');
  const stem = dot < 0 ? undefined : suggest(suffix.slice(0, dot), STEMS);
  return stem && `${stem}${suffix.slice(dot)}`;
}

/** What to say of an annotation that is checked and kept, and has no effect: not in this version, or never. */
export function notApplied({ effect }: AnyAnnotation): readonly Finding[] {
  if (effect.on === 'never') return [warn('ServiceEnded', { because: effect.because })];
  if (effect.on !== 'later') return [];
  return [warn('NotYetApplied', { because: `it is not applied: ${effect.because}` })];
}

/** Why nothing reads an annotation of this Ingress, or undefined when something does. */
export function unreadReason(suffix: string, context: Context): string | undefined {
  const dormant = dormantReason(suffix, context);
  if (dormant !== undefined) return dormant;
  const ofRules = unreadOfRules(suffix, context);
  if (ofRules !== undefined) return ofRules.because;
  if (suffix.startsWith('actions.')) return unusedAction(suffix.slice('actions.'.length), context);
  if (!TARGET_GROUP_NAMES.has(suffix)) return undefined;
  // An unreadable action may forward to a Service.
  if ([...context.refused].some((name) => name.startsWith('actions.'))) return undefined;
  if (context.targets.length === 0) return `${withoutTargets(context)}, so no target group reads it`;
  const overridden = context.targets.every(
    (target) => target.reading?.settings[suffix as 'target-type'] !== undefined,
  );
  return overridden ? 'every Service that rules forward to says it, so nothing reads it here' : undefined;
}

/** Why there are no targets: rules that answer by themselves need none. */
function withoutTargets({ ingress }: Context): string {
  const backends = backendsOf(ingress);
  if (backends.length === 0) return 'the Ingress has no backend';
  return backends.every(({ backend }) => actionNameOf(backend) !== undefined)
    ? 'every rule has an action that redirects, answers by itself or forwards to target groups of others'
    : 'no rule forwards to a Service';
}

/** The text is read although it has no effect, so one that cannot be read stops the LBC (spec annotations 10). */
export const isParsed = (suffix: string, context: Context): boolean =>
  dormantReason(suffix, context) === undefined && unreadOfRules(suffix, context)?.parsed === true;

function unusedAction(name: string, context: Context): string | undefined {
  const { actions, all } = backendNames(context);
  if (actions.has(name)) return undefined;
  return all.has(name)
    ? `the backend ${name} does not have the port name ${USE_ANNOTATION}, so nothing reads it`
    : `no backend has the name ${name} and the port name ${USE_ANNOTATION}, so nothing reads it`;
}

const NOTHING: ReadonlySet<string> = new Set();

/** A redirect to an HTTPS port that nobody opens says why nothing of HTTPS is read; each for itself would hide the one mistake. */
const ofMissingRedirectPort = (context: Context): ReadonlySet<string> =>
  context.settings['ssl-redirect'] !== undefined && isAlone(context) && hasHttps(context) === false
    ? OF_HTTPS
    : NOTHING;

/** Annotations that HTTPS listeners alone read. */
export const OF_HTTPS: ReadonlySet<string> = new Set(['certificate-arn', 'ssl-policy']);

const FAMILIES: ReadonlySet<string> = new Set(STEMS);

/** Valid annotations that have no effect on this Ingress. */
export function unusedProblems(context: Context): Problem[] {
  const suffixes = Object.entries(context.settings).flatMap(([name, setting]) =>
    FAMILIES.has(name) ? Object.keys(setting).map((member) => `${name}.${member}`) : [name],
  );
  const explained = ofMissingRedirectPort(context);
  return suffixes.flatMap((suffix): Problem[] => {
    if (explained.has(suffix)) return [];
    const because = unreadReason(suffix, context);
    return because === undefined ? [] : [warning('Unused', annotationPath(suffix), { because })];
  });
}
