// What `plan` and `tree` have in common: the rights they need, and how they end.
import type { Command } from 'commander';
import { isFailure } from '../alb/failures/failure.ts';
import { UnmetNeed } from '../api/problems/unmet-need.ts';
import { findPlace, type UnplacedOptions } from '../controller/aws/place.ts';
import type { LeaseName } from '../controller/handover/lease.ts';
import { Unanswered } from '../controller/inspection/cluster.ts';
import { type ControllerOptions, mistakes } from '../controller/options.ts';
import type { OutputFormat } from './output.ts';
import { failureWords } from './plan-report.ts';

/** For --help. */
export const RIGHTS = `Rights. Kubernetes: list on ingresses, services, endpointslices, loadbalancerbindings (with --watch-namespace only
there), ingressclasses, ingressclassparams, namespaces and nodes; get on the Secrets of OIDC logins, whose rules are
otherwise taken to stay as they are; about orphans list on targetgroupbindings, and get on the ConfigMap of --lease. AWS: the reading part of the controller's IAM policy
(elasticloadbalancing:Describe*, ec2:Describe*, acm:ListCertificates, acm:DescribeCertificate, tag:GetResources; where an
Ingress names a web ACL or Shield wafv2:List*, wafv2:Get*, shield:DescribeProtection, shield:GetSubscriptionState).`;

/** Flags of both; what else the controller can be told is taken as it is by default. */
export interface InspectionFlags extends UnplacedOptions {
  readonly namespace?: string;
  readonly all?: true;
  readonly lease: LeaseName | 'none';
  readonly output: OutputFormat;
}

/** Of one AWS call: somebody waits for the answer. */
export const ATTEMPTS = 3;

/** Ends the process with words when both an Ingress and the flag are given; else the command itself. */
export function oneOf(command: Command, ingress: string | undefined, flag: string, value: unknown): Command {
  if (ingress !== undefined && value !== undefined)
    command.error(`error: say either INGRESS or ${flag}, not both`);
  return command;
}

/** Writes the answer, or why there is none (exit code 1). */
export async function answer(
  command: Command,
  options: UnplacedOptions,
  find: (options: ControllerOptions) => Promise<{ readonly text: string; readonly exitCode: number }>,
): Promise<void> {
  const wrong = mistakes(options);
  if (wrong.length > 0) command.error(`error: ${wrong.join(' ')}`);
  try {
    const { text, exitCode } = await find({ ...options, ...(await findPlace(options)) });
    process.stdout.write(`${text}\n`);
    process.exitCode = exitCode;
  } catch (thrown) {
    const because = isFailure(thrown)
      ? `cannot ask AWS: ${failureWords(thrown)}`
      : thrown instanceof Unanswered
        ? thrown.message
        : undefined;
    throw because === undefined ? thrown : new UnmetNeed(because, thrown);
  }
}
