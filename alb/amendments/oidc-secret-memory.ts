// Memory of client secrets: AWS never tells them, so what a rule or listener was given last is remembered as a salted hash in
// the status of its member. Pure.
//
//   status without memory   nothing was ever given by us (an Ingress taken over): what is there is taken to be right
//   status with memory      what stands in it; what does not is uncertain, and written again when it is looked at
import type { Resource } from '../../api/aws.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf } from '../../api/kube.ts';
import type { Origin } from '../desire/desiring.ts';
import { actionsOf, isOidc, withActions } from '../kinds/action.ts';
import type { Found } from '../kinds/kind.ts';
import type { Operation, Outcome } from '../plan/operation.ts';

/** Hashes by ARN of a rule or listener, for each member by `namespace/name`. */
export type Memory = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Equals no hash. */
const UNCERTAIN = '';

const hasLogin = (one: Resource | Found): boolean => actionsOf(one).some(isOidc);

const secretIn = (one: Resource | Found): string | undefined => actionsOf(one).find(isOidc)?.client?.secret;

/** What was found, with what is remembered of the secrets in it. */
export function recall(found: readonly Found[], bindings: readonly LoadBalancerBinding[]): readonly Found[] {
  const memories = bindings.flatMap(({ status }) =>
    status?.clientSecrets === undefined ? [] : [status.clientSecrets],
  );
  if (memories.length === 0) return found;
  const known: Record<string, string> = Object.assign({}, ...memories);
  return found.map((one) => {
    if (!hasLogin(one)) return one;
    const secret = known[one.arn] ?? UNCERTAIN;
    const filled = actionsOf(one).map((action) =>
      isOidc(action) && action.client !== undefined
        ? { ...action, client: { ...action.client, secret } }
        : action,
    );
    return withActions(one, filled);
  });
}

/** The members whose memory may turn wrong when these operations are begun and not told about. */
export function endangered(operations: readonly Operation[], origins: readonly Origin[]): Set<string> {
  const touching = operations.some(
    (one) =>
      ('resource' in one && hasLogin(one.resource)) ||
      ('found' in one && hasLogin(one.found)) ||
      (one.verb === 'reorder' && one.moves.some(({ found }) => hasLogin(found))),
  );
  return new Set(touching ? origins.map(({ member }) => member) : []);
}

export interface Remembering {
  /** As they were before the pass. */
  readonly bindings: readonly LoadBalancerBinding[];
  /** As they were planned for. */
  readonly resources: readonly Resource[];
  readonly origins: readonly Origin[];
  readonly planned: readonly Operation[];
  readonly outcomes: readonly Outcome[];
  /** Those whose memory was emptied before the operations were begun. */
  readonly endangered: ReadonlySet<string>;
  /** Desired id → what it became. */
  readonly became: ReadonlyMap<string, Found>;
  readonly clean: boolean;
}

interface RememberedSecret {
  readonly member: string;
  readonly hash: string;
}

/** What members remembered before, without what operations were begun on since. */
function leftOf({ bindings, outcomes }: Remembering): Map<string, RememberedSecret> {
  const begun = outcomes.filter(({ result }) => result === 'done' || result === 'failed');
  const touched = new Set(
    begun.flatMap(({ operation }) => ('found' in operation ? [operation.found.arn] : [])),
  );
  const entries = bindings.flatMap((binding) =>
    Object.entries(binding.status?.clientSecrets ?? {}).map(
      ([arn, hash]) => [arn, { member: keyOf(binding), hash }] as const,
    ),
  );
  return new Map(entries.filter(([arn]) => !touched.has(arn)));
}

/** What is as it was wanted after the pass; undefined for a login of which that is not known. */
function given(pass: Remembering): (readonly [string, RememberedSecret] | undefined)[] {
  const { resources, origins, planned, outcomes, became } = pass;
  const owners = new Map(origins.map(({ id, member }) => [id, member]));
  const done = new Set(outcomes.flatMap(({ operation, result }) => (result === 'done' ? [operation] : [])));
  return resources.filter(hasLogin).map((resource) => {
    const operation = planned.find(
      ({ verb, id }) => id === resource.id && (verb === 'create' || verb === 'modify'),
    );
    if (operation !== undefined && !done.has(operation)) return undefined;
    const arn = operation?.verb === 'modify' ? operation.found.arn : became.get(resource.id)?.arn;
    const [hash, member] = [secretIn(resource), owners.get(resource.id)];
    if (arn === undefined || hash === undefined || hash === UNCERTAIN || member === undefined)
      return undefined;
    return [arn, { member, hash }];
  });
}

/** What to remember after a pass: nothing for a member that never had a login from us. */
export function remember(pass: Remembering): Memory {
  const now = given(pass);
  const known = now.filter((one) => one !== undefined);
  const complete = pass.clean && known.length === now.length;
  const entries = complete ? new Map(known) : new Map([...leftOf(pass), ...known]);
  const memory = new Map<string, Record<string, string>>();
  if (!complete) {
    for (const member of pass.endangered) memory.set(member, {});
    for (const binding of pass.bindings)
      if (binding.status?.clientSecrets !== undefined) memory.set(keyOf(binding), {});
  }
  for (const [arn, { member, hash }] of entries) memory.set(member, { ...memory.get(member), [arn]: hash });
  return memory;
}
