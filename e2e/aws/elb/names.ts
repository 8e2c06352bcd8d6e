// Names of load balancers and target groups (aws-limits L1, TG1).
import { invalid } from './refusal.ts';

const NAME_MAX = 32;

/** @throws AwsRefusal ValidationError in AWS's words. `noun` starts the sentence. */
export function checkName(noun: string, name: string): void {
  if (name === '') invalid(`${noun} name cannot be empty`);
  if (name.length > NAME_MAX)
    invalid(`${noun} name '${name}' cannot be longer than '${NAME_MAX}' characters`);
  if (!/^[A-Za-z0-9-]+$/.test(name))
    invalid(
      `${noun} name '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`,
    );
  if (name.startsWith('-')) invalid(`${noun} name '${name}' cannot begin with a hyphen(-)`);
  if (name.endsWith('-')) invalid(`${noun} name '${name}' cannot end with a hyphen(-)`);
}
