// Pods that end before the load balancer has finished with them: whether what lies together in files gives them the time. Pure.
//
//   deleted ──▶ deregistered ──▶ deregistration delay: requests that run may finish ──▶ the load balancer closes their connections
//       └─────▶ preStop ──▶ SIGTERM ──────────▶ terminationGracePeriodSeconds ──▶ killed
import { TARGET_GROUP_DEFAULTS } from '../defaults.ts';
import type { Settings } from '../generated/binding.ts';
import { type ControllerDefaults, effectiveTargetGroupSettings, readService } from '../ingress/read.ts';
import { servicesOf } from '../ingress/references.ts';
import { type Ingress, keyOf, type Service } from '../kube.ts';
import { type Problem, warning } from '../problems/problem.ts';
import { isObject } from './type-guards.ts';

/** What of a workload says how its pods end. */
export interface PodEnding {
  /** `Deployment shop/web`. */
  readonly object: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, unknown>>;
  /** Path of the pod's spec. */
  readonly path: string;
  /** Seconds from when it is told to end to when it is killed; undefined: not said, and 30 (Kubernetes: Pod Lifecycle, "Pod termination"). */
  readonly grace: number | undefined;
  /** Seconds that its containers sleep before they are told to end; undefined: they do not, or something else happens then. */
  readonly sleep: number | undefined;
}

const GRACE_SECONDS = 30;
const DELAY = 'deregistration_delay.timeout_seconds';

/** The longest sleep among the preStop hooks, by the hook of that name or a command. */
function sleepOf(containers: unknown): number | undefined {
  const sleeps = (Array.isArray(containers) ? containers : []).flatMap((container: unknown): number[] => {
    const lifecycle = isObject(container) ? container.lifecycle : undefined;
    const hook = isObject(lifecycle) ? lifecycle.preStop : undefined;
    if (!isObject(hook)) return [];
    const { sleep, exec } = hook;
    if (isObject(sleep) && typeof sleep.seconds === 'number') return [sleep.seconds];
    const command = isObject(exec) && Array.isArray(exec.command) ? exec.command.join(' ') : '';
    const seconds = /\bsleep (\d+)s?\b/.exec(command)?.[1];
    return seconds === undefined ? [] : [Number(seconds)];
  });
  return sleeps.length === 0 ? undefined : Math.max(...sleeps);
}

/** How the pods of an object end: of a Pod, and of whatever has a template of pods. Undefined of all others. */
export function podEndingOf(object: unknown, name: string, namespace: string): PodEnding | undefined {
  if (!isObject(object) || !isObject(object.spec)) return undefined;
  const template = object.kind === 'Pod' ? object : object.spec.template;
  if (!isObject(template) || !isObject(template.spec) || !isObject(template.metadata)) return undefined;
  const { labels } = template.metadata;
  const { terminationGracePeriodSeconds: grace, containers } = template.spec;
  if (!isObject(labels) || !Array.isArray(containers)) return undefined;
  return {
    ...{ object: name, namespace, labels },
    path: object.kind === 'Pod' ? 'spec' : 'spec.template.spec',
    grace: typeof grace === 'number' ? grace : undefined,
    sleep: sleepOf(containers),
  };
}

const selects = (service: Service, { labels }: PodEnding): boolean => {
  const selector = Object.entries(service.spec?.selector ?? {});
  return selector.length > 0 && selector.every(([label, value]) => labels[label] === value);
};

/**
 * What is too short for the deregistration delay. Where nobody says the delay it is five minutes, and every pod that says nothing
 * of its end has half a minute: that is how the world lives, and told only of pods that have less than that.
 */
function tooShort(ending: PodEnding, said: number | undefined, where: string): Problem | undefined {
  const { grace = GRACE_SECONDS, sleep, path, object } = ending;
  const delay = said ?? Number(TARGET_GROUP_DEFAULTS[DELAY]);
  const waits = `the load balancer lets their last requests run for up to ${delay} s (${DELAY}, ${where})`;
  const isShort = said === undefined ? grace < GRACE_SECONDS : grace < delay;
  if (isShort) {
    const because = `its pods are killed ${grace} s after they are told to end${ending.grace === undefined ? ", Kubernetes' default" : ''}, and ${waits}: what runs longer is cut off`;
    const about = { value: String(grace), allowed: `at least ${delay}`, because, object };
    return warning('EndsTooSoon', `${path}.terminationGracePeriodSeconds`, about);
  }
  if (said === undefined || sleep === undefined || sleep >= delay) return undefined;
  const because = `its pods are told to end after ${sleep} s, and ${waits}: an app that ends at once then cuts off what still runs`;
  return warning('EndsTooSoon', `${path}.containers`, { value: `preStop sleep ${sleep}`, because, object });
}

/** Warnings to an Ingress about the pods behind its ip target groups, each workload once. */
export function podEndingProblems(
  ingress: Ingress,
  settings: Settings,
  endings: readonly PodEnding[],
  {
    service,
    options,
  }: {
    readonly service: (namespace: string, name: string) => Service | undefined;
    readonly options: Pick<ControllerDefaults, 'defaultTargetType'>;
  },
): Problem[] {
  const namespace = ingress.metadata.namespace ?? '';
  const found = servicesOf(ingress, settings.actions).flatMap(({ name }) => {
    const of = service(namespace, name);
    if (of === undefined) return [];
    const effective = effectiveTargetGroupSettings(settings, readService(of).settings);
    // A node passes requests on to whichever pod is there: the target is the node, and does not end with a pod.
    if ((effective['target-type']?.value ?? options.defaultTargetType) !== 'ip') return [];
    const attributes = effective['target-group-attributes'];
    const said = attributes?.value[DELAY];
    const by = attributes?.from === 'Ingress' ? `Ingress ${keyOf(ingress)}` : attributes?.from;
    const where = said === undefined ? "AWS's default" : (by ?? '');
    return endings
      .filter((one) => one.namespace === namespace && selects(of, one))
      .flatMap((one) => tooShort(one, said === undefined ? undefined : Number(said), where) ?? []);
  });
  return [...new Map(found.map((one) => [`${one.object} ${one.path}`, one])).values()];
}
