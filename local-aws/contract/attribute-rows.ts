// Rows of attributes in short: what each key accepts and refuses, written here and not read from the emulator's table.
import type { ContractCase, ContractStep } from './row.ts';

/** What is known of one key. */
export interface AttributeFacts {
  readonly key: string;
  /** What a describe says before anything is set. */
  readonly unset: string;
  /** Values that are accepted and read back, the boundaries among them. */
  readonly good: readonly string[];
  /** Values that are refused, each with words of the refusal: the whole sentence where AWS's own is known. */
  readonly bad: readonly (readonly [value: string, ...says: string[]])[];
  /** Pairs that must be in the same call for a good value to be accepted. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** The resource that has the attributes. */
export interface AttributeOwner {
  /** `LoadBalancer`, as in `ModifyLoadBalancerAttributes`. */
  readonly kind: 'LoadBalancer' | 'Listener' | 'TargetGroup';
  /** `$lb`. */
  readonly arn: string;
  readonly before: readonly ContractStep[];
  /** The section of aws-limits that the subjects are of: `1.1`. */
  readonly section: string;
}

/** Pairs as the API takes them. */
export const pairs = (attributes: Readonly<Record<string, string>>) =>
  Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));

/** A call that sets attributes. */
export const setting = (owner: AttributeOwner, Attributes: readonly object[]): ContractStep => ({
  call: `Modify${owner.kind}Attributes`,
  input: { [`${owner.kind}Arn`]: owner.arn, Attributes },
});

/** The rows of one key: unset, each good value, each bad one. */
export function attributeRows(owner: AttributeOwner, facts: AttributeFacts): ContractCase[] {
  const { key, beside = {} } = facts;
  const proves = [`${owner.section} ${key}`];
  const say = (value: string) => (value.length > 40 ? `${value.length} characters` : `"${value}"`);
  return [
    {
      proves,
      name: `unset is "${facts.unset}"`,
      before: owner.before,
      call: `Describe${owner.kind}Attributes`,
      input: { [`${owner.kind}Arn`]: owner.arn },
      expect: { answer: { Attributes: [{ Key: key, Value: facts.unset }] } },
    },
    ...facts.good.map(
      (value): ContractCase => ({
        proves,
        name: `accepts ${say(value)}`,
        before: owner.before,
        ...setting(owner, pairs({ ...beside, [key]: value })),
        expect: { answer: { Attributes: [{ Key: key, Value: value }] } },
      }),
    ),
    ...facts.bad.map(
      ([value, ...says]): ContractCase => ({
        proves,
        name: `refuses ${say(value)}`,
        before: owner.before,
        ...setting(owner, pairs({ ...beside, [key]: value })),
        expect: { error: 'InvalidConfigurationRequest', says },
      }),
    ),
  ];
}

/** A key that is true or false (aws-limits G5). */
export const yesOrNo = (key: string, unset: 'true' | 'false'): AttributeFacts => ({
  key,
  unset,
  good: ['true', 'false'],
  bad: ['yes', '1', ''].map(
    (value) => [value, `The value of '${key}' must be 'true' or 'false', but was '${value}'`] as const,
  ),
});

/** A key that is a number in a range (aws-limits G6). */
export const between = (key: string, unset: string, low: number, high: number): AttributeFacts => ({
  key,
  unset,
  good: [String(low), String(high)],
  bad: [String(low - 1), String(high + 1), `${low}.5`, 'many', ''].map(
    (value) => [value, `The value of '${key}' must be an integer between ${low} and ${high}`] as const,
  ),
});

/** A key with a closed list of values. */
export const among = (key: string, unset: string, ...good: string[]): AttributeFacts => ({
  key,
  unset,
  good,
  bad: [...(good.includes('') ? [] : ['']), 'other', (good.at(-1) ?? '').toUpperCase()]
    .filter((value) => !good.includes(value))
    .map((value) => [value, ...good] as const),
});
