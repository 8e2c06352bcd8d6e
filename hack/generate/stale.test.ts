// Generated files are those that the generator makes now.
import { expect, test } from 'vitest';
import { GENERATED, stored } from './main.ts';

test.each(GENERATED)('$path is up to date', async (generated) => {
  const current = stored(generated) === (await generated.render());
  expect(current, `${generated.path} is stale: run \`make generate\``).toBe(true);
});
