// Names of load balancers and target groups (aws-limits L1, TG1).
import { invalid } from './refusal.ts';

const NAME_MAX = 32;

/** @throws AwsRefusal ValidationError in AWS's words. */
export function checkLoadBalancerName(name: string): void {
  checkForm('The load balancer name', name);
  if (name.startsWith('-')) invalid(`The load balancer name '${name}' cannot begin with a hyphen(-)`);
  if (name.endsWith('-')) invalid(`The load balancer name '${name}' cannot end with a hyphen(-)`);
  if (name.startsWith('internal-')) invalid(`The load balancer name '${name}' cannot begin with 'internal-'`);
}

/** @throws AwsRefusal ValidationError in AWS's words: about hyphens those of its front end. */
export function checkTargetGroupName(name: string): void {
  checkForm('Target group name', name);
  if (name.startsWith('-') || name.endsWith('-'))
    invalid(
      `1 validation error detected: Value '${name}' at 'targetGroupName' failed to satisfy constraint: ` +
        'Member must satisfy regular expression pattern: (?!^-)(?!.*-$)^[A-Za-z0-9-]+$',
    );
}

function checkForm(noun: string, name: string): void {
  if (name === '') invalid(`${noun} cannot be empty`);
  if (name.length > NAME_MAX) invalid(`${noun} '${name}' cannot be longer than '${NAME_MAX}' characters`);
  if (!/^[A-Za-z0-9-]+$/.test(name))
    invalid(`${noun} '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`);
}
