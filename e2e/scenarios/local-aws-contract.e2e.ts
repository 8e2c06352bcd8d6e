// The contract of the local AWS: every row as a test, those that moto does right on moto too, and nothing left unproven.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareAccount } from '../../local-aws/contract/ground.ts';
import { ROWS } from '../../local-aws/contract/rows.ts';
import { type ContractSubject, clientsOf, runRow } from '../../local-aws/contract/run.ts';
import { SUBJECTS } from '../../local-aws/contract/subjects.ts';
import { type Fixture, startFixture } from '../../local-aws/fixture.ts';
import { preparedMoto } from '../harness/prepared.ts';

let fixture: Fixture;
let local: ContractSubject;
let moto: ContractSubject;

beforeAll(async () => {
  fixture = await startFixture(preparedMoto);
  const names = await prepareAccount(fixture.aws, fixture.account);
  const { region } = fixture.account;
  local = { name: 'local', clients: clientsOf(fixture.aws.url, region), names };
  moto = { name: 'moto', clients: clientsOf(fixture.motoUrl, region), names };
});

afterAll(async () => {
  await fixture?.close();
});

const titled = ROWS.map((row) => [`${row.proves.join(', ')}: ${row.name}`, row] as const);

describe('the local AWS', () => {
  test.each(titled)('%s', async (_title, row) => {
    const wrong = await runRow(row, local);
    expect(wrong, wrong.join('\n')).toEqual([]);
  });
});

describe('moto', () => {
  test.each(titled.filter(([, row]) => row.onMoto))('%s', async (_title, row) => {
    const wrong = await runRow(row, moto);
    expect(wrong, wrong.join('\n')).toEqual([]);
  });
});

describe('the list of subjects', () => {
  const proven = new Set(ROWS.flatMap((row) => row.proves));
  test('every one has a row', () => {
    const bare = Object.entries(SUBJECTS).filter(([id]) => !proven.has(id));
    const named = bare.map(([id, title]) => `${id}: ${title}`);
    expect(named, named.join('\n')).toEqual([]);
  });
  test('every row proves one of them', () => {
    const unknown = [...proven].filter((id) => !Object.hasOwn(SUBJECTS, id));
    expect(unknown, unknown.join('\n')).toEqual([]);
  });
  test('no two rows have the same title', () => {
    const titles = titled.map(([title]) => title);
    expect(titles.filter((title, at) => titles.indexOf(title) !== at)).toEqual([]);
  });
});
