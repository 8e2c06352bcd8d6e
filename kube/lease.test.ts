// Tests of lead.
import { expect, test } from 'vitest';
import { identityOfProcess, isDead } from './lease.ts';

test('no two processes, not even two names of one, are the same', () => {
  expect(identityOfProcess()).not.toBe(identityOfProcess());
});

test.each([
  ['gone from our place', 'host_boot-1_41_aa', false, true],
  ['running at our place', 'host_boot-1_41_aa', true, false],
  ['had our pid before us', 'host_boot-1_42_aa', true, true],
  ['ourselves', 'host_boot-1_42_bb', true, false],
  ['elsewhere with our pid', 'host_boot-2_42_aa', false, false],
  ['another program', 'some-other-holder', false, false],
])('%s', (_name, holder, running, dead) => {
  expect(isDead(holder, 'host_boot-1_42_bb', () => running)).toBe(dead);
});

test('our own process is alive', () => {
  const own = identityOfProcess();
  const [host, place] = own.split('_');
  const parent = [host, place, process.ppid, 'aa'].join('_');
  expect(isDead(parent, own)).toBe(false);
  expect(isDead([host, place, 4_194_305, 'aa'].join('_'), own)).toBe(true);
});
