// What became of an account between two looks, and what a preview announces, in the same words, so that they can be compared.
import { SHARED_STACK } from '../../alb/desire/tags.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { schemas } from '../../alb/kinds/kinds.ts';
import { differing } from '../../alb/plan/match.ts';
import type { Operation, Outcome } from '../../alb/plan/operation.ts';
import type { PreviewStep } from '../../alb/preview/steps.ts';
import { RESOURCE_TAG, resourceTagOf } from '../../api/aws.ts';
import { createInventory } from '../inventory/inventory.ts';
import type { Account } from './account.ts';
import { GROUP } from './groups.ts';

/** One resource, or the rules of one listener, of which `count` are concerned. */
export interface Change {
  readonly verb: PreviewStep['verb'];
  /** Kind and resource tag; of rules the port. */
  readonly what: string;
  readonly fields: readonly string[];
  /** Of the fields those that depend on what AWS has. */
  readonly unknown: readonly string[];
  readonly depends: boolean;
  readonly count: number;
}

/** All that an account has of the group and of what the cluster shares, as the controller reads it. */
export async function lookAt({ aws }: Pick<Account, 'aws'>): Promise<readonly Found[]> {
  const inventory = createInventory(aws, { now: () => 0 });
  await inventory.load();
  const all = await inventory.of(GROUP, { capacityUnits: 0, webAcl: '', shield: 'off' });
  return [...all, ...(await inventory.of(SHARED_STACK))];
}

const portOf = (tag: string): string => tag.split(':')[0] ?? '';

const nameOf = (kind: string, tag: string): string => `${kind} ${kind === 'rule' ? portOf(tag) : tag}`;

const certain = { fields: [], unknown: [], depends: false, count: 1 };

/** Fields in which a resource differs from what it was; the tag of a rule's place follows its order. */
function changed(before: Found, after: Found): string[] {
  const kind = schemas.find((one) => one.kind === before.kind);
  if (kind === undefined) return [];
  const bare = (one: Found): object => {
    const { [RESOURCE_TAG]: place, ...tags } = one.spec.tags;
    return one.kind === 'rule' ? { ...one.spec, priority: 0, tags } : { ...one.spec };
  };
  return differing(kind, { spec: bare(after) }, { spec: bare(before) }, (ref) =>
    typeof ref === 'string' ? ref : ref.ref,
  );
}

/** What `operations` did to an account: without what AWS changes by itself, and without what was taken back at once. */
export function changesBetween(
  before: readonly Found[],
  after: readonly Found[],
  operations: readonly Operation[],
): Change[] {
  const written = writtenBy(operations);
  const [old, next] = [before, after].map((all) => new Map(all.map((one) => [one.arn, one])));
  const gone = before.filter(({ arn }) => next?.has(arn) === false);
  const made = after.filter(({ arn }) => old?.has(arn) === false);
  const tags = (all: readonly Found[]) => new Set(all.map((one) => nameOf(one.kind, one.resourceTag)));
  const [goneTags, madeTags] = [tags(gone), tags(made)];
  const replaced = (one: Found): boolean => {
    const name = nameOf(one.kind, one.resourceTag);
    return one.kind !== 'rule' && goneTags.has(name) && madeTags.has(name);
  };
  const fresh = new Set([...made, ...gone].flatMap((one) => (replaced(one) ? [one.arn] : [])));
  const left = new Set(gone.map(({ arn }) => arn));
  // What lives in something goes with it, and the rules of a listener that is replaced come with it.
  const comesAlong = (one: Found): boolean => {
    if (one.kind === 'listener') return !fresh.has(one.arn) && left.has(one.spec.loadBalancer.ref);
    return one.kind === 'rule' && (fresh.has(one.spec.listener.ref) || left.has(one.spec.listener.ref));
  };
  const told = (verb: Change['verb'], one: Found, fields: string[] = []): Change[] =>
    comesAlong(one) ? [] : [{ ...certain, verb, what: nameOf(one.kind, one.resourceTag), fields }];
  const stayed = after.flatMap((one): Change[] => {
    const was = old?.get(one.arn);
    if (was === undefined) return [];
    const fields = changed(was, one).filter((field) => written.has(`${one.kind} ${was.arn} ${field}`));
    const order =
      one.kind === 'rule' && was.kind === 'rule' && one.spec.priority !== was.spec.priority
        ? told('reorder', one)
        : [];
    return [...order, ...(fields.length === 0 ? [] : told('modify', one, fields))];
  });
  return counted([
    ...made.flatMap((one) => told(replaced(one) ? 'replace' : 'create', one)),
    ...gone.flatMap((one) => (replaced(one) ? [] : told('delete', one))),
    ...stayed,
  ]);
}

const writtenBy = (operations: readonly Operation[]): ReadonlySet<string> =>
  new Set(
    operations.flatMap((one) =>
      one.verb === 'modify' ? one.change.map(({ field }) => `${one.kind} ${one.found.arn} ${field}`) : [],
    ),
  );

