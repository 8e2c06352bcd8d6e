// The five laws of the plan with generated groups: it converges, adopts, owns, orders and isolates.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arnOf, type Found } from '../../alb/kinds/kind.ts';
import { schemas } from '../../alb/kinds/kinds.ts';
import { interpret } from '../../alb/laws/interpret.ts';
import { type Applied, CERTIFICATE, ingress, path, rule, wantedBy } from '../../alb/laws/paper.ts';
import { inWords, type Operation } from '../../alb/plan/operation.ts';
import { type Plan, plan } from '../../alb/plan/plan.ts';
import { resourceTagOf, type Tags } from '../../api/aws.ts';
import type { Ingress } from '../../api/kube.ts';
import { applied, GROUP } from './groups.ts';

const resources = (sheet: Applied) => wantedBy(sheet, GROUP).resources;
const planned = (sheet: Applied, found: readonly Found[]) => plan(schemas, resources(sheet), found);
/** The inventory after a group was brought about from `found`. */
const reached = (sheet: Applied, found: readonly Found[] = []): Found[] =>
  interpret(planned(sheet, found), found);
const lines = (operations: readonly Operation[]): string[] => operations.map(inWords);

const RUNS = { numRuns: 60 };

describe('converges', () => {
  test('planning again after a plan was carried out gives nothing', () => {
    fc.assert(
      fc.property(applied, (sheet) => {
        expect(lines(planned(sheet, reached(sheet)).operations)).toEqual([]);
      }),
      RUNS,
    );
  });

  test('from any group to any other', () => {
    fc.assert(
      fc.property(applied, applied, (from, to) => {
        const found = reached(to, reached(from));
        expect(lines(planned(to, found).operations)).toEqual([]);
        expect(found.length).toBe(reached(to).length);
      }),
      RUNS,
    );
  });
});

describe('orders', () => {
  test('AWS refuses no step on the way through three groups', () => {
    fc.assert(
      fc.property(applied, applied, applied, (one, two, three) => {
        expect(() => reached(three, reached(two, reached(one)))).not.toThrow();
      }),
      RUNS,
    );
  });

  test('a group without members leaves nothing', () => {
    fc.assert(
      fc.property(applied, (sheet) => {
        expect(reached({ ...sheet, ingresses: [] }, reached(sheet))).toEqual([]);
      }),
      RUNS,
    );
  });
});

/** As AWS and the LBC would describe the same resources: other names, defaults filled in, tags of its first version. */
function byTheLbc(found: readonly Found[]): Found[] {
  const legacy: Tags = { 'kubernetes.io/cluster/prod': 'owned', 'ingress.k8s.aws/cluster': 'prod' };
  return found.map((one) =>
    describedByAws(one, { ...one.spec.tags, 'aws:cloudformation:stack-id': 'x' }, legacy),
  );
}

function describedByAws(one: Found, tags: Tags, legacy: Tags): Found {
  const old = { ...tags, ...legacy };
  switch (one.kind) {
    case 'securityGroup': {
      const ingress = one.spec.ingress.toReversed();
      return { ...one, spec: { ...one.spec, name: `${one.spec.name}x`, ingress, tags: old } };
    }
    case 'targetGroup': {
      const attributes = { 'stickiness.enabled': 'false', ...one.spec.attributes };
      return { ...one, spec: { ...one.spec, port: 1, attributes, tags: old } };
    }
    case 'loadBalancer': {
      const { subnets, securityGroups, attributes } = one.spec;
      const spec = {
        name: 'k8s-of-the-lbc',
        subnets: subnets.toReversed(),
        securityGroups: securityGroups.map(arnOf),
        attributes: { 'idle_timeout.timeout_seconds': '60', ...attributes },
      };
      return { ...one, spec: { ...one.spec, ...spec, tags: old } };
    }
    case 'listener': {
      const attributes = { 'routing.http.response.server.enabled': 'true' };
      return { ...one, spec: { ...one.spec, attributes, tags } };
    }
    case 'rule': {
      const open = { host: '#{host}', path: '/#{path}', query: '#{query}' };
      const actions = one.spec.actions.map((action) =>
        action.type === 'redirect' ? { ...open, ...action } : action,
      );
      return { ...one, spec: { ...one.spec, conditions: one.spec.conditions.toReversed(), actions, tags } };
    }
  }
}

describe('adopts', () => {
  test('what the LBC made for the same Ingresses is left as it is', () => {
    fc.assert(
      fc.property(applied, (sheet) => {
        expect(lines(planned(sheet, byTheLbc(reached(sheet))).operations)).toEqual([]);
      }),
      RUNS,
    );
  });

  test('target groups may have other names when their tags differ', () => {
    const sheet: Applied = { ingresses: [ingress({ said: { 'group.name': GROUP } })], services: [] };
    const found = reached(sheet).map(
      (one): Found =>
        one.kind === 'targetGroup' ? { ...one, spec: { ...one.spec, name: 'k8s-other' } } : one,
    );
    expect(planned(sheet, found).operations).toEqual([]);
  });
});

