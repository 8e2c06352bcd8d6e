// lease: work that must not meet a controller is done while holding that controller's own Lease.
import type { KubeClient } from '../../kube/client.ts';
import { identityOfProcess, Lead, readLease } from '../../kube/lease.ts';
import { HandoverRefusal } from './survey.ts';

export interface LeaseName {
  readonly namespace: string;
  readonly name: string;
}

/** How long a Lease without a living holder takes to run out, and a little more, in milliseconds. */
const PATIENCE_MS = 22_000;

/**
 * Who holds a Lease: a name, `nobody`, or `absent` when there is no such Lease. A holder that did not renew in time is
 * nobody, as far as this machine's clock can tell.
 * @throws Refusal when it cannot be read.
 */
export async function holderOf(
  client: KubeClient,
  lease: LeaseName,
  now: number,
): Promise<{ readonly holder: string } | 'nobody' | 'absent'> {
  const read = await readLease(client, lease);
  if (!read.ok && read.reason === 'notFound') return 'absent';
  if (!read.ok)
    throw new HandoverRefusal(`cannot read the Lease ${lease.namespace}/${lease.name}: ${read.message}`);
  const { holderIdentity: holder = '', renewTime = '', leaseDurationSeconds = 15 } = read.object.spec ?? {};
  const fresh = now - Date.parse(renewTime) < leaseDurationSeconds * 1000;
  return holder !== '' && fresh ? { holder } : 'nobody';
}

/**
 * Does work while holding a Lease, so that no controller that stands for it begins meanwhile; `still` tells whether it is
 * held, and is asked before each step.
 * @throws Refusal, before anything is done, when somebody else holds it.
 */
export async function underLease<T>(
  client: KubeClient,
  lease: LeaseName,
  work: (still: () => boolean) => Promise<T>,
): Promise<T> {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const what = `the Lease ${lease.namespace}/${lease.name}`;
  let why = `${what} is not to be had`;
  const lead = new Lead({
    client,
    ...lease,
    identity: identityOfProcess(),
    onLost: (because) => reject(new HandoverRefusal(`${what}: ${because}`)),
    onWaiting: (holder) => {
      why = `${what} is held by ${holder}`;
    },
    onTrouble: (message) => {
      why = `${what} cannot be taken: ${message}`;
    },
  });
  const timer = setTimeout(() => reject(new HandoverRefusal(why)), PATIENCE_MS);
  try {
    await Promise.race([lead.whenLeading(), failed]);
    clearTimeout(timer);
    return await Promise.race([work(() => lead.leading()), failed]);
  } finally {
    clearTimeout(timer);
    await lead.release();
  }
}
