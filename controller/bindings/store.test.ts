// The book of bindings: index, finalizers, moved groups, refusals, and what happens while bindings come and go.
import { describe, expect, test } from 'vitest';
import { ingress } from '../../alb/laws/paper.ts';
import { bindingFor } from '../../api/binding/bind.ts';
import { finalizerOf, heldGroups } from '../../api/binding/finalizers.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { readIngress } from '../../api/ingress/read.ts';
import type { Ingress } from '../../api/kube.ts';
import { POLICY_ANNOTATION } from '../../api/policy.ts';
import type { SeenIngress } from './entries.ts';
import { type Book, openBook } from './store.ts';

const KEY = 'shop/web';
const options = { defaultTargetType: 'instance', defaultScheme: 'internal' } as const;
const put = (book: Book, one: Ingress): string[] =>
  book.ingress(KEY, { ingress: one, reading: readIngress(one, { service: () => undefined, options }) });
const inGroup = (group: string, said: Record<string, string> = {}): Ingress =>
  ingress({ said: { 'group.name': group, ...said } });

/** The binding as `derive` leaves it: what holds now, with the finalizers of these groups. */
function bindingOf(book: Book, groups: readonly string[], more: object = {}): LoadBalancerBinding {
  const entry = book.entry(KEY);
  if (entry === undefined) throw new Error('no entry');
  const binding = bindingFor(entry.ingress, entry.spec);
  return { ...binding, metadata: { ...binding.metadata, finalizers: groups.map(finalizerOf), ...more } };
}

test('keys are found by namespace as long as there is an Ingress or a binding', () => {
  const book = openBook();
  const inAll = () => ['shop', 'sho', 'other'].map((namespace) => book.keysIn(namespace));
  put(book, ingress());
  book.binding(KEY, bindingOf(book, []));
  book.binding('other/web', bindingOf(book, []));
  expect(inAll()).toEqual([[KEY], [], ['other/web']]);
  book.ingress(KEY);
  expect(inAll()[0]).toEqual([KEY]);
  book.binding(KEY);
  expect([inAll(), book.keys()]).toEqual([[[], [], ['other/web']], ['other/web']]);
});

describe('finalizers', () => {
  test.each([
    ['shop/web', 'albatross.dev/resources'],
    ['shop', 'group.albatross.dev/shop'],
  ])('of %s is %s and leads back', (group, finalizer) => {
    expect(finalizerOf(group)).toBe(finalizer);
    const book = openBook();
    put(book, ingress());
    const binding = bindingOf(book, [], { finalizers: [finalizer, 'other.dev/x'] });
    expect(heldGroups(binding)).toEqual([group]);
  });
});

