// The shape of the contract: each row is a call as data, what must have been done before it, and what AWS answers.

/** One call of the AWS SDK. Texts like `$lb` or `arn:$x/y` name what was saved before, or is there from the start. */
export interface ContractStep {
  /** `DescribeRules`; a call of another service has it in front: `ec2 DeleteSecurityGroup`. */
  readonly call: string;
  readonly input: object;
  /** Name → path in the answer: `{ lb: 'LoadBalancers.0.LoadBalancerArn' }`. */
  readonly save?: Readonly<Record<string, string>>;
}

/** What AWS answers: a part of the output, or an error's code and words that its message must contain. */
export type ExpectedAnswer =
  | { readonly answer: object }
  | { readonly error: string; readonly says?: readonly string[] }
  /** The message to the letter. */
  | { readonly error: string; readonly message: string };

/** Where it is known from that AWS answers so. */
export type ContractSource =
  /** A document of AWS by its title. */
  | `AWS: ${string}`
  /** A deployment on AWS, or an answer or error of AWS, that somebody published. */
  | `recorded: ${string}`
  /** A test of moto that its maintainers also run on AWS. */
  | `moto: ${string}`;

/** A row that may leave its source to those around it. */
export interface ContractCase extends ContractStep {
  /** What this row proves: ids of `subjects.ts`, such as `L1`, `1.1 idle_timeout.timeout_seconds`, `moto 2.3`. */
  readonly proves: readonly string[];
  /** What is tried, in a few words. */
  readonly name: string;
  /** Calls that must succeed first, in order. */
  readonly before?: readonly ContractStep[];
  readonly expect: ExpectedAnswer;
  /** True where the coverage table says that moto does this right: there the row runs as well, and must agree. */
  readonly onMoto?: true;
}

/** A row as it is run: there is none without a source. */
export interface ContractRow extends ContractCase {
  readonly source: ContractSource;
}

/** Gives rows their source; one that has its own keeps it. */
export const from = (
  source: ContractSource,
  cases: readonly (ContractCase & { readonly source?: ContractSource })[],
): ContractRow[] => cases.map((one) => ({ source, ...one }));
