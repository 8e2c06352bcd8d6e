// What makes an answer a right one, how an entry becomes objects, and that lint answers every entry as admission has to.
import { describe, expect, test } from 'vitest';
import { sentence } from '../../api/problems/problem.ts';
import { lint } from '../../api/validate/lint.ts';
import { type CorpusEntry, entryOf, isRight, readCorpus, type Written, wordsOf } from './admission-corpus.ts';
import type { RestAnswer } from './rest.ts';

const entry = (over: Partial<Written>) =>
  entryOf({ name: 'one', verdict: 'accept', why: 'a test', ...over }, 'tests');
const OURS = 'admission webhook "validate-ingress.albatross.dev" denied the request: ';
const refused = (message: string): RestAnswer => ({ status: 422, message, warnings: [] });
const taken = (...warnings: string[]): RestAnswer => ({ status: 201, message: '', warnings });

describe('a refusal', () => {
  const scheme = entry({ verdict: 'reject', at: 'scheme', mentions: ['Internal'] });
  test.each([
    ['names what it should', refused(`${OURS}scheme: "x" is not one of internal`), true],
    ['comes from somebody else', refused('spec.scheme: internal is invalid'), false],
    ['does not name the annotation', refused(`${OURS}"x" is not one of internal`), false],
    ['lacks a text', refused(`${OURS}scheme: "x" is wrong`), false],
    ['is none', taken('scheme: not internal'), false],
  ])('%s', (_what, answer, right) => {
    expect(isRight(scheme, answer)).toBe(right);
  });
  test('is wrong where acceptance or a warning is expected', () => {
    const answer = refused(`${OURS}scheme: internal`);
    expect(isRight(entry({ verdict: 'accept' }), answer)).toBe(false);
    expect(isRight(entry({ verdict: 'warn', at: 'scheme' }), answer)).toBe(false);
    expect(isRight(entry({ verdict: ['warn', 'reject'], at: 'scheme' }), answer)).toBe(true);
  });
});

describe('a warning', () => {
  const scheme = entry({ verdict: 'warn', at: ['group', 'scheme'], mentions: ['replaced'] });
  test.each([
    ['names one of the places, in several lines', taken('scheme: why', 'it is replaced'), true],
    ['is only the plan', taken('would replace loadBalancer: scheme replaced'), false],
    ['is only of the API server', taken('annotation "kubernetes.io/ingress.class" is deprecated'), false],
    ['names no place', taken('it is replaced'), false],
    ['is none', taken(), false],
  ])('%s', (_what, answer, right) => {
    expect(isRight(scheme, answer)).toBe(right);
  });
  test('does no harm to what is accepted', () => {
    expect(isRight(entry({ verdict: 'accept' }), taken('scheme: hm'))).toBe(true);
    expect(wordsOf(taken('would create x: y', 'scheme: hm'))).toBe('warned: scheme: hm');
    expect(wordsOf(taken('nothing changes in AWS'))).toBe('accepted');
  });
});

describe('objects', () => {
  const NS = ['$', '{NS}'].join('');
  test('of an entry without a spec: its namespace, Service and Ingress', () => {
    const { before, ingresses, tried } = entry({
      annotations: { scheme: 'internal', 'example.com/x': [`${NS}-`, { repeat: 'ab', times: 2 }] },
    });
    expect(before.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Namespace c-one',
      'Service web',
    ]);
    expect(ingresses).toEqual([]);
    expect(tried.metadata).toEqual({
      name: 'store',
      namespace: 'c-one',
      annotations: { 'alb.ingress.kubernetes.io/scheme': 'internal', 'example.com/x': 'c-one-abab' },
    });
    expect(tried.spec).toMatchObject({ ingressClassName: 'alb', rules: [{ host: 'www.example.com' }] });
  });
  test('that exist before: own Service, class, members, and the stored version last', () => {
    const thing = (apiVersion: string, kind: string, name: string) => ({
      apiVersion,
      kind,
      metadata: { name },
    });
    const { before, ingresses } = entry({
      objects: [
        thing('networking.k8s.io/v1', 'IngressClass', `${NS}-own`),
        thing('v1', 'Service', 'web'),
        { ...thing('networking.k8s.io/v1', 'Ingress', 'first'), spec: { ingressClassName: null } },
      ],
      operation: 'UPDATE',
      old: { annotations: { scheme: 'internal' } },
    });
    expect(before.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name])).toEqual([
      ['Namespace', undefined, 'c-one'],
      ['IngressClass', undefined, 'c-one-own'],
      ['Service', 'c-one', 'web'],
    ]);
    expect(ingresses.map(({ metadata }) => metadata.name)).toEqual(['first', 'store']);
    expect(ingresses[0]?.spec).toEqual({});
  });
});

test('every entry of the corpus has a namespace of its own, and what is not accepted says where', () => {
  const all = readCorpus();
  expect(all.length).toBeGreaterThan(500);
  expect(new Set(all.map(({ namespace }) => namespace)).size).toBe(all.length);
  for (const { name, verdicts, at } of all) {
    if (!verdicts.includes('accept')) expect(at, name).not.toEqual([]);
  }
});

describe('lint of the objects of an entry, which knows no stored versions', () => {
  const alb = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'alb' },
    spec: { controller: 'ingress.k8s.aws/alb' },
  };
  const linted = ({ before, ingresses, tried }: CorpusEntry): RestAnswer => {
    const objects = [alb, ...before, ...ingresses, tried];
    const { found } = lint(objects, { defaultTargetType: 'instance', defaultScheme: 'internal' });
    const problems = found.filter(({ at }) => at === objects.length - 1).flatMap((one) => one.problems);
    const refusals = problems.filter(({ severity }) => severity === 'refuse');
    return refusals.length > 0
      ? refused(`${OURS}${refusals.map(sentence).join('\n')}`)
      : taken(...problems.map(sentence));
  };
  test('is right about every one', () => {
    const wrong = readCorpus()
      .filter((one) => !one.update)
      .map((one) => ({ one, answer: linted(one) }))
      .filter(({ one, answer }) => !isRight(one, answer));
    expect(wrong.map(({ one, answer }) => `${one.area}/${one.name}: ${wordsOf(answer)}`)).toEqual([]);
  });
});
