// Ingress to settings and problems, all problems at once (design: Refusals; spec annotations 18 grades the checks).

import { PREFIX } from '../annotation.ts';
import type { Scheme } from '../aws.ts';
import { defined } from '../defined.ts';
import type { FirstSettings, Settings } from '../generated/binding.ts';
import { type Ingress, keyOf, type Service } from '../kube.ts';
import { once } from '../once.ts';
import { type Policy, readPolicy } from '../policy.ts';
import { annotationPath, type Finding, problemOf } from '../problems/finding.ts';
import { joined } from '../problems/hints.ts';
import { placed, type Saying } from '../problems/place.ts';
import { type Problem, warning, worstFirst } from '../problems/problem.ts';
import { descriptorOf, stemOf } from '../registry.ts';
import { check } from '../validate/check.ts';
import type { BackendTarget, Context } from '../validate/checks/context.ts';
import { crossProblems } from '../validate/checks/cross.ts';
import { prefixProblems } from '../validate/checks/prefixes.ts';
import { protectionProblems } from '../validate/checks/protection.ts';
import { specProblems } from '../validate/checks/spec.ts';
import { targetProblems } from '../validate/checks/targets.ts';
import { isParsed, notApplied, unreadName, unreadReason, unusedProblems } from '../validate/checks/unread.ts';
import { checkedLoosely, loosened, type StrictCheck } from '../validate/strict.ts';
import { type ClassReading, FIRST_MEMBER } from './class-parameters.ts';
import { type ClassSurroundings, type OfClass, ofClass } from './class-settings.ts';
import type { ServiceSettings } from './effective-settings.ts';
import { servicesOf } from './references.ts';

export { effectiveTargetGroupSettings, type ServiceSettings } from './effective-settings.ts';

/** What the controller takes where no annotation says it; flags of the same names. */
export interface ControllerDefaults {
  readonly defaultTargetType: 'instance' | 'ip';
  readonly defaultScheme: Scheme;
  /** Checks that only warn here; none unless said. Settings then hold what the LBC makes of the text. */
  readonly warnOnly?: ReadonlySet<StrictCheck>;
}

/** What may be looked at beside the Ingress, from caches. */
export interface Surroundings extends ClassSurroundings {
  readonly service: (namespace: string, name: string) => Service | undefined;
  readonly options: ControllerDefaults;
}

export interface Reading {
  readonly settings: Settings;
  /** What the class says in case the Ingress is the first of its group; `settings` do not hold it. */
  readonly first?: FirstSettings;
  /** Tags that the class gives; they win over those of Services, too. */
  readonly classTags?: Record<string, string>;
  /** Tags by which the class picks subnets. */
  readonly subnetTags?: Record<string, string[]>;
  /** What it lets be done in AWS. */
  readonly policy?: Policy;
  /** Worst first. */
  readonly problems: readonly Problem[];
}

export interface ServiceReading {
  readonly settings: ServiceSettings;
  readonly problems: readonly Problem[];
}

const NONE: ReadonlySet<StrictCheck> = new Set();

/** What was found about one annotation, `actions.maint` or `scheme`. */
interface AnnotationFindings {
  readonly suffix: string;
  readonly findings: readonly Finding[];
}

/** Reads every annotation under our prefix. Those that are refused are not in settings. */
function readAnnotations(
  annotations: Readonly<Record<string, string>>,
  who: 'Ingress' | 'Service',
  from: string,
  warnOnly: ReadonlySet<StrictCheck>,
): { readonly settings: Settings; readonly said: readonly AnnotationFindings[] } {
  const single = new Map<string, unknown>();
  const families = new Map<string, Map<string, unknown>>();
  const said: AnnotationFindings[] = [];
  for (const [key, text] of Object.entries(annotations)) {
    if (!key.startsWith(PREFIX)) continue;
    const suffix = key.slice(PREFIX.length);
    const known = descriptorOf(suffix);
    if (known === undefined || !known.descriptor.on.includes(who)) {
      said.push({ suffix, findings: unreadName(suffix, known !== undefined) });
      continue;
    }
    const checked = checkedLoosely(check(known.descriptor, text), warnOnly);
    const findings = [...checked.findings, ...notApplied(known.descriptor)];
    if (findings.length > 0) said.push({ suffix, findings });
    if (checked.value === undefined) continue;
    if (known.member === undefined) single.set(suffix, { value: checked.value, from });
    else {
      const stem = stemOf(known.descriptor.name) ?? '';
      const members = families.getOrInsertComputed(stem, () => new Map<string, unknown>());
      members.set(known.member, { value: checked.value, from });
    }
  }
  for (const [stem, members] of families) single.set(stem, Object.fromEntries(members));
  // Each value has passed the schema that its type is generated from.
  return { settings: Object.fromEntries(single) as Settings, said };
}

/**
 * Reads an Ingress. Every problem that the Ingress and what surrounds it show is told at once, worst first. Settings hold
 * what could be read; with a refusal among the problems they are not to be used as an intent (bind.ts).
 */
