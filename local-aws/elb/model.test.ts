// The table of actions against the SDK: nothing is left out.
import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, test } from 'vitest';
import { ACTIONS } from './model.ts';

test('every command of the SDK is an action: none concerns Network Load Balancers alone', () => {
  const commands = Object.keys(sdk)
    .filter((name) => /^[A-Z].*Command$/.test(name) && name !== '$Command')
    .map((name) => name.slice(0, -'Command'.length));
  expect(commands.length).toBeGreaterThan(50);
  expect(Object.keys(ACTIONS).sort()).toEqual(commands.sort());
});