describe('owns', () => {
  /** Somebody's own things: no resource tag of ours. */
  const stranger = (one: Found): Found =>
    ({
      ...one,
      arn: `${one.arn.replace(/\d+$/, '')}9${one.arn.replace(/\D/g, '')}`,
      resourceTag: '',
      spec: { ...one.spec, tags: { Name: 'mine' } },
    }) as Found;

  test('what does not carry our tags is neither removed nor changed', () => {
    fc.assert(
      fc.property(applied, applied, (from, to) => {
        const ours = reached(from);
        const theirs = ours
          .filter(({ kind }) => kind === 'securityGroup' || kind === 'targetGroup')
          .map(stranger);
        const arns = new Set(theirs.map(({ arn }) => arn));
        const touched = planned(to, [...ours, ...theirs]).operations.filter(
          (operation) => 'found' in operation && arns.has(operation.found.arn),
        );
        expect(lines(touched)).toEqual([]);
      }),
      RUNS,
    );
  });

  test('a rule that somebody added by hand stays', () => {
    fc.assert(
      fc.property(applied, applied, fc.constantFrom(1, 2, 4, 49_999, 50_000), (from, to, priority) => {
        const ours = reached(from);
        const listener = ours.find(({ kind }) => kind === 'listener');
        if (listener === undefined) return;
        const hand: Found = {
          kind: 'rule',
          arn: 'arn:rule/900',
          group: GROUP,
          resourceTag: '',
          extra: {},
          spec: {
            listener: { ref: listener.arn },
            priority: ours.some(
              (one) =>
                one.kind === 'rule' &&
                one.spec.listener.ref === listener.arn &&
                one.spec.priority === priority,
            )
              ? 40
              : priority,
            conditions: [{ field: 'path-pattern', values: ['/by-hand'] }],
            actions: [{ type: 'fixed-response', statusCode: '200' }],
            tags: {},
          },
        };
        const before = [...ours, hand];
        const found = reached(to, before);
        const gone = !found.some(({ arn }) => arn === listener.arn);
        const there = found.find(({ arn }) => arn === hand.arn);
        expect(there === undefined ? 'gone' : resourceTagOf(there.spec.tags)).toBe(gone ? 'gone' : '');
        expect(lines(planned(to, found).operations)).toEqual([]);
      }),
      RUNS,
    );
  });
});

describe('isolates', () => {
  const LATE = { created: '2026-02-01T00:00:00Z', ingress: 'late', namespace: 'pay' };
  const joined = (said: Record<string, string>): Record<string, string> => ({
    'group.name': GROUP,
    'group.order': '1000',
    ...said,
  });
  const wrong: Readonly<Record<string, Ingress>> = {
    'a refused annotation': ingress({ ...LATE, said: joined({ scheme: 'public' }) }),
    'a missing Service': ingress({
      ...LATE,
      said: joined({}),
      rules: [rule('late.example.com', path('/', 'nowhere'))],
    }),
    'a missing action': ingress({
      ...LATE,
      said: joined({}),
      rules: [rule('late.example.com', path('/', 'nothing:use-annotation'))],
    }),
    'other words for everything': ingress({
      ...LATE,
      rules: [],
      said: joined({
        scheme: 'internal',
        subnets: 'subnet-x,subnet-y',
        'load-balancer-name': 'late',
        'security-groups': 'sg-9',
        tags: 'team=late',
        'load-balancer-attributes': 'idle_timeout.timeout_seconds=99',
        'listen-ports': '[{"HTTPS":80}]',
        'certificate-arn': CERTIFICATE('late'),
      }),
    }),
  };
  /** An elder that says everything, so that every word of the late one is a conflict. */
  const elder = ingress({
    ingress: 'elder',
    created: '2025-01-01T00:00:00Z',
    said: joined({
      'group.order': '-1000',
      scheme: 'internet-facing',
      subnets: 'subnet-a,subnet-b',
      'load-balancer-name': 'elder',
      'security-groups': 'sg-1',
      tags: 'team=elder',
      'load-balancer-attributes': 'idle_timeout.timeout_seconds=30',
      'listen-ports': '[{"HTTP":80}]',
    }),
  });

  const rulesOf = (found: readonly Found[]): string[] =>
    found
      .flatMap((one) =>
        one.kind === 'rule' ? [JSON.stringify([one.spec.priority, one.spec.conditions])] : [],
      )
      .sort();

  test.each(Object.entries(wrong))('%s changes no operation of the others', (_, bad) => {
    fc.assert(
      fc.property(applied, applied, (from, sheet) => {
        const alone: Applied = { ...sheet, ingresses: [elder, ...sheet.ingresses] };
        const found = reached({ ...from, ingresses: [elder, ...from.ingresses] });
        const beside: Applied = { ...alone, ingresses: [...alone.ingresses, bad] };
        const [planBeside, planAlone] = [planned(beside, found), planned(alone, found)];
        const others = ({ operations }: Plan): string[] =>
          lines(operations.filter(({ kind }) => kind !== 'rule'));
        expect(others(planBeside)).toEqual(others(planAlone));
        // Its own rules come last, so theirs keep their places.
        const rulesBeside = rulesOf(interpret(planBeside, found));
        expect(rulesBeside.filter((text) => !text.includes('late.example.com'))).toEqual(
          rulesOf(interpret(planAlone, found)),
        );
      }),
      RUNS,
    );
  });
});
