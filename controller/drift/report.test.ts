// Drift in the log, as a metric and as an event.
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { driftNews, driftReport } from './report.ts';

test('every change is counted by its kind, and a look is one line of the log', async () => {
  const lines: unknown[] = [];
  const registry = new Registry();
  const log = { warn: (keys: object, text: string) => lines.push([keys, text]) } as unknown as Logger;
  const report = driftReport(log, registry);
  report({ group: 'shop' }, []);
  report({ group: 'shop' }, [
    { kind: 'rule', words: 'create rule/80:1' },
    { kind: 'rule', words: 'create rule/80:2' },
    { kind: 'listener', words: 'modify listener/80' },
  ]);
  expect(lines).toEqual([
    [
      { group: 'shop', drift: ['create rule/80:1', 'create rule/80:2', 'modify listener/80'] },
      'changed in AWS by somebody else',
    ],
  ]);
  const text = await registry.metrics();
  expect(text).toContain('albatross_drift_total{kind="rule"} 2');
  expect(text).toContain('albatross_drift_total{kind="listener"} 1');
});

test('the event says what was found and what becomes of it, each time it happens', () => {
  expect(driftNews(['create rule/80:1', 'modify listener/80'], 'put right')).toEqual({
    type: 'Warning',
    reason: 'Drift',
    action: 'Drift',
    note: 'Changed in AWS by somebody else, put right: create rule/80:1; modify listener/80',
    again: true,
  });
});
