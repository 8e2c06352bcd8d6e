// What the checks across annotations look at: the Ingress, what could be read of it, and the Services it refers to.
import type { FirstSettings, Settings } from '../../generated/binding.ts';
import type { ControllerDefaults, ServiceReading } from '../../ingress/read.ts';
import type { ServiceReference } from '../../ingress/references.ts';
import type { Ingress, Service } from '../../kube.ts';

export interface BackendTarget extends ServiceReference {
  /** Absent when the Service does not exist. */
  readonly service?: Service;
  readonly reading?: ServiceReading;
}

export interface Context {
  readonly ingress: Ingress;
  readonly settings: Settings;
  /** What the class says in case the Ingress is the first of its group. */
  readonly first?: FirstSettings;
  /** Suffixes of annotations that are there but refused: their checks would only repeat the first problem. */
  readonly refused: ReadonlySet<string>;
  readonly options: ControllerDefaults;
  /** Services that rules forward to. */
  readonly targets: readonly BackendTarget[];
}

/** The Ingress has a load balancer of its own, so that no other member can add what it lacks. */
export const isAlone = (context: Context): boolean =>
  context.settings['group.name'] === undefined && !context.refused.has('group.name');

/** Some host is named, in rules or tls. */
export const hasHost = ({ ingress: { spec } }: Context): boolean =>
  (spec?.rules ?? []).some((rule) => (rule.host ?? '') !== '') ||
  (spec?.tls ?? []).some((entry) => (entry.hosts ?? []).length > 0);

/** What the Ingress listens on cannot be told. A certificate decides it only where no ports are said. */
export const portsUnsure = ({ settings, refused }: Pick<Context, 'settings' | 'refused'>): boolean =>
  refused.has('listen-ports') || (refused.has('certificate-arn') && settings['listen-ports'] === undefined);
