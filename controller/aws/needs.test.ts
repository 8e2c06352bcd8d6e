// Tests of needs: place and credentials, missed together, and found in the environment.
import { afterEach, expect, test, vi } from 'vitest';
import { DEFAULTS } from '../options.ts';
import { awsNeeds } from './needs.ts';

const NOTHING = {
  ...{ AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined, AWS_PROFILE: undefined, NODENAME: undefined },
  ...{ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_EC2_METADATA_DISABLED: 'true' },
  ...{ AWS_CONFIG_FILE: '/none', AWS_SHARED_CREDENTIALS_FILE: '/none' },
};
const options = { ...DEFAULTS, clusterName: 'prod', awsVpcId: 'vpc-1' };

afterEach(() => vi.unstubAllEnvs());

function needs(env: Readonly<Record<string, string>>) {
  for (const [name, value] of Object.entries({ ...NOTHING, ...env })) vi.stubEnv(name, value);
  return awsNeeds(options);
}

test('what is there is found', async () => {
  const credentials = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  expect(await needs({ ...credentials, AWS_REGION: 'us-west-2' })).toEqual({
    ...{ awsRegion: 'us-west-2', awsVpcId: 'vpc-1' },
  });
});

test('credentials alone are missed', async () => {
  await expect(needs({ AWS_REGION: 'us-west-2' })).rejects.toThrow(
    /^AWS credentials: none found \(.*\); give /,
  );
});

test('both are missed at once', async () => {
  await expect(needs({})).rejects.toThrow(
    /^--aws-region: not given, .* or set AWS_REGION; AWS credentials: none/,
  );
});
