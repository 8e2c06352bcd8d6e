// Registering and deregistering in AWS: as many targets in a call as it takes, and what AWS refuses of one target keeps no other
// one out.
//
//   a call of many ──refused──▶ its first half, then its second half ──▶ … ──▶ the one that is refused
//                  └─no room──▶ its first half … and nothing after what did not fit
import {
  DeregisterTargetsCommand,
  RegisterTargetsCommand,
  type TargetDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type AwsFailure, isFailure } from '../../alb/failures/failure.ts';
import { defined } from '../../api/defined.ts';
import type { RoleAccount } from '../aws/assumed-roles.ts';
import { chunks } from '../aws/chunks.ts';
import type { Target } from './endpoints.ts';
import type { TargetSeen } from './target-health.ts';

/** Targets in one call (aws-model 6.7). */
const PER_CALL = 200;

/**
 * Refused calls of one registration after which the rest waits: enough to find a few bad targets among many, and no flood where
 * all are bad.
 */
const REFUSALS = 32;

/** A target to register. */
export interface OfferedTarget {
  readonly target: Target;
  /** It lies outside the VPC: AWS wants to be told a zone, and takes `all` (aws-model 6.7). */
  readonly outside: boolean;
  /** Zone of its node; for what lies outside the VPC where AWS does not take `all`. */
  readonly nodeZone?: string | undefined;
}

/** What became of the offers; those that are in neither list were not tried. */
export interface Registering {
  readonly taken: readonly Pick<TargetSeen, 'id' | 'port' | 'zone'>[];
  readonly refused: readonly { readonly target: Target; readonly failure: AwsFailure }[];
  /** Zones of nodes were given where the zone `all` was refused. */
  readonly byNodeZone: boolean;
}

/** One registration while it runs. */
class Registrar {
  readonly #aws: RoleAccount;
  readonly #arn: string;
  readonly taken: Pick<TargetSeen, 'id' | 'port' | 'zone'>[] = [];
  readonly refused: { target: Target; failure: AwsFailure }[] = [];
  byNodeZone: boolean;
  /** Why there is no room for more. */
  full: AwsFailure | undefined;
  #refusals = 0;

  constructor(aws: RoleAccount, arn: string, byNodeZone: boolean) {
    this.#aws = aws;
    this.#arn = arn;
    this.byNodeZone = byNodeZone;
  }

  /** Registers offers that fit into one call. Throws an `AwsFailure` that is about none of them. */
  async register(offers: readonly OfferedTarget[]): Promise<void> {
    if (this.full !== undefined) return this.#refuse(offers, this.full);
    if (this.#refusals >= REFUSALS) return;
    const failure = await this.#send(offers, this.byNodeZone);
    if (failure === undefined || (await this.#sendByNodeZone(offers, failure))) return;
    const [one] = offers;
    if (one !== undefined && offers.length === 1) {
      if (failure.kind === 'limit') this.full = failure;
      return this.#refuse([one], failure);
    }
    const half = Math.ceil(offers.length / 2);
    await this.register(offers.slice(0, half));
    await this.register(offers.slice(half));
  }

  /** AWS takes no zone `all` where cross-zone load balancing is off; the zone of a node says where a pod is (aws-model 6.7). */
  async #sendByNodeZone(offers: readonly OfferedTarget[], { kind }: AwsFailure): Promise<boolean> {
    const zoned = offers.some(({ outside, nodeZone }) => outside && nodeZone !== undefined);
    if (this.byNodeZone || kind !== 'refused' || !zoned) return false;
    this.byNodeZone = (await this.#send(offers, true)) === undefined;
    return this.byNodeZone;
  }

  async #send(offers: readonly OfferedTarget[], byNodeZone: boolean): Promise<AwsFailure | undefined> {
    const Targets = offers.map((offer) => described(offer, byNodeZone));
    try {
      await this.#aws.elbv2.send(new RegisterTargetsCommand({ TargetGroupArn: this.#arn, Targets }));
    } catch (thrown) {
      if (!isFailure(thrown, 'refused', 'limit')) throw thrown;
      this.#refusals += 1;
      return thrown;
    }
    for (const { Id: id = '', Port: port = 0, AvailabilityZone: zone } of Targets)
      this.taken.push({ id, port, ...defined({ zone }) });
    return undefined;
  }

  #refuse(offers: readonly OfferedTarget[], failure: AwsFailure): void {
    for (const { target } of offers) this.refused.push({ target, failure });
  }
}

function described(
  { target: { id, port }, outside, nodeZone }: OfferedTarget,
  byNodeZone: boolean,
): TargetDescription {
  const zone = byNodeZone ? (nodeZone ?? 'all') : 'all';
  return { Id: id, Port: port, ...(outside ? { AvailabilityZone: zone } : {}) };
}

/**
 * Registers targets in one target group; `byNodeZone`: it is known that the zone `all` is refused there.
 * Throws an `AwsFailure` that is about no single target.
 */
export async function registerTargets(
  aws: RoleAccount,
  arn: string,
  offers: readonly OfferedTarget[],
  byNodeZone: boolean,
): Promise<Registering> {
  const registrar = new Registrar(aws, arn, byNodeZone);
  for (const part of chunks(offers, PER_CALL)) await registrar.register(part);
  return registrar;
}

/** Deregisters targets; one that is gone already is no failure (ELB API Reference, DeregisterTargets). Throws `AwsFailure`. */
export async function deregisterTargets(
  aws: RoleAccount,
  arn: string,
  targets: readonly Pick<TargetSeen, 'id' | 'port' | 'zone'>[],
): Promise<void> {
  for (const part of chunks(targets, PER_CALL)) {
    const Targets = part.map(({ id: Id, port: Port, zone: AvailabilityZone }) => ({
      ...{ Id, Port },
      ...defined({ AvailabilityZone }),
    }));
    await aws.elbv2.send(new DeregisterTargetsCommand({ TargetGroupArn: arn, Targets }));
  }
}
