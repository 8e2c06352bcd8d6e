// A shop under load: people visit it, and edit its Ingress all the time. Each edit is a real one, is admitted by the webhook and
// reaches AWS.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import type { Stage } from '../harness/stage.ts';
import { visit } from '../harness/visits.ts';
import { bringUp } from '../scenarios/life.ts';

/** The Ingress of the shop, on ip targets. */
export const SHOP = {
  annotations: {
    'target-type': 'ip',
    'healthcheck-interval-seconds': '5',
    'healthcheck-timeout-seconds': '2',
  },
  hosts: { '': { '/': 'web:80' } },
};

/** Opens the shop in a namespace of its own. Gives its host. */
export async function openShop({ cluster }: Pick<Stage, 'cluster'>, of: string): Promise<string> {
  await cluster.apply(namespace(of), ...app(of, 'web', { replicas: 2 }));
  return bringUp(of, 'shop', SHOP);
}

/**
 * Does something while people visit the shop and edit it: no request is lost, and no edit refused. Gives how many edits there were,
 * and the value of the last one.
 */
export async function underLoad(
  stage: Pick<Stage, 'aws' | 'cluster'>,
  { of, host }: { readonly of: string; readonly host: string },
  work: () => Promise<void>,
): Promise<{ readonly count: number; readonly last: string }> {
  const [visits, edits] = [visit(stage.aws, host), edit(stage, of, 'shop', SHOP)];
  const counted = async () => ({ all: await visits.stop(), ...(await edits.stop()) });
  try {
    await work();
  } finally {
    await counted();
  }
  const { all, count, last } = await counted();
  process.stdout.write(
    `  ${all} requests, ${visits.wrong.length} lost ${[...new Set(visits.wrong)].join(', ')}; ${count} edits, ${edits.failed.length} refused\n`,
  );
  expect(edits.failed).toEqual([]);
  expect(visits.wrong).toEqual([]);
  return { count, last };
}

interface Edits {
  /** What was refused or failed, in the API server's words. */
  readonly failed: readonly string[];
  /** Ends them. Gives how many there were, and the value of the last one. */
  stop(): Promise<{ readonly count: number; readonly last: string }>;
}

/** Edits an Ingress every so often, until `stop`: its tag `edit` says which edit it was. */
function edit(
  { cluster }: Pick<Stage, 'cluster'>,
  of: string,
  name: string,
  options: Parameters<typeof ingress>[2],
  everyMs = 250,
): Edits {
  const failed: string[] = [];
  let [count, editing, last] = [0, true, ''];
  const going = (async () => {
    while (editing) {
      const value = String(count + 1);
      const annotations = { ...options.annotations, tags: `edit=${value}` };
      const applying = cluster.apply(ingress(of, name, { ...options, annotations })).then(
        () => {
          last = value;
        },
        (error: Error) => void failed.push(`edit ${value}: ${error.message}`),
      );
      await Promise.all([applying, sleep(everyMs)]);
      count += 1;
    }
  })();
  return {
    failed,
    async stop() {
      editing = false;
      await going;
      return { count, last };
    },
  };
}
