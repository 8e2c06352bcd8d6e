// Steps of a preview: the operations of the plan with what they are about in words of the group instead of ARNs, and what of them
// depends on facts that only AWS knows. Pure.
import { isDeepStrictEqual } from 'node:util';
import { type Kind, RESOURCE_TAG, type Resource, SHARED_TAG, type Tags } from '../../api/aws.ts';
import type { Desire } from '../desire/desire.ts';
import type { Group } from '../group.ts';
import { arnOf, type Found } from '../kinds/kind.ts';
import { schemas } from '../kinds/kinds.ts';
import type { Create, Delete, Modify, Operation } from '../plan/operation.ts';
import { allUnknown, mayBeSame } from './unknown-facts.ts';

/** One operation of the plan. */
export interface PreviewStep {
  readonly verb: 'create' | 'replace' | 'modify' | 'reorder' | 'delete';
  readonly kind: Kind;
  /** Id of the desired resource, now or before; of an order of rules that of the listener. */
  readonly id: string;
  /** `namespace/name` of the member that it is made for; absent for what the group shares. */
  readonly owner?: string | undefined;
  /** Id of the listener of a rule. */
  readonly listener?: string | undefined;
  /** Fields that would change; of a replacement those that force it, none where what it belongs to is replaced. */
  readonly fields: readonly string[];
  /** Of the fields those of which only AWS's answers say whether they change. */
  readonly unknown: readonly string[];
  /** Whether AWS's answers decide if anything is done at all. */
  readonly depends: boolean;
  readonly operation: Operation;
}

/** A group before or after a change. */
export interface Side {
  readonly group: Group;
  readonly wanted: Desire;
  /** `namespace/name` of the member by id of a rule or target group. */
  readonly owners: ReadonlyMap<string, string>;
}

type StepPlace = Pick<PreviewStep, 'owner' | 'listener'>;

/** What a step is told from, beside its operation. */
interface Telling {
  readonly before: Side;
  readonly after: Side;
  /** Desired id, now or before, by ARN. */
  readonly idOf: (arn: string) => string;
  /** Ids and ARNs of what is replaced. */
  readonly replaced: ReadonlySet<string>;
  /** Ids of what is made only if AWS answers well. */
  readonly uncertain: ReadonlySet<string>;
}

/** The steps of a plan, without those that are a part of another one: what is replaced is deleted, too. */
export function stepsOf(
  operations: readonly Operation[],
  before: Side,
  after: Side,
  there: ReadonlyMap<string, Found>,
): PreviewStep[] {
  const ids = new Map([...there].map(([id, { arn }]) => [arn, id]));
  const telling: Telling = {
    before,
    after,
    idOf: (arn) => ids.get(arn) ?? arn,
    replaced: new Set(operations.filter(isReplacement).flatMap(({ id, replaces: { arn } }) => [id, arn])),
    uncertain: new Set(operations.filter(isUncertain).map(({ id }) => id)),
  };
  return operations.flatMap((operation): PreviewStep[] => {
    switch (operation.verb) {
      case 'create':
        return created(operation, telling);
      case 'modify':
        return modified(operation, telling);
      case 'reorder': {
        const id = telling.idOf(operation.id);
        return [{ ...bare(operation), verb: 'reorder', id, listener: id }];
      }
      case 'delete':
        return deleted(operation, telling);
    }
    return [];
  });
}

const bare = (operation: Operation) => ({
  operation,
  kind: operation.kind,
  fields: [],
  unknown: [],
  depends: false,
});

function created(operation: Create, { after, idOf, replaced, uncertain }: Telling): PreviewStep[] {
  const { id, resource } = operation;
  const place = placeOf(resource, id, after.owners, idOf);
  // The rules of a listener that is replaced come with it.
  if (replaced.has(place.listener ?? '')) return [];
  if (isReplacement(operation))
    return [{ ...bare(operation), verb: 'replace', id, ...place, fields: forcing(operation) }];
  const depends = isShared(resource) || uncertain.has(place.listener ?? id);
  const { kind } = operation;
  const { owner, listener } = place;
  return [{ operation, kind, verb: 'create', id, owner, listener, fields: [], unknown: [], depends }];
}

function modified(operation: Modify, { after, idOf }: Telling): PreviewStep[] {
  if (isMove(operation)) return [];
  const { id, resource, change } = operation;
  const fields = change.map(({ field }) => field);
  const unknown = change
    .filter(({ field, from, to }) => UNASKED.has(field) || mayBeSame(from, to))
    .map(({ field }) => field);
  const place = placeOf(resource, id, after.owners, idOf);
  const depends = unknown.length === fields.length;
  return [{ ...bare(operation), verb: 'modify', id, ...place, fields, unknown, depends }];
}

function deleted(operation: Delete, { before, idOf, replaced }: Telling): PreviewStep[] {
  const { found } = operation;
  if (replaced.has(found.arn)) return [];
  const id = idOf(found.arn);
  const place = placeOf(found, id, before.owners, idOf);
  return [{ ...bare(operation), verb: 'delete', id, ...place, depends: isShared(found) }];
}

/** Whether the account has Shield Advanced is known to AWS alone. */
const UNASKED: ReadonlySet<string> = new Set(['shield']);

const isShared = ({ spec }: { readonly spec: { readonly tags: Tags } }): boolean => SHARED_TAG in spec.tags;

type Replacement = Create & { readonly replaces: Found };

const isReplacement = (one: Operation): one is Replacement =>
  one.verb === 'create' && one.replaces !== undefined;

function placeOf(
  one: Resource | Found,
  id: string,
  owners: ReadonlyMap<string, string>,
  idOf: (arn: string) => string,
): StepPlace {
  const owner = owners.get(id);
  return one.kind === 'rule' ? { owner, listener: idOf(arnOf(one.spec.listener)) } : { owner };
}

/** An HTTPS listener is not made before it has a certificate, and all that it has are still to be found. */
const isUncertain = (one: Operation): boolean =>
  one.verb === 'create' &&
  one.resource.kind === 'listener' &&
  one.resource.spec.protocol === 'HTTPS' &&
  allUnknown(one.resource.spec.certificates);

/** Fields that differ and cannot be changed. */
function forcing({ kind, resource, replaces }: Replacement): string[] {
  const { fields = {} } = schemas.find((one) => one.kind === kind) ?? {};
  const [to, from] = [resource.spec, replaces.spec].map(
    (spec) => new Map<string, unknown>(Object.entries(spec)),
  );
  return Object.keys(fields).filter(
    (field) => fields[field]?.change === 'replace' && !isDeepStrictEqual(from?.get(field), to?.get(field)),
  );
}

/** The tag of a rule names its place, so it follows the order. */
function isMove({ kind, change }: Modify): boolean {
  return (
    kind === 'rule' &&
    change.every(({ field, from, to }) => field === 'tags' && isDeepStrictEqual(unplaced(from), unplaced(to)))
  );
}

function unplaced(tags: unknown): unknown {
  const { [RESOURCE_TAG]: _, ...rest } = tags as Tags;
  return rest;
}
