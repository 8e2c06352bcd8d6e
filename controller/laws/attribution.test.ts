// Attributes: what AWS refuses is told to those who say it, and to nobody else, for every annotation and every kind. No table says
// which field an annotation ends in: the group is decided about with and without it.
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { toldOf } from '../../alb/amendments/attribution.ts';
import { keyOf, type Part, partsOf, whole } from '../../alb/amendments/parts.ts';
import { desire } from '../../alb/desire/desire.ts';
import type { WantedGroup } from '../../alb/desire/desiring.ts';
import { AwsFailure } from '../../alb/failures/failure.ts';
import type { Group } from '../../alb/group.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { fieldsOf } from '../../alb/kinds/kinds.ts';
import {
  type Applied,
  CERTIFICATE,
  factsOf,
  groupFrom,
  ingress,
  path,
  rule,
  service,
} from '../../alb/laws/paper.ts';
import { type AnyAnnotation, isApplied } from '../../api/annotation.ts';
import { type Resource, SHARED_TAG } from '../../api/aws.ts';
import { REGISTRY } from '../../api/registry.ts';

type Said = Readonly<Record<string, string>>;

const NAMES = ['a', 'b'] as const;
const BESIDE: Said = {
  'group.name': 'g',
  'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
  'certificate-arn': CERTIFICATE('base'),
};

/** Two members on the same ports, each with routes and Services of its own, whatever an annotation needs to be read. */
function sheet(said: readonly Said[], ofService: boolean): Applied {
  return {
    ingresses: NAMES.map((name, index) =>
      ingress({
        ingress: name,
        created: `2026-01-0${index + 1}T00:00:00Z`,
        said: { ...BESIDE, ...(ofService ? {} : said[index]) },
        rules: [
          rule(
            `${name}.example.com`,
            path('/x Exact', `${name}:80`),
            path('/y ImplementationSpecific', `${name}:80`),
            path('/z Exact', 'maint:use-annotation'),
          ),
        ],
      }),
    ),
    services: NAMES.map((name, index) => service(name, 'shop', ofService ? said[index] : {})),
  };
}

interface Decided {
  readonly group: Group;
  readonly wanted: WantedGroup;
}

function decided(said: readonly Said[], ofService: boolean): Decided {
  const applied = sheet(said, ofService);
  const group = groupFrom(applied, 'g');
  return { group, wanted: desire(group, factsOf(group, applied.services)) };
}

const isAskedApart = (kind: Resource['kind'], field: string): boolean => {
  const { change, optional } = fieldsOf(kind)[field] ?? {};
  return change !== 'createOnly' || optional === true;
};

/** Everything that is asked for in one case and not in the other, part by part, as `apply` tells it. */
function partsBeyond({ wanted }: Decided, { wanted: without }: Decided): Part[] {
  const before = new Map(without.resources.map((one) => [one.id, one]));
  // A rule is one part, and its number is none of it.
  const rules = new Set(without.resources.map((one) => keyOf(whole(one))));
  // What the cluster shares is nobody's word.
  const own = wanted.resources.filter(({ spec }) => !(SHARED_TAG in spec.tags));
  return own.flatMap((resource): Part[] => {
    const there = before.get(resource.id);
    if (resource.kind === 'rule') return rules.has(keyOf(whole(resource))) ? [] : [whole(resource)];
    if (there === undefined && resource.kind === 'targetGroup') return [whole(resource)];
    const [now, spec] = [new Map(Object.entries(resource.spec)), new Map(Object.entries(there?.spec ?? {}))];
    const change = [...now.keys()]
      .filter(
        (field) => isAskedApart(resource.kind, field) && !isDeepStrictEqual(now.get(field), spec.get(field)),
      )
      .map((field) => ({ field, from: spec.get(field), to: now.get(field) }));
    const found = { ...resource, arn: 'arn', spec: there?.spec ?? {}, extra: {} } as object as Found;
    const parts = partsOf({
      verb: 'modify',
      kind: resource.kind,
      id: resource.id,
      resource,
      found,
      change,
      because: [],
    });
    return change.length === 0 ? [] : parts;
  });
}

const failure = new AwsFailure({
  kind: 'refused',
  code: 'ValidationError',
  message: 'no',
  action: 'Modify',
  status: 400,
});

/** What an annotation may be called on one member's Ingress; of a family only some NAMEs are read. */
const suffixes = ({ name }: AnyAnnotation, of: string): string[] =>
  name.endsWith('.*')
    ? ['maint', 'HTTP-80', 'HTTPS-443', `${of}.80`].map((member) => name.replace('*', member))
    : [name];

