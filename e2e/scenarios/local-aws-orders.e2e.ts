// Faults of the local AWS as a process, its page, and how it refuses and ends.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refusal, until } from '../../local-aws/fixture.ts';
import { startProcess } from '../harness/process.ts';
import { local, type Running, shop, start } from './process-fixture.ts';

const dir = mkdtempSync(join(tmpdir(), 'albatross-local-aws-'));
const state = join(dir, 'state');
let aws: Running;

beforeAll(async () => {
  aws = await start(dir, '--state', state);
});

afterAll(async () => {
  await aws.process.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('the page shows what there is', async () => {
  await shop(aws);
  const answer = await fetch(`${aws.url}/`);
  const page = await answer.text();
  expect(answer.headers.get('content-type')).toContain('text/html');
  for (const text of ['shop', 'web', '10.0.0.9:80', 'unhealthy', '/gone', 'curl --connect-to'])
    expect(page).toContain(text);
});

test('connections are cut, before the effect and after it', async () => {
  const create = (Name: string) =>
    aws.elb.send(new elb.CreateTargetGroupCommand({ Name, TargetType: 'lambda' }));
  const names = async () => {
    const { TargetGroups = [] } = await aws.elb.send(new elb.DescribeTargetGroupsCommand({ PageSize: 400 }));
    return TargetGroups.map(({ TargetGroupName }) => TargetGroupName);
  };
  await local(aws, 'faults', { reset: { action: 'CreateTargetGroup', times: 1 } });
  expect(await refusal(create('cut-before'))).not.toBe('accepted');
  await local(aws, 'faults', { reset: { action: 'CreateTargetGroup', times: 1, when: 'after' } });
  expect(await refusal(create('cut-after'))).not.toBe('accepted');
  expect(await refusal(create('not-cut'))).toBe('accepted');
  const there = await names();
  expect(there).toEqual(expect.arrayContaining(['cut-after', 'not-cut']));
  expect(there).not.toContain('cut-before');
});

test('calls are throttled as AWS says', async () => {
  await local(aws, 'faults', { throttling: true });
  const describe = () => refusal(aws.elb.send(new elb.DescribeTargetGroupsCommand({})));
  let answers: readonly string[] = [];
  // A slow machine asks so few a second that more are needed.
  for (let times = 60; !answers.includes('Throttling') && times <= 960; times *= 2)
    answers = [...answers, ...(await Promise.all(Array.from({ length: times }, describe)))];
  await local(aws, 'faults', { throttling: false });
  // 40 at once, and what comes back while they are asked.
  const refused = answers.filter((name) => name === 'Throttling').length;
  expect(answers.filter((name) => name === 'accepted').length).toBe(answers.length - refused);
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThanOrEqual(answers.length - 40);
});

test('what is new is shown late', async () => {
  await local(aws, 'faults', { visibleAfterMs: 1500 });
  await aws.elb.send(new elb.CreateTargetGroupCommand({ Name: 'late', TargetType: 'lambda' }));
  const describe = () => refusal(aws.elb.send(new elb.DescribeTargetGroupsCommand({ Names: ['late'] })));
  expect(await describe()).toBe('TargetGroupNotFoundException');
  expect(await refusal(aws.elb.send(new elb.DescribeTargetGroupsCommand({ Names: ['web'] })))).toBe(
    'accepted',
  );
  await until(async () => (await describe()) === 'accepted');
  await local(aws, 'faults', { visibleAfterMs: 0 });
});

test('a process is killed at the n-th call', async () => {
  const victim = await startProcess({
    name: 'victim',
    command: process.execPath,
    args: ['-e', 'setInterval(() => {}, 1000)'],
    log: join(dir, 'victim.log'),
  });
  await local(aws, 'faults', { killAt: { call: 2, pid: victim.pid } });
  await aws.elb.send(new elb.DescribeAccountLimitsCommand({}));
  expect(victim.running()).toBe(true);
  await aws.elb.send(new elb.DescribeAccountLimitsCommand({}));
  expect((await victim.exited).signal).toBe('SIGKILL');
});

test('a file that is not ours is refused in words, and left alone', async () => {
  const notes = join(dir, 'notes');
  writeFileSync(notes, 'my notes\n');
  await expect(start(dir, '--state', notes)).rejects.toThrow('is not a state file of albatross local-aws');
  expect(readFileSync(notes, 'utf8')).toBe('my notes\n');
  await expect(start(dir, '--state', state)).rejects.toThrow('in use by process');
});

test('without a state file nothing is written, and it ends in order', async () => {
  const files = () => readdirSync(dir).filter((name) => !name.endsWith('.log'));
  const before = files();
  const other = await start(dir, '--seed-account');
  expect(readFileSync(other.process.log, 'utf8')).toMatch(/export AWS_ENDPOINT_URL=http.*[\s\S]*\nVPC +vpc-/);
  other.process.kill('SIGTERM');
  expect(await other.process.exited).toEqual({ code: 0, signal: null });
  expect(files()).toEqual(before);
});
