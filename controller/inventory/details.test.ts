// Details of a group while somebody deletes things.
import { describe, expect, test } from 'vitest';
import { AwsFailure } from '../../alb/failures/failure.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import type { Aws } from '../aws/client.ts';
import { readDetails } from './details.ts';

const gone = (action: string) =>
  new AwsFailure({ action, code: 'RuleNotFound', message: '', kind: 'notFound', status: 400 });

const balancer = {
  kind: 'loadBalancer',
  arn: 'arn:lb',
  group: 'shop',
  resourceTag: 'LoadBalancer',
  spec: { attributes: {}, tags: {}, subnets: [], securityGroups: [] },
  extra: {},
} as object as Found;

/** Every call that is asked about something that is gone fails, as long as `failing` says so. */
function read(failing: (action: string, n: number) => boolean): { found: Promise<Found[]>; sent: string[] } {
  const sent: string[] = [];
  const send = async ({ constructor: { name } }: object): Promise<object> => {
    const action = name.replace('Command', '');
    sent.push(action);
    if (failing(action, sent.filter((one) => one === action).length)) throw gone(action);
    return {
      Listeners: [{ ListenerArn: 'arn:listener', LoadBalancerArn: 'arn:lb', Port: 80, Protocol: 'HTTP' }],
      TagDescriptions: [],
      Attributes: [],
      Rules: [],
    };
  };
  return { found: readDetails({ elbv2: { send } } as unknown as Aws, [balancer]), sent };
}
const kindsOf = async (found: Promise<Found[]>): Promise<string[]> => (await found).map(({ kind }) => kind);

describe('something goes away while it is read', () => {
  test('a rule: what is inside is read again, and the load balancer is not thought to be gone', async () => {
    const { found, sent } = read((action, n) => action === 'DescribeTags' && n === 1);
    expect(await kindsOf(found)).toEqual(['loadBalancer', 'listener']);
    expect(sent.filter((action) => action === 'DescribeListeners')).toHaveLength(2);
  });

  test('again and again: nothing is known, rather than that there is nothing', async () => {
    await expect(read((action) => action === 'DescribeTags').found).rejects.toThrow(AwsFailure);
  });

  test('the load balancer itself: nothing is left', async () => {
    expect(await kindsOf(read(() => true).found)).toEqual([]);
  });
});