describe('an Ingress and its binding', () => {
  test('are awaited until the binding holds the finalizer of the group', () => {
    const book = openBook();
    expect(put(book, inGroup('shop'))).toEqual(['shop']);
    expect([book.awaited('shop'), book.of('shop')]).toEqual([[KEY], []]);
    book.binding(KEY, bindingOf(book, []));
    expect(book.awaited('shop')).toEqual([KEY]);
    book.binding(KEY, bindingOf(book, ['shop']));
    expect([book.awaited('shop'), book.of('shop').length]).toEqual([[], 1]);
  });

  test('what holds is what the stored Ingress says, not what an old binding says', () => {
    const book = openBook();
    put(book, inGroup('shop'));
    book.binding(KEY, bindingOf(book, ['shop']));
    put(book, inGroup('shop', { scheme: 'internet-facing' }));
    expect(book.of('shop')[0]?.spec.intent?.settings.scheme?.value).toBe('internet-facing');
  });

  test('an answer that comes late does not bring back what was written before', () => {
    const book = openBook();
    put(book, inGroup('shop'));
    const at = (resourceVersion: string, uid = 'u') => bindingOf(book, ['shop'], { resourceVersion, uid });
    const version = () => book.bindingOf(KEY)?.metadata.resourceVersion;
    const seen = [at('9'), at('10'), at('9'), at('2', 'made anew')].map((one) => {
      book.binding(KEY, one);
      return version();
    });
    expect(seen).toEqual(['9', '10', '10', '2']);
  });

  test('a move touches both groups: leaving the old one, member of the new one once held there', () => {
    const book = openBook();
    put(book, inGroup('old'));
    book.binding(KEY, bindingOf(book, ['old']));
    expect(put(book, inGroup('new')).sort()).toEqual(['new', 'old']);
    // What serves is not taken away before it is written down where it goes.
    expect(book.of('old').map(({ metadata }) => metadata.deletionTimestamp)).toEqual([undefined]);
    expect(book.awaited('new')).toEqual([KEY]);
    book.binding(KEY, bindingOf(book, ['old']));
    expect(book.of('old').map(({ metadata }) => metadata.deletionTimestamp !== undefined)).toEqual([true]);
    book.binding(KEY, bindingOf(book, ['old', 'new']));
    expect(book.of('new').map(({ metadata }) => metadata.deletionTimestamp)).toEqual([undefined]);
    book.binding(KEY, bindingOf(book, ['new']));
    expect([book.of('old'), book.groups()]).toEqual([[], ['new']]);
  });

  test('a refused change leaves what was accepted last', () => {
    const book = openBook();
    put(book, inGroup('shop', { scheme: 'internet-facing' }));
    book.binding(KEY, bindingOf(book, ['shop']));
    put(book, inGroup('elsewhere', { scheme: 'nonsense' }));
    const [effective] = book.of('shop');
    expect(effective?.spec.intent?.settings.scheme?.value).toBe('internet-facing');
    expect(book.entry(KEY)?.told.map(({ code }) => code)).toEqual(['NotAllowed']);
    expect(book.groups()).toEqual(['shop']);
  });

  test('what was recorded of an Ingress that is not seen yet is not observed yet', () => {
    const book = openBook();
    put(book, inGroup('shop'));
    const binding = bindingOf(book, ['shop']);
    const seen = { ...binding, metadata: { ...binding.metadata, generation: 3 } };
    book.binding(KEY, seen);
    expect(book.of('shop')[0]?.metadata.generation).toBe(3);
    const next = { ...seen.spec, ingressRef: { ...seen.spec.ingressRef, hash: 'of the next version' } };
    const metadata = { ...seen.metadata, generation: 4 };
    book.binding(KEY, { ...seen, metadata, spec: next, status: { observedGeneration: 3 } });
    expect(book.of('shop')[0]?.metadata.generation).toBe(3);
  });

  test('what has no effect yet is told, and accepted all the same', () => {
    const book = openBook();
    put(book, inGroup('shop', { 'enable-frontend-nlb': 'true' }));
    expect(book.entry(KEY)?.spec.intent?.settings['enable-frontend-nlb']?.value).toBe(true);
    expect(book.entry(KEY)?.told.map(({ code, severity }) => [code, severity])).toEqual([
      ['NotYetApplied', 'warn'],
    ]);
  });

  test('a deleted Ingress leaves; its binding goes last', () => {
    const book = openBook();
    put(book, inGroup('shop'));
    book.binding(KEY, bindingOf(book, ['shop']));
    expect(book.ingress(KEY)).toEqual(['shop']);
    expect(book.of('shop')[0]?.metadata.deletionTimestamp).toBeDefined();
    expect(book.binding(KEY)).toEqual(['shop']);
    expect([book.groups(), book.keys()]).toEqual([[], []]);
  });

  test('an Ingress that is back while its binding is deleted is awaited, and nothing of it is leaving', () => {
    const book = openBook();
    put(book, inGroup('shop'));
    const binding = bindingOf(book, ['shop'], { deletionTimestamp: '2026-01-02T00:00:00Z' });
    book.ingress(KEY);
    book.binding(KEY, binding);
    expect(book.of('shop')).toHaveLength(1);
    put(book, inGroup('shop'));
    expect([book.of('shop'), book.awaited('shop')]).toEqual([[], [KEY]]);
  });

  test('where we are not in charge a binding is held by nobody, and nobody waits for it to be', () => {
    for (const policy of ['observe', 'targets-only'] as const) {
      const book = openBook(policy);
      put(book, inGroup('shop'));
      expect([book.answers('shop'), book.awaited('shop')]).toEqual([false, [KEY]]);
      book.binding(KEY, bindingOf(book, []));
      expect([book.awaited('shop'), book.of('shop').length]).toEqual([[], 1]);
    }
  });

  test('one that was held before stays so, and answers for its group', () => {
    const book = openBook('observe');
    put(book, inGroup('shop'));
    book.binding(KEY, bindingOf(book, ['shop']));
    expect(book.answers('shop')).toBe(true);
  });

  test('who joins may put us in charge of the group: the others are awaited until they are held', () => {
    const book = openBook();
    const observing = inGroup('shop');
    const annotations = { ...observing.metadata.annotations, [POLICY_ANNOTATION]: 'observe' };
    put(book, { ...observing, metadata: { ...observing.metadata, annotations } });
    book.binding(KEY, bindingOf(book, []));
    expect([book.answers('shop'), book.awaited('shop')]).toEqual([false, []]);
    const other = ingress({ ingress: 'other', said: { 'group.name': 'shop' } });
    book.ingress('shop/other', {
      ingress: other,
      reading: readIngress(other, { service: () => undefined, options }),
    });
    expect([book.answers('shop'), book.awaited('shop')]).toEqual([true, [KEY, 'shop/other']]);
  });

  test('an answer that comes after another object took the place is not noted', () => {
    const book = openBook();
    put(book, inGroup('shop'));
    const at = (resourceVersion: string, uid: string) => bindingOf(book, ['shop'], { resourceVersion, uid });
    const version = () => book.bindingOf(KEY)?.metadata.resourceVersion;
    book.answered(at('5', 'u'));
    expect(version()).toBeUndefined();
    book.binding(KEY, at('9', 'made anew'));
    book.answered(at('8', 'u'));
    book.answered(at('8', 'made anew'));
    expect(version()).toBe('9');
    book.answered(at('10', 'made anew'));
    expect(version()).toBe('10');
  });

  test('seniority is the age of the Ingress', () => {
    const book = openBook();
    put(book, { ...inGroup('shop') });
    book.binding(KEY, bindingOf(book, ['shop'], { creationTimestamp: '2026-05-05T00:00:00Z' }));
    expect(book.of('shop')[0]?.metadata.creationTimestamp).toBe('2026-01-01T00:00:00Z');
  });
});