/** Each member alone, both together, with the same and with different values. */
function cases(descriptor: AnyAnnotation): [Said, Said][] {
  const texts = descriptor.examples.good.slice(0, 2);
  const said = (of: string, at: number, text?: string): Said =>
    text === undefined ? {} : { [suffixes(descriptor, of)[at] ?? '']: text };
  return suffixes(descriptor, '').flatMap((_, at) =>
    [undefined, ...texts].flatMap((one) =>
      [undefined, ...texts].map((other): [Said, Said] => [said('a', at, one), said('b', at, other)]),
    ),
  );
}

/** Some annotations are read only beside others. */
const AROUND: readonly Said[] = [{}, { 'security-groups': 'sg-0123456789abcdef0' }];

const fieldOf = ({ kind, field }: Part): string => `${kind}.${field}`;

interface Wrong {
  readonly said: readonly Said[];
  readonly part: string;
  readonly told: readonly string[];
  readonly expected: readonly string[];
}

/** Decides each pair of members once. */
function decideOnce(around: Said, ofService: boolean): (...said: Said[]) => Decided {
  const known = new Map<string, Decided>();
  return (...said) => {
    const all = said.map((one) => ({ ...around, ...one }));
    const text = JSON.stringify(all);
    const before = known.get(text) ?? decided(all, ofService);
    known.set(text, before);
    return before;
  };
}

/** Parts of what two members want that were told to others than those who say them, and how many parts there were. */
function judgePair(
  said: [Said, Said],
  decide: ReturnType<typeof decideOnce>,
  beside: ReadonlySet<string>,
): { parts: number; wrong: Wrong[] } {
  const nobody = decide({}, {});
  const both = decide(...said);
  const alone = [decide(said[0], {}), decide({}, said[1])].map(
    (one) => new Set(partsBeyond(one, nobody).map(keyOf)),
  );
  const parts = partsBeyond(both, nobody).flatMap((part) => {
    const saying = NAMES.filter((_, index) => alone[index]?.has(keyOf(part)));
    return saying.length === 0 ? [] : [{ part, saying }];
  });
  const wrong = parts.flatMap(({ part, saying }): Wrong[] => {
    const expected = (beside.has(fieldOf(part)) ? NAMES : saying).map((name) => `shop/${name}`);
    const told = toldOf([{ part, failure }], both.group, both.wanted).map(({ member }) => member);
    return isDeepStrictEqual(told, expected) ? [] : [{ said, part: keyOf(part), told, expected }];
  });
  return { parts: parts.length, wrong };
}

/** The same for all pairs of an annotation's values. */
function judge(descriptor: AnyAnnotation, ofService: boolean): { parts: number; wrong: Wrong[] } {
  let parts = 0;
  const wrong: Wrong[] = [];
  for (const around of AROUND) {
    if (Object.hasOwn(around, descriptor.name) || parts > 0) continue;
    const decide = decideOnce(around, ofService);
    // What is made of several annotations is told to all who say one of them.
    const beside = new Set(partsBeyond(decide({}, {}), decided([{}, {}], false)).map(fieldOf));
    for (const said of cases(descriptor)) {
      const judged = judgePair(said, decide, beside);
      parts += judged.parts;
      wrong.push(...judged.wrong);
    }
  }
  return { parts, wrong };
}

/** `group.name` says who the members are; what is sent once, with the name of what is made, is never refused alone. */
const APART = ['group.name', 'load-balancer-name'];

describe('what AWS refuses is told to exactly those who say it', () => {
  const applied = REGISTRY.filter((one) => isApplied(one.effect) && !APART.includes(one.name));
  test.each(applied.map((one) => [one.name, one] as const))('%s', (_, descriptor) => {
    const { parts, wrong } = judge(descriptor, false);
    expect(wrong).toEqual([]);
    const { effect } = descriptor;
    const ends = effect.on !== 'shape' || Object.keys(effect.ends).length > 0;
    if (ends) expect(parts).toBeGreaterThan(0);
  });
  const ofServices = applied.filter(({ on }) => on.includes('Service'));
  test.each(ofServices.map((one) => [one.name, one] as const))('%s of a Service', (_, descriptor) => {
    expect(judge(descriptor, true).wrong).toEqual([]);
  });
});

test('the annotation is named, a member of a family with its NAME', () => {
  const { group, wanted } = decided(
    [{}, { 'listener-attributes.HTTP-80': 'routing.http.response.server.enabled=False' }],
    false,
  );
  const field = 'attributes';
  const entry = 'routing.http.response.server.enabled';
  const told = toldOf(
    [{ part: { kind: 'listener', id: 'listener/80', field, entry, value: 'false' }, failure }],
    group,
    wanted,
  );
  expect(told).toMatchObject([
    {
      member: 'shop/b',
      problem: { path: 'metadata.annotations[alb.ingress.kubernetes.io/listener-attributes.HTTP-80]' },
    },
  ]);
});
