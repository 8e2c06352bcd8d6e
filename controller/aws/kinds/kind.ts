// What every AWS kind's calls declare: create, modify and remove; and what they share.

import { type AwsFailure, isFailure } from '../../../alb/failures/failure.ts';
import type { Found, Resolve } from '../../../alb/kinds/kind.ts';
import { kinds } from '../../../alb/kinds/kinds.ts';
import { changedFields } from '../../../alb/plan/match.ts';
import type { Kind, Resource, SpecOf, Tags } from '../../../api/aws.ts';
import type { Aws } from '../client.ts';
import { refuseStranger } from './tags.ts';

/** What became of a removal: `waiting` when something still uses the resource; ask again later. */
export type RemovalOutcome =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'waiting'; readonly because: string };

/** The calls for one kind. */
export interface KindCalls<K extends Kind> {
  readonly kind: K;
  /**
   * Creates the resource, or adopts and corrects its twin when a crash left one that carries our tags.
   * Throws `AwsFailure`, or `MadeInPart` when it exists by then; what is known of its group must be read again.
   */
  create(aws: Aws, wanted: SpecOf[K], resolve: Resolve): Promise<Found<K>>;
  /** Brings the `changed` fields of an existing resource to what is wanted, in the order of aws-model 3.4–3.8. */
  modify(
    aws: Aws,
    found: Found<K>,
    wanted: SpecOf[K],
    changed: readonly (keyof SpecOf[K])[],
    resolve: Resolve,
  ): Promise<Found<K>>;
  /** Removes it; one that is gone already is `done`. */
  remove(aws: Aws, found: Found<K>): Promise<RemovalOutcome>;
}

/** A resource was made, or taken over, and then AWS refused a part of what is wanted of it. */
export class MadeInPart extends Error {
  readonly found: Found;
  /** What may be missing. */
  readonly fields: readonly string[];
  readonly failure: AwsFailure;

  constructor(found: Found, fields: readonly string[], failure: AwsFailure) {
    super(failure.message, { cause: failure });
    this.found = found;
    this.fields = fields;
    this.failure = failure;
  }
}

/** How a kind is created whose name or place may be taken by a twin of it. */
interface Creation<K extends Kind> extends Omit<KindCalls<K>, 'create'> {
  /** The one call that creates it. Throws `AwsFailure`. */
  make(aws: Aws, wanted: SpecOf[K], resolve: Resolve): Promise<Found<K>>;
  /** Fields that this call does not carry. */
  readonly later: readonly (keyof SpecOf[K])[];
  /** What has the wanted name or place already; `read` gives the rest of it. */
  twin(
    aws: Aws,
    wanted: SpecOf[K],
    resolve: Resolve,
  ): Promise<{ readonly tags: Tags; read(): Promise<Found<K>> } | undefined>;
  /** How people call it. */
  nameOf(wanted: SpecOf[K]): string;
  /** What can be done about a twin that is not ours, where that is not only to delete it. */
  readonly way?: string;
}

/** The calls for a kind: what is created, or was and is adopted, is then given what is missing. */
export function kindCalls<K extends Kind>(of: Creation<K>): KindCalls<K> {
  const { kind, make, later, twin: twinOf, nameOf, way, modify, remove } = of;
  async function adopt(
    failure: AwsFailure,
    aws: Aws,
    wanted: SpecOf[K],
    resolve: Resolve,
  ): Promise<[Found<K>, readonly (keyof SpecOf[K])[]]> {
    const twin = await twinOf(aws, wanted, resolve);
    if (twin === undefined) throw failure;
    refuseStranger(failure, nameOf(wanted), wanted.tags, twin.tags, way);
    const found = await twin.read();
    const fields = changedFields<K>(kinds[kind], wanted, found, resolve);
    return [found, fields.filter((field) => kinds[kind].fields[field].since === undefined)];
  }
  return {
    kind,
    async create(aws, wanted, resolve) {
      const [found, fields] = await make(aws, wanted, resolve).then(
        (made) => [made, later] as const,
        (thrown: unknown) => {
          if (isFailure(thrown, 'duplicate')) return adopt(thrown, aws, wanted, resolve);
          throw thrown;
        },
      );
      try {
        return await modify(aws, found, wanted, fields, resolve);
      } catch (thrown) {
        if (!isFailure(thrown)) throw thrown;
        throw new MadeInPart(found as Found, fields as readonly string[], thrown);
      }
    },
    modify,
    remove,
  };
}

/**
 * Carries out a deletion: what is gone already is `done`; what something still uses, or AWS refuses with the code
 * `protection`, is `waiting` with AWS's words. Throws any other `AwsFailure`.
 */
export async function removing(
  deletion: () => Promise<unknown>,
  protection?: string,
): Promise<RemovalOutcome> {
  try {
    await deletion();
  } catch (thrown) {
    const guarded = isFailure(thrown, 'refused') && thrown.code === protection;
    if (guarded || isFailure(thrown, 'inUse')) return { outcome: 'waiting', because: thrown.message };
    if (!isFailure(thrown, 'notFound')) throw thrown;
  }
  return { outcome: 'done' };
}

/** A field that AWS always fills; its absence is a fault of the answer, not of the user. */
export function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`AWS answered without ${what}`);
  return value;
}

/** The calls for a kind whose name is not known here: what is given them must be of that kind. */
export interface AnyCalls {
  create(aws: Aws, wanted: Resource['spec'], resolve: Resolve): Promise<Found>;
  modify(
    aws: Aws,
    found: Found,
    wanted: Resource['spec'],
    changed: readonly string[],
    resolve: Resolve,
  ): Promise<Found>;
  remove(aws: Aws, found: Found): Promise<RemovalOutcome>;
}
