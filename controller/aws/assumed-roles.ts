// Roles that are assumed for target groups of other accounts: one client for each role, with credentials that the SDK renews before
// they expire. A role that cannot be assumed fails the calls that need it, and no others.
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { defined } from '../../api/defined.ts';

/** Who is to be assumed for calls about one target group. */
export interface AssumedRole {
  readonly arn: string;
  /** What the trust policy of the role may ask for. */
  readonly externalId?: string;
}

/** What can be asked in a role. */
export interface RoleAccount {
  readonly elbv2: ElasticLoadBalancingV2Client;
}

/** Longest name of a session, in characters (AWS Security Token Service API Reference, AssumeRole: RoleSessionName). */
const SESSION_MAX = 64;

/** The name of the LBC's sessions, for CloudTrail and conditions of policies (aws-model 1.6), as long as AWS takes it. */
export const sessionName = (clusterName: string): string =>
  `AWS-LBC-${clusterName.replace(/[^a-zA-Z0-9=,.@_-]/g, '')}`.slice(0, SESSION_MAX);

interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** As many as roles were named since the start. */
export class AssumedRoles {
  readonly #session: string;
  readonly #sts: STSClient;
  readonly #connect: (credentials: () => Promise<RoleCredentials>) => ElasticLoadBalancingV2Client;
  readonly #accounts = new Map<string, RoleAccount>();

  constructor(
    clusterName: string,
    sts: STSClient,
    connect: (credentials: () => Promise<RoleCredentials>) => ElasticLoadBalancingV2Client,
  ) {
    this.#session = sessionName(clusterName);
    this.#sts = sts;
    this.#connect = connect;
  }

  /** Nothing is asked before the first call. */
  of(role: AssumedRole): RoleAccount {
    const key = JSON.stringify([role.arn, role.externalId]);
    return this.#accounts.getOrInsertComputed(key, () => ({
      elbv2: this.#connect(() => this.#assume(role)),
    }));
  }

  destroy(): void {
    for (const { elbv2 } of this.#accounts.values()) elbv2.destroy();
  }

  async #assume({ arn, externalId }: AssumedRole): Promise<RoleCredentials> {
    const { Credentials } = await this.#sts.send(
      new AssumeRoleCommand({
        RoleArn: arn,
        RoleSessionName: this.#session,
        ...defined({ ExternalId: externalId }),
      }),
    );
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken, Expiration } = Credentials ?? {};
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      ...defined({ sessionToken: SessionToken, expiration: Expiration }),
    };
  }
}

/** The account of a role, or our own. */
export const accountOf = <A extends RoleAccount>(
  aws: A & { assuming(role: AssumedRole): RoleAccount },
  role: AssumedRole | undefined,
): RoleAccount => (role === undefined ? aws : aws.assuming(role));