/**
 * Listeners, in the words of a change, whose rules were set right in several passes: which rule became which depends on what they
 * were in between.
 */
export function rulesOfSeveralPasses(passes: readonly (readonly Outcome[])[]): ReadonlySet<string> {
  const touched = passes.flatMap((outcomes) => [
    ...new Set(
      outcomes.flatMap(({ operation: one, result }) => {
        if (one.kind !== 'rule' || result !== 'done') return [];
        if (one.verb === 'reorder') return one.moves.map(({ found }) => nameOf('rule', found.resourceTag));
        return [
          nameOf(
            'rule',
            one.verb === 'delete' ? one.found.resourceTag : resourceTagOf(one.resource.spec.tags),
          ),
        ];
      }),
    ),
  ]);
  return new Set(touched.filter((one, at) => touched.indexOf(one) !== at));
}

/** Rules that come less rules that go. */
const growth = (changes: readonly Change[], what: string): number =>
  changes
    .filter((one) => one.what === what)
    .reduce((sum, { verb, count }) => sum + (verb === 'create' ? count : verb === 'delete' ? -count : 0), 0);

/** What a preview announces. */
export const changesIn = (steps: readonly PreviewStep[]): Change[] =>
  counted(
    steps.map(({ verb, kind, id, fields, unknown, depends, operation, listener }) => {
      const tag =
        operation.verb === 'delete'
          ? operation.found.resourceTag
          : operation.verb === 'reorder'
            ? (listener ?? id).replace('listener/', '')
            : resourceTagOf(operation.resource.spec.tags);
      const what = nameOf(kind, tag);
      return { verb, what, fields: verb === 'replace' ? [] : fields, unknown, depends, count: 1 };
    }),
  );

/** Rules of one listener as one, and an order as one. */
function counted(all: readonly Change[]): Change[] {
  const alike = Map.groupBy(all, ({ verb, what }) => `${verb} ${what}`);
  return [...alike.values()].flatMap(([first, ...others]): Change[] => {
    if (first === undefined) return [];
    const together = [first, ...others];
    const list = (of: 'fields' | 'unknown') => [...new Set(together.flatMap((one) => one[of]))].sort();
    const depends = together.every((one) => one.depends);
    // A field of another service is an operation of its own.
    const count = first.what.startsWith('rule ') && first.verb !== 'reorder' ? together.length : 1;
    return [{ ...first, fields: list('fields'), unknown: list('unknown'), depends, count }];
  });
}

const textOf = ({ verb, what, count }: Change): string => `${verb} ${what} ×${count}`;

/**
 * In which an announcement is not what was done: what is said to depend on AWS may be done or not, everything else is exactly
 * as announced. Of `severalPasses` it is told whether there are changes, and how many rules more or less there are.
 */
export function disagreements(
  allAnnounced: readonly Change[],
  allDone: readonly Change[],
  severalPasses: ReadonlySet<string>,
): string[] {
  const exact = ({ what }: Change): boolean => !severalPasses.has(what);
  const [announced, done] = [allAnnounced.filter(exact), allDone.filter(exact)];
  const inTotal = [...severalPasses].flatMap((what) => {
    const said = allAnnounced.filter((one) => one.what === what);
    const [expected, was] = [growth(allAnnounced, what), growth(allDone, what)];
    if (said.length === 0) return [`not announced: ${what}`];
    return expected === was || said.some(({ depends }) => depends)
      ? []
      : [`${what}: ${was} more, not ${expected}`];
  });
  const keyOf = ({ verb, what }: Change): string => `${verb} ${what}`;
  const became = new Map(done.map((one) => [keyOf(one), one]));
  const said = new Map(announced.map((one) => [keyOf(one), one]));
  const unsaid = done
    .filter((one) => !said.has(keyOf(one)))
    .map((one) => `not announced: ${textOf(one)} ${one.fields}`);
  return announced
    .flatMap((one): string[] => {
      const was = became.get(keyOf(one));
      if (was === undefined) return one.depends ? [] : [`not done: ${textOf(one)} ${one.fields}`];
      // A rule is one of several at its place: which becomes which depends on what it was on the way.
      const isRule = one.what.startsWith('rule ');
      const sure = isRule ? [] : one.fields.filter((field) => !one.unknown.includes(field));
      const also = isRule ? [] : was.fields;
      const wrong = [
        ...sure.filter((field) => !was.fields.includes(field)).map((field) => `${field} did not change`),
        ...also.filter((field) => !one.fields.includes(field)).map((field) => `${field} changed, too`),
        ...(was.count === one.count || one.depends ? [] : [`${was.count} were done`]),
      ];
      return wrong.map((words) => `${textOf(one)}: ${words}`);
    })
    .concat(unsaid, inTotal);
}

/** Keys that went back to their defaults, by what has them. */
export const resetsIn = (operations: readonly Operation[]): string[] => {
  const found = operations.flatMap((one) =>
    one.because
      .filter((words) => words.startsWith('nobody says '))
      .map((words) => `${one.kind} ${one.id}: ${words}`),
  );
  return [...new Set(found)].sort();
};
