// The cost of deciding: CPU time to plan a group of 100 Ingresses with 1,000 rules, and how many of 1,000 groups are worked on
// after a change to one. Pure, so no call is made; every line is the median of several runs after a warm-up.

import { desire } from '../../alb/desire/desire.ts';
import { groupOf } from '../../alb/group.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { schemas } from '../../alb/kinds/kinds.ts';
import { interpret } from '../../alb/laws/interpret.ts';
import { type Applied, factsOf, ingress, path, rule, service } from '../../alb/laws/paper.ts';
import { type Plan, plan } from '../../alb/plan/plan.ts';
import { PREFIX } from '../../api/annotation.ts';
import { readIngress } from '../../api/ingress/read.ts';
import type { Ingress } from '../../api/kube.ts';
import { keyOf } from '../../api/kube.ts';
import type { Book } from '../../controller/bindings/store.ts';
import { bookOf } from '../../controller/laws/book.ts';
import { table } from './table.ts';

const INGRESSES = 100;
const PATHS = 10;
const GROUPS = 1_000;
const GROUP = 'bench';
const RUNS = 15;

const SERVICES = [service('web'), service('api')];

/** One member of the group: a host of its own and ten paths. */
function member(at: number, more: readonly string[] = []): Ingress {
  const paths = [...more, ...Array.from({ length: PATHS }, (_, n) => `/part-${n}`)];
  return ingress({
    ingress: `app-${String(at).padStart(3, '0')}`,
    said: { 'group.name': GROUP, 'healthcheck-path': '/live', tags: `app=${at}` },
    rules: [rule(`app-${at}.example.com`, ...paths.map((one) => path(`${one} Exact`, 'web')))],
  });
}

/** The same members in the opposite order: every rule has to move. */
const turned = (): Applied => ({
  ingresses: Array.from({ length: INGRESSES }, (_, at) => {
    const one = member(at);
    const annotations = { ...one.metadata.annotations, [`${PREFIX}group.order`]: String(INGRESSES - at) };
    return { ...one, metadata: { ...one.metadata, annotations } };
  }),
  services: SERVICES,
});

/** Every rule's host changes, so none is the one it was. */
const renamed = (): Applied => ({
  ingresses: sheetOf().ingresses.map((one) => ({
    ...one,
    spec: { rules: (one.spec?.rules ?? []).map((of) => ({ ...of, host: `new-${of.host}` })) },
  })),
  services: SERVICES,
});

const sheetOf = (first: readonly string[] = []): Applied => ({
  ingresses: Array.from({ length: INGRESSES }, (_, at) => member(at, at === 0 ? first : [])),
  services: SERVICES,
});

/** What one pass decides, from the bindings on. */
function decide(book: Book, found: readonly Found[]): Plan {
  const group = groupOf(GROUP, book.of(GROUP));
  return plan(schemas, desire(group, factsOf(group, SERVICES)).resources, found);
}

/** Median of the CPU milliseconds that `work` takes. */
function cpuOf(work: () => unknown): number {
  const took = Array.from({ length: RUNS }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return took.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
}

const ms = (value: number): string => `${value.toFixed(1)} ms`;

function planning(): string[][] {
  const before = bookOf(sheetOf());
  const after = bookOf(sheetOf(['/new']));
  const found = interpret(decide(before, []), []);
  const line = (what: string, book: Book, from: readonly Found[]): string[] => {
    const { operations } = decide(book, from);
    const took = cpuOf(() => decide(book, from));
    return [what, '≤ 50 ms', ms(took), `${operations.length} operations`];
  };
  return [
    line('plan 1,000 rules, nothing changed', before, found),
    line('plan 1,000 rules, one more in front of all', after, found),
    line('plan 1,000 rules, the order turned round', bookOf(turned()), found),
    line('plan 1,000 rules, all with other hosts', bookOf(renamed()), found),
    line('plan 1,000 rules, none there yet', before, []),
  ];
}

/** The groups that a change of one Ingress sets to work, as the informers do it. */
function touched(): string[][] {
  const single = (at: number, said: Record<string, string> = {}): Ingress =>
    ingress({ ingress: `single-${at}`, said, rules: [rule(`single-${at}.example.com`, path('/', 'web'))] });
  const all = Array.from({ length: GROUPS }, (_, at) => single(at));
  const book = bookOf({ ingresses: all, services: SERVICES });
  const note = (): string[] => {
    const changed = single(500, { 'healthcheck-path': '/live' });
    const reading = readIngress(changed, {
      service: () => SERVICES[0],
      options: { defaultTargetType: 'instance', defaultScheme: 'internal' },
    });
    return book.ingress(keyOf(changed), { ingress: changed, reading });
  };
  const groups = note();
  return [
    [`groups worked on after a change to one of ${book.groups().length}`, '1', String(groups.length), ''],
    ['reading and noting that change', '', ms(cpuOf(note)), ''],
  ];
}

/** Prints the table. */
export function benchPlanning(): void {
  process.stdout.write(table([['what', 'budget', 'ours', ''], ...planning(), ...touched()]));
}

if (import.meta.main) benchPlanning();
