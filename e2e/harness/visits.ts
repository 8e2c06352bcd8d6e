// Visitors of a load balancer, who keep their connections and note what was not answered well.
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalAws } from '../../local-aws/local-aws.ts';

/** Requests of one lane come this long after each other. */
const LANES = { count: 10, everyMs: 50 };

export interface Visits {
  /** What was not 200: another status, or why there was none. */
  readonly wrong: readonly unknown[];
  /** Ends them. Gives how many there were. */
  stop(): Promise<number>;
}

/** About 200 requests a second to a load balancer over HTTP, until `stop`. */
export function visit(aws: Pick<LocalAws, 'listenerAddress'>, host: string): Visits {
  const agent = new Agent({ keepAlive: true, maxSockets: LANES.count });
  const wrong: unknown[] = [];
  let [all, visiting] = [0, true];
  const once = (): Promise<unknown> =>
    new Promise((resolve) => {
      const door = aws.listenerAddress(host, 80);
      if (door === undefined) return resolve('nothing listens');
      const asking = get({ ...door, path: '/', headers: { host }, agent }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode));
      });
      asking.once('error', ({ message }) => resolve(message));
    });
  const lane = async (): Promise<void> => {
    while (visiting) {
      const [status] = await Promise.all([once(), sleep(LANES.everyMs)]);
      all += 1;
      if (status !== 200) wrong.push(status);
    }
  };
  const lanes = Array.from({ length: LANES.count }, lane);
  return {
    wrong,
    async stop() {
      visiting = false;
      await Promise.all(lanes);
      agent.destroy();
      return all;
    },
  };
}
