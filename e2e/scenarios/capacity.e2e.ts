// Reserved capacity and attributes of a listener, from the annotation to AWS and back to rest.
import {
  DescribeCapacityReservationCommand,
  DescribeListenerAttributesCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { app, namespace } from '../harness/fixtures.ts';
import { countAfresh, mutating } from '../harness/waiters.ts';
import { bringUp, k, ready, soon, stage, startStage, stopStage } from './life.ts';

beforeAll(startStage);
afterAll(stopStage);

const statusOf = (of: string, path: string): Promise<string> =>
  k(`get lbb shop -n ${of} -o jsonpath={${path}}`);

test('capacity is reserved once the load balancer is active; attributes lie on their listener', async () => {
  const of = 'capacity';
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new ElasticLoadBalancingV2Client({
    endpoint: stage.aws.url,
    region: 'us-west-2',
    credentials,
  });
  await stage.cluster.apply(namespace(of), ...app(of, 'web'));
  const server = 'routing.http.response.server.enabled';
  const annotations = {
    'minimum-load-balancer-capacity': 'CapacityUnits=500',
    'listener-attributes.HTTP-80': `${server}=false`,
  };
  const hosts = { '': { '/': 'web:80' } };
  await bringUp(of, 'shop', { annotations, hosts });
  const LoadBalancerArn = await statusOf(of, '.status.loadBalancer.arn');
  const units = async () => {
    const answer = await client.send(new DescribeCapacityReservationCommand({ LoadBalancerArn }));
    return answer.MinimumLoadBalancerCapacity?.CapacityUnits;
  };
  await vi.waitFor(async () => expect(await units()).toBe(500), soon);
  const ListenerArn = await statusOf(of, '.status.listeners[0].arn');
  const { Attributes } = await client.send(new DescribeListenerAttributesCommand({ ListenerArn }));
  expect(Attributes).toContainEqual({ Key: server, Value: 'false' });
  await ready(of, 'shop');
  await countAfresh(stage);
  const none = { ...annotations, 'minimum-load-balancer-capacity': 'CapacityUnits=0' };
  await bringUp(of, 'shop', { annotations: none, hosts });
  await vi.waitFor(async () => expect(await units()).toBeUndefined(), soon);
  expect(mutating(stage.aws.calls())).toEqual(['ModifyCapacityReservation ×1']);
  client.destroy();
});
