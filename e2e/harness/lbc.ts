// The traces of the AWS Load Balancer Controller in a cluster, put in place of ours: finalizers on Ingresses, its
// TargetGroupBindings, Lease and webhook. What it has in AWS is what Albatross has: names and tags are the same.
import { kubeClient } from '../../kube/client.ts';
import { actingAs } from '../../kube/config.ts';
import { KINDS } from '../../kube/kinds.ts';
import { listAll } from '../../kube/list.ts';
import { asOrdered, Writer } from '../../kube/write.ts';
import { albatross, type Said } from './command.ts';
import { NAMESPACE, render } from './install.ts';
import type { Stage } from './stage.ts';
import { kubectl } from './waiters.ts';

/** Who may write bindings. */
export const CONTROLLER = `system:serviceaccount:${NAMESPACE}:albatross-controller`;

const KIND = { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding' };

/** The kind TargetGroupBinding, where it was taken out of the cluster. */
export async function installTargetGroupBindings({ cluster }: Pick<Stage, 'cluster'>): Promise<void> {
  await cluster.apply(...(await render(cluster, 'targetgroupbindings')));
  await kubectl(
    cluster,
    'wait --for=condition=Established --timeout=120s crd/targetgroupbindings.elbv2.k8s.aws',
  );
}

/** A webhook of the LBC that nobody answers any more: until it goes, no Ingress can be changed. */
export async function leaveWebhook({ cluster }: Pick<Stage, 'cluster'>): Promise<void> {
  const rule = { operations: ['CREATE', 'UPDATE'], apiVersions: ['*'] };
  await cluster.apply({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'aws-load-balancer-webhook' },
    webhooks: [
      {
        name: 'vingress.elbv2.k8s.aws',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        clientConfig: {
          service: { namespace: 'kube-system', name: 'aws-load-balancer-webhook-service', path: '/validate' },
        },
        rules: [{ ...rule, apiGroups: ['networking.k8s.io'], resources: ['ingresses'] }],
      },
    ],
  });
}

/** The LBC's Lease: just renewed for ten minutes by an LBC that runs, or left by one that is dead. */
export async function leaveLease(
  { cluster }: Pick<Stage, 'cluster'>,
  holder: 'running' | 'dead',
): Promise<void> {
  const [renewed, leaseDurationSeconds] = holder === 'running' ? [Date.now(), 600] : [0, 1];
  const renewTime = new Date(renewed).toISOString().replace('Z', '000Z');
  await cluster.apply({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'aws-load-balancer-controller-leader', namespace: 'kube-system' },
    spec: { holderIdentity: 'lbc-0', leaseDurationSeconds, renewTime },
  });
}

/** Takes the binding of an Ingress away without touching AWS, and puts the LBC's finalizer on the Ingress. */
export async function asTheLbcLeftIt(
  { cluster }: Pick<Stage, 'cluster'>,
  namespace: string,
  name: string,
  finalizer: string,
): Promise<void> {
  const run = (line: string): Promise<string> => kubectl(cluster, `${line} -n ${namespace}`);
  const finalizers = (list: readonly string[]): string =>
    `--type=merge --patch=${JSON.stringify({ metadata: { finalizers: list } })}`;
  await run(`patch ingress ${name} ${finalizers(['example.com/kept', finalizer])}`);
  await forgetBindings({ cluster }, namespace, name);
}

/** Deletes bindings, without their finalizers and so without touching AWS, while no controller runs: all, or one. */
export async function forgetBindings(
  { cluster }: Pick<Stage, 'cluster'>,
  namespace?: string,
  name?: string,
): Promise<void> {
  const client = kubeClient(actingAs(cluster.client, CONTROLLER));
  const scope = namespace === undefined ? {} : { namespace };
  const read = await listAll(client, KINDS.bindings, scope);
  if (!read.ok) throw new Error(read.message);
  const write = new Writer(client, asOrdered);
  const mine = read.object.items.filter(({ metadata }) => name === undefined || metadata.name === name);
  await Promise.all(
    mine.map(async (binding) => {
      await write.releaseBinding(binding, () => true);
      await write.deleteBinding(binding);
    }),
  );
  const left = await listAll(client, KINDS.bindings, scope);
  const kept = left.ok
    ? left.object.items.filter(({ metadata }) => mine.some((one) => one.metadata.uid === metadata.uid))
    : mine;
  if (kept.length > 0) throw new Error(`${kept.length} bindings are still there`);
}

/** A TargetGroupBinding of the LBC for each target group of a stack, with the finalizer that deregisters targets. */
export async function leaveTargetGroupBindings(
  { cluster, aws }: Pick<Stage, 'cluster' | 'aws'>,
  namespace: string,
  stack: string,
): Promise<void> {
  const [of = '', name] = stack.split('/');
  const prefix = 'ingress.k8s.aws/stack';
  const labels =
    name === undefined ? { [prefix]: of } : { [`${prefix}-namespace`]: of, [`${prefix}-name`]: name };
  const mine = [...aws.state().targetGroups.values()].filter(({ tags }) => tags[prefix] === stack);
  const objects = mine.map((group) => ({
    ...KIND,
    metadata: { name: group.name, namespace, labels, finalizers: ['elbv2.k8s.aws/resources'] },
    spec: { targetGroupARN: group.arn, serviceRef: { name: 'web', port: 80 } },
  }));
  await cluster.apply(...objects);
}

/** Runs `albatross` as the administrator. */
export const asAdministrator = ({ cluster }: Pick<Stage, 'cluster'>, line: string): Promise<Said> =>
  albatross([...line.split(' '), '--kubeconfig', cluster.kubeconfig]);
