// Rows that change the attributes of one target group.
import { pairs } from './attribute-rows.ts';
import type { ContractCase, ContractStep, ExpectedAnswer } from './row.ts';
import { aTargetGroup } from './steps.ts';

const proofs = (proves: string) =>
  proves.split(', ').map((id) => (id.startsWith('moto') || id.startsWith('TG') ? id : `4.2 ${id}`));

/** A change of `$tg`; subjects without a section are of 4.2. */
export const set = (
  proves: string,
  name: string,
  values: Record<string, string>,
  expect: ExpectedAnswer,
  before: readonly ContractStep[] = [aTargetGroup()],
): ContractCase => ({
  proves: proofs(proves),
  name,
  before,
  call: 'ModifyTargetGroupAttributes',
  input: { TargetGroupArn: '$tg', Attributes: pairs(values) },
  expect,
});
export const no = (...says: string[]): ExpectedAnswer => ({ error: 'InvalidConfigurationRequest', says });
export const kept = (values: Record<string, string>): ExpectedAnswer => ({
  answer: { Attributes: pairs(values) },
});

/** One key: values that are taken, values that are not, each a row. */
export function key(
  name: string,
  good: readonly string[],
  bad: readonly string[],
  words: readonly string[],
): ContractCase[] {
  return [
    ...good.map((value) => set(name, `"${value}"`, { [name]: value }, kept({ [name]: value }))),
    ...bad.map((value) =>
      set(`${name}, moto 1.5, moto 5.13`, `"${value}" is refused`, { [name]: value }, no(...words)),
    ),
  ];
}
