// Tests of process: the lines that say why it could not start, and, in processes of their own, that it ends however it goes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { meet, unmet } from '../api/problems/unmet-need.ts';
import { reasonsOf } from './process.ts';

const port = unmet('--port 1', 'the port is taken', 'choose another one');

describe('why it could not start', () => {
  test('one line for each need', async () => {
    const file = unmet('--tls-cert-file x', 'there is no\nsuch file', 'name one');
    const thrown = await meet([
      meet([Promise.reject(port), Promise.reject(file)]),
      Promise.resolve(1),
      Promise.reject(file),
    ]).catch((error: unknown) => error);
    expect(reasonsOf('webhook', thrown)).toEqual([
      'albatross webhook: cannot start: --port 1: the port is taken; choose another one',
      'albatross webhook: cannot start: --tls-cert-file x: there is no such file; name one',
      'albatross webhook: cannot start: --tls-cert-file x: there is no such file; name one',
    ]);
    expect(reasonsOf('webhook', port)).toHaveLength(1);
  });

  test('our own mistake is none of them, and comes first', async () => {
    const mistake = new TypeError('x is not a function');
    const thrown = await meet([Promise.reject(port), Promise.reject(mistake)]).catch(
      (error: unknown) => error,
    );
    expect(thrown).toBe(mistake);
    expect(reasonsOf('webhook', thrown)).toBeUndefined();
  });

  test('what is met is given', async () => {
    expect(await meet([Promise.resolve('a'), Promise.resolve(2)])).toEqual(['a', 2]);
  });
});

/** Runs a life as a process; it is told `ready` on standard output by the log. */
function living(run: string) {
  const module = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const source = `
    import { setTimeout as sleep } from 'node:timers/promises';
    import { once } from 'node:events';
    import { createLog } from '${module('log.ts')}';
    import { unmet } from '${module('../api/problems/unmet-need.ts')}';
    import { live } from '${module('process.ts')}';
    const log = createLog('info');
    // Whatever hangs keeps a process alive.
    setInterval(() => undefined, 1000);
    await live({ name: 'test', log, graceMs: 300 }, async ({ ending, ready }) => { ${run} });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source]);
  const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]).then(
    ([[code, signal], out, err]) => ({ code, signal, out, err }),
  );
  return { child, ended, told: (words: string) => told(child.stdout, words) };
}

async function told(stream: NodeJS.ReadableStream, words: string): Promise<void> {
  let seen = '';
  while (!seen.includes(words)) seen += String((await once(stream, 'data'))[0]);
}

describe('it ends', () => {
  test('with the line and 1 when a need is missing, whatever still hangs', async () => {
    const { ended } = living(`throw unmet('--port 1', 'the port is taken', 'choose another one')`);
    expect(await ended).toEqual({
      code: 1,
      signal: null,
      out: '',
      err: 'albatross test: cannot start: --port 1: the port is taken; choose another one\n',
    });
  });

  test.each([
    ['thrown', `throw new TypeError('ours')`],
    ['thrown aside', `setTimeout(() => { throw new TypeError('ours') }); await sleep(60_000)`],
    ['rejected aside', `void Promise.reject(new TypeError('ours')); await sleep(60_000)`],
  ])('with 1 and one line of the log when a mistake is %s', async (_how, run) => {
    const { code, out, err } = await living(run).ended;
    expect([code, err]).toEqual([1, '']);
    expect(JSON.parse(out)).toMatchObject({
      level: 60,
      msg: 'unexpected end',
      err: { type: 'TypeError', message: 'ours' },
    });
  });

  test('at the first signal while it starts', async () => {
    const { child, ended, told } = living(`log.info('starting'); await sleep(60_000)`);
    await told('starting');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
  });

  const serving = (end: string) => `ready(); log.info('ready'); await once(ending, 'abort'); ${end}`;

  test('in order when it is asked to while it serves', async () => {
    const { child, ended, told } = living(serving(`log.info({ signal: ending.reason }, 'bye'); return 0`));
    await told('ready');
    child.kill('SIGINT');
    const { code, out } = await ended;
    expect(code).toBe(0);
    expect(out).toContain('"signal":"SIGINT","msg":"bye"');
  });

  test('when its time is over, however it hangs', async () => {
    const { child, ended, told } = living(serving('await sleep(60_000); return 0'));
    await told('ready');
    child.kill('SIGTERM');
    const { code, out } = await ended;
    expect(code).toBe(1);
    expect(out).toContain('could not end in order in time');
  });

  test('at once at the second signal', async () => {
    const { child, ended, told } = living(serving(`log.info('ending'); await sleep(60_000); return 0`));
    await told('ready');
    child.kill('SIGTERM');
    await told('ending');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  });
});
