// `albatross` as a person runs it: a process of its own, with nothing in its environment but what is said.
import { execFile } from 'node:child_process';
import { albatross as executable } from './machine.ts';
import { CLUSTER_NAME, type Stage } from './stage.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs what the scenarios run (the bundle), elsewhere the sources. Rejects when it could not be run at all. */
export function albatross(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const { PATH, HOME } = process.env;
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [executable(), ...args],
      { env: { PATH, HOME, ...env } },
      (error, out, err) => {
        if (error !== null && typeof error.code !== 'number') reject(error);
        else resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
      },
    );
  });
}

/** The flags that say which cluster and VPC a stage has. */
export const placeOf = ({ account }: Pick<Stage, 'account'>): readonly string[] => [
  ...['--cluster-name', CLUSTER_NAME],
  ...['--aws-vpc-id', account.vpcId],
];

/** The variables that lead to the local AWS of a stage. */
export const awsOf = ({
  aws,
  account,
}: Pick<Stage, 'aws' | 'account'>): Readonly<Record<string, string>> => ({
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_REGION: account.region,
  AWS_ENDPOINT_URL: aws.url,
});