describe('an Ingress that answers for itself', () => {
  const held = [{ finalizer: finalizerOf('shop'), group: 'shop' }];
  const see = (book: Book, more: Partial<SeenIngress> = {}): string[] => {
    const one = inGroup('shop');
    const reading = readIngress(one, { service: () => undefined, options });
    return book.ingress(KEY, { ingress: one, reading, held, ...more });
  };
  const going = (book: Book) =>
    book.of('shop').map(({ metadata }) => metadata.deletionTimestamp !== undefined);

  test('is awaited while it lives: its binding is about to be made anew', () => {
    const book = openBook();
    see(book);
    expect([book.awaited('shop'), book.of('shop'), book.stays('shop')]).toEqual([[KEY], [], true]);
  });

  test.each<[string, Partial<SeenIngress>]>([
    ['it is deleted', { leaving: true }],
    ['it is not ours any more', { reading: undefined } as object],
  ])('leaves its group without a binding when %s, also after a restart', (_, more) => {
    const book = openBook();
    expect(see(book, more)).toEqual(['shop']);
    expect([book.awaited('shop'), going(book), book.stays('shop')]).toEqual([[], [true], false]);
    expect(book.holderOf(KEY)?.held).toEqual(held);
    see(book, { ...more, held: [] });
    expect([book.of('shop'), book.groups(), book.keys()]).toEqual([[], [], []]);
  });

  test('leaves with its binding', () => {
    const book = openBook();
    see(book);
    book.binding(KEY, bindingOf(book, ['shop']));
    see(book, { leaving: true });
    expect(going(book)).toEqual([true]);
  });
});

describe('a binding that the API server refuses', () => {
  const intents = (book: Book) => book.of('shop').map(({ spec }) => spec.intent !== undefined);

  test('holds nobody up, and nothing is made for it while nobody holds its group', () => {
    const book = openBook();
    put(book, inGroup('shop'));
    book.refused(KEY, true);
    expect([book.awaited('shop'), intents(book), book.stays('shop')]).toEqual([[], [false], false]);
    book.binding(KEY, bindingOf(book, []));
    expect([book.awaited('shop'), intents(book)]).toEqual([[], [false]]);
    book.binding(KEY, bindingOf(book, ['shop']));
    expect([intents(book), book.stays('shop')]).toEqual([[true], true]);
  });

  test('is served on while the one before, or the Ingress, still holds the group', () => {
    const book = openBook();
    put(book, inGroup('shop'));
    book.binding(KEY, bindingOf(book, ['shop'], { deletionTimestamp: '2026-01-02T00:00:00Z' }));
    book.refused(KEY, true);
    expect([book.awaited('shop'), intents(book)]).toEqual([[], [true]]);
    expect(book.of('shop')[0]?.metadata.deletionTimestamp).toBeUndefined();
  });
});
