// ARNs that a TargetGroupBinding names (Service Authorization Reference: Elastic Load Balancing V2; IAM).

export interface TargetGroupArn {
  readonly region: string;
  readonly account: string;
  readonly name: string;
}

/** 1 to 32 letters, digits and hyphens, no hyphen at either end (Elastic Load Balancing API Reference, CreateTargetGroup). */
const NAME = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?';
const TARGET_GROUP_NAME = new RegExp(`^${NAME}$`);
const TARGET_GROUP = new RegExp(
  `^arn:aws[a-z-]*:elasticloadbalancing:([a-z0-9-]+):([0-9]{12}):targetgroup/(${NAME})/[0-9a-z]+$`,
);
const ROLE = /^arn:aws[a-z-]*:iam::([0-9]{12}):role\/[\w+=,.@/-]+$/;

export const isTargetGroupName = (text: string): boolean => TARGET_GROUP_NAME.test(text);

/** The parts of the ARN of a target group; undefined when it is none. */
export function targetGroupArnOf(text: string): TargetGroupArn | undefined {
  const [, region, account, name] = TARGET_GROUP.exec(text) ?? [];
  return region === undefined || account === undefined || name === undefined
    ? undefined
    : { region, account, name };
}

/** The account of the ARN of an IAM role; undefined when it is none. */
export const accountOfRole = (text: string): string | undefined => ROLE.exec(text)?.[1];