export function readIngress(ingress: Ingress, around: Surroundings): Reading {
  const { warnOnly = NONE } = around.options;
  const { settings: own, said } = readAnnotations(
    ingress.metadata.annotations ?? {},
    'Ingress',
    'Ingress',
    warnOnly,
  );
  const asked = readPolicy(ingress.metadata.annotations ?? {});
  const klass = ofClass(ingress, around);
  const settings = withClass(own, klass.reading);
  const refused = new Set(
    said
      .filter((one) => one.findings.some((finding) => finding.severity === 'refuse'))
      .map((one) => one.suffix)
      .filter((suffix) => klass.reading?.hides.has(suffix) !== true),
  );
  const targets = targetsOf(ingress, settings, around);
  const { first = {}, subnetTags } = klass.reading ?? {};
  const context: Context = { ingress, settings, first, refused, options: around.options, targets };
  const classTags = klass.reading?.settings.tags?.value;
  const saying: Saying = defined({ settings, first, classTags, subnetTags });
  const ofSettings = [
    ...crossProblems(context),
    ...protectionProblems(context),
    ...unusedProblems(context),
    ...specProblems(context),
    ...targetProblems(context),
  ].map((one) => placed(one, saying, ingress.metadata.namespace ?? ''));
  const problems = [
    ...said.flatMap((one) =>
      problemsOf(
        one,
        hidden(one.suffix, klass) ?? unreadReason(one.suffix, context),
        isParsed(one.suffix, context),
      ),
    ),
    ...overridden(ingress, klass, said),
    ...asked.problems,
    ...prefixProblems(ingress.metadata.annotations ?? {}),
    ...ofSettings,
    ...ofServices(targets),
    ...klass.problems.map((problem) => unlessUnread(problem, klass, context)),
  ];
  return defined({
    settings,
    problems: worstFirst(problems.map((one) => loosened(one, warnOnly))),
    policy: asked.policy,
    first: Object.keys(first).length === 0 ? undefined : first,
    classTags,
    subnetTags,
  });
}

/** Why the class keeps an annotation from being read, if it does. */
function hidden(suffix: string, { from, reading }: OfClass): string | undefined {
  const field = reading?.hides.get(suffix);
  return field === undefined ? undefined : `${from} says it (${field}), so nothing reads it here`;
}

/** A mistake of the class in what nothing reads for this Ingress is not held against it (spec annotations 18). */
function unlessUnread(problem: Problem, { reading }: OfClass, context: Context): Problem {
  const suffix = [...(reading?.hides ?? [])].find(([, field]) => problem.path.startsWith(field))?.[0];
  return asUnread(problem, suffix === undefined ? undefined : unreadReason(suffix, context));
}

/** What nothing reads works with the LBC, so it is not refused; `unread` says why, where nothing reads it. */
const asUnread = (problem: Problem, unread: string | undefined): Problem =>
  unread === undefined || problem.severity === 'warn'
    ? problem
    : { ...problem, severity: 'warn', because: joined(problem.because, unread) };

/**
 * The class over the annotations: as a whole, tags key by key. What a class says for the first member only leaves the
 * annotation of a later one in force (spec annotations 5.6, 5.8).
 */
function withClass(own: Settings, reading: ClassReading | undefined): Settings {
  if (reading === undefined) return own;
  const mayBeLater = (reading.settings['group.name'] ?? own['group.name']) !== undefined;
  const read = Object.entries(own).filter(
    ([suffix]) => !reading.hides.has(suffix) || (mayBeLater && FIRST_MEMBER.some((name) => name === suffix)),
  );
  const merged: Settings = { ...Object.fromEntries(read), ...reading.settings };
  if (own.tags === undefined || reading.settings.tags === undefined) return merged;
  const { value, from } = reading.settings.tags;
  return { ...merged, tags: { value: { ...own.tags.value, ...value }, from } };
}

/** Reads the annotations of a Service, once for each object. Those that are refused are not in settings. */
export const readService = once((service: Service): ServiceReading => {
  const { settings, said } = readAnnotations(
    service.metadata.annotations ?? {},
    'Service',
    `Service ${service.metadata.name}`,
    NONE,
  );
  return { settings, problems: worstFirst(said.flatMap((one) => problemsOf(one, undefined))) };
});

/** `unread` says why nothing reads the annotation; with `parsed` its text must be readable all the same. */
function problemsOf(
  { suffix, findings }: AnnotationFindings,
  unread: string | undefined,
  parsed = false,
): Problem[] {
  return findings.map((finding) => {
    const problem = problemOf(finding, suffix);
    return parsed && problem.code === 'Malformed' ? problem : asUnread(problem, unread);
  });
}

function targetsOf(ingress: Ingress, settings: Settings, around: Surroundings): BackendTarget[] {
  const namespace = ingress.metadata.namespace ?? '';
  return servicesOf(ingress, settings.actions).map((reference): BackendTarget => {
    const service = around.service(namespace, reference.name);
    return service === undefined ? reference : { ...reference, service, reading: readService(service) };
  });
}

/** Mistakes on Services that the Ingress uses: told, but not held against the Ingress. */
function ofServices(targets: readonly BackendTarget[]): Problem[] {
  const each = new Map(targets.map((target) => [target.name, target]));
  return [...each.values()].flatMap(({ service, reading }) =>
    service === undefined
      ? []
      : (reading?.problems ?? [])
          .filter((problem) => problem.code !== 'UnknownAnnotation')
          .map((problem): Problem => ({ ...problem, severity: 'warn', object: `Service ${keyOf(service)}` })),
  );
}

/** Annotations that are there although the class says the same thing: valid, but nothing reads them. */
function overridden(ingress: Ingress, klass: OfClass, said: readonly AnnotationFindings[]): Problem[] {
  if (klass.reading === undefined) return [];
  const told = new Set(said.map(({ suffix }) => suffix));
  return Object.keys(ingress.metadata.annotations ?? {}).flatMap((key): Problem[] => {
    const suffix = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : '';
    const because = hidden(suffix, klass);
    if (because === undefined || told.has(suffix)) return [];
    return [warning('Unused', annotationPath(suffix), { because })];
  });
}
