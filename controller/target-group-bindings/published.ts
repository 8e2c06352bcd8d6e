// TargetGroupBindings for target groups of Ingresses, where the operator asks for them: for tools that look for those of the LBC
// (Argo Rollouts, dashboards), and for a way back. They say what is so; nothing is ever done for them.
//
//   target group served for an Ingress ─▶ the object is as it says      none, and that is known ─▶ the object goes
import { isDeepStrictEqual } from 'node:util';
import { defined } from '../../api/defined.ts';
import type {
  NetworkingRule,
  TargetGroupBinding,
  TargetGroupBindingSpec,
} from '../../api/generated/target-group-binding.ts';
import type { ObjectMeta } from '../../api/kube.ts';
import {
  isPublished,
  PUBLISHED,
  SERVED_FINALIZER,
  stackLabels,
} from '../../api/targetgroupbinding/made-by.ts';
import type { KubeOutcome } from '../../kube/client.ts';
import { type Writer, withoutFinalizers } from '../../kube/write.ts';
import type { Next } from '../queue/queue.ts';
import type { Serving } from '../targets/serving.ts';
import type { Targets } from '../targets/targets.ts';
import { keyOfGroup } from './decide.ts';
import type { TargetGroupBindings } from './store.ts';

/** Until every group was looked at, it is not known what is served: then it is asked again after this time, in milliseconds. */
const UNKNOWN_MS = 10_000;

export interface PublishedOptions {
  /** Whether the operator asks for them; if not, those that were published before go. */
  readonly wanted: boolean;
  readonly vpcId: string;
  /** False: a load balancer reaches all ports of its targets. */
  readonly restricted: boolean;
  readonly targets: Pick<Targets, 'served'>;
  readonly store: TargetGroupBindings;
  readonly write: Pick<
    Writer,
    'applyTargetGroupBinding' | 'deleteTargetGroupBinding' | 'patchTargetGroupBinding'
  >;
  /** Whether it is known of every group what its target groups are. */
  isComplete(): boolean;
  failed(key: string, step: string, outcome: KubeOutcome): void;
}

/** Who reaches the targets: the load balancer's security group, at each port that it needs (aws-model 5.6). */
function networkingOf(
  { source, backend: { reach } }: Serving,
  restricted: boolean,
): { ingress: NetworkingRule[] } | undefined {
  if (source === undefined) return undefined;
  const from = [{ securityGroup: { groupID: source } }];
  const rule = (port: object): NetworkingRule => ({ from, ports: [{ protocol: 'TCP', ...port }] });
  return { ingress: restricted ? reach.map((port) => rule({ port })) : [rule({})] };
}

/** The object for a target group, with the LBC's name and labels (aws-model 2.1, 3.13). */
export function publishedFor(
  serving: Serving,
  { vpcId, restricted }: Pick<PublishedOptions, 'vpcId' | 'restricted'>,
): TargetGroupBinding {
  const { arn, name, group, protocol, backend } = serving;
  const { targetType, ipAddressType, service, port, nodeLabels } = backend;
  const spec: TargetGroupBindingSpec = {
    targetGroupARN: arn,
    targetType,
    ipAddressType,
    vpcID: vpcId,
    serviceRef: { name: service, port },
    ...defined({
      targetGroupProtocol: protocol as TargetGroupBindingSpec['targetGroupProtocol'],
      networking: networkingOf(serving, restricted),
      nodeSelector: nodeLabels === undefined ? undefined : { matchLabels: nodeLabels },
      multiClusterTargetGroup: backend.shared,
    }),
  };
  return {
    metadata: {
      name,
      namespace: backend.namespace,
      labels: stackLabels(group),
      annotations: { [PUBLISHED]: 'true' },
    },
    spec,
  };
}

const sameLabels = (is: ObjectMeta, wanted: ObjectMeta): boolean =>
  Object.entries(wanted.labels ?? {}).every(([label, value]) => is.labels?.[label] === value);

export class PublishedTargetGroupBindings {
  readonly #options: PublishedOptions;

  constructor(options: PublishedOptions) {
    this.#options = options;
  }

  /** The key of the object that a target group has, or should have. */
  keyOf(arn: string): string | undefined {
    const { wanted, targets } = this.#options;
    const serving = wanted ? targets.served.get(arn) : undefined;
    return serving === undefined ? undefined : `${serving.backend.namespace}/${serving.name}`;
  }

  /** Brings one in line, by `namespace/name`. */
  async reconcile(key: string): Promise<Next> {
    const { wanted, targets, store, write, isComplete } = this.#options;
    const is = store.get(key);
    // What the LBC, or a user, made under the name says enough.
    if (is !== undefined && !isPublished(is.metadata)) return 'done';
    const [namespace = '', name = ''] = key.split('/');
    const serving = targets.served.named(namespace, name);
    // Its group is looked at soon: only then is all of it known.
    if (wanted && serving?.recalled === true) return 'done';
    if (
      wanted &&
      serving !== undefined &&
      keyOfGroup(serving.group) === undefined &&
      serving.leaving !== true
    ) {
      const object = publishedFor(serving, this.#options);
      if (
        is !== undefined &&
        isDeepStrictEqual(is.spec, object.spec) &&
        sameLabels(is.metadata, object.metadata)
      )
        return 'done';
      return this.#written(key, 'publish', await write.applyTargetGroupBinding(object));
    }
    if (is === undefined) return 'done';
    if (wanted && !isComplete()) return { afterMs: UNKNOWN_MS };
    // With its finalizer an LBC that runs would take all targets out of service before the object goes (aws-model 6.9).
    const free = withoutFinalizers(is.metadata, (one) => one === SERVED_FINALIZER);
    const freed =
      free === undefined ? undefined : await write.patchTargetGroupBinding(is, { metadata: free });
    if (freed !== undefined && !freed.ok) return this.#written(key, 'release', freed);
    return this.#written(key, 'delete', await write.deleteTargetGroupBinding(is));
  }

  #written(key: string, step: string, outcome: KubeOutcome | undefined): Next {
    if (outcome === undefined || outcome.ok || outcome.reason === 'notFound') return 'done';
    // The watch tells what it is now.
    if (outcome.reason === 'conflict') return 'retry';
    this.#options.failed(key, step, outcome);
    return 'retry';
  }
}
