// People who edit Ingresses all the time: each edit is a real one, is admitted by the webhook and reaches AWS.
import { setTimeout as sleep } from 'node:timers/promises';
import { ingress } from '../harness/fixtures.ts';
import type { Stage } from '../harness/stage.ts';

export interface Edits {
  /** What was refused or failed, in the API server's words. */
  readonly failed: readonly string[];
  /** Ends them. Gives how many there were, and the value of the last one. */
  stop(): Promise<{ readonly count: number; readonly last: string }>;
}

/** Edits an Ingress every so often, until `stop`: its tag `edit` says which edit it was. */
export function edit(
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
