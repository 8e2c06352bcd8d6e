// What is told of a TargetGroupBinding of a user: in its status, and as events.
import { DeleteTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TargetGroupBindingSpec } from '../../api/generated/target-group-binding.ts';
import {
  account,
  actions,
  events,
  now,
  openScene,
  put,
  read,
  ready,
  registered,
  run,
  server,
  service,
  targetGroup,
} from '../laws/user-target-groups.ts';

beforeEach(openScene);
afterEach(() => server.stop());

describe('told', () => {
  test('a target group that is not there, until it is', async () => {
    put({ targetGroupName: 'tg' });
    await run.settle();
    expect(ready()).toEqual([
      'False',
      'TargetGroupNotFound',
      'spec.targetGroupName: "tg": this account and Region has no such target group.',
    ]);
    expect(events).toEqual(['web Warning TargetGroupNotFound']);
    const arn = await targetGroup();
    run.touch();
    await run.settle();
    expect([ready()[0], await registered(arn)]).toEqual(['True', ['10.0.0.1:8080', '10.0.0.2:8080']]);
  });

  test('one that was deleted by hand', async () => {
    const arn = await targetGroup();
    put({ targetGroupARN: arn });
    await run.settle();
    await account.aws.elbv2.send(new DeleteTargetGroupCommand({ TargetGroupArn: arn }));
    now.pods('10.0.0.3');
    run.targets.touchService('shop', 'web');
    await run.settle();
    expect(ready().slice(0, 2)).toEqual(['False', 'TargetGroupNotFound']);
  });

  test.each<[string, (arn: string) => Partial<TargetGroupBindingSpec>, string, string]>([
    [
      'another type',
      (targetGroupARN) => ({ targetGroupARN, targetType: 'instance' }),
      'Contradiction',
      'has ip',
    ],
    [
      'another family',
      (targetGroupARN) => ({ targetGroupARN, ipAddressType: 'ipv6' }),
      'Contradiction',
      'has ipv4',
    ],
    [
      'another VPC',
      (targetGroupARN) => ({ targetGroupARN, vpcID: 'vpc-12345678' }),
      'Contradiction',
      'has vpc-1',
    ],
    [
      'a protocol',
      (targetGroupARN) => ({ targetGroupARN, targetGroupProtocol: 'TCP' }),
      'Contradiction',
      'has HTTP',
    ],
    [
      'nodes',
      (targetGroupARN) => ({ targetGroupARN, nodeSelector: {} }),
      'Contradiction',
      'no nodes are chosen',
    ],
    [
      'a Region',
      (arn) => ({ targetGroupARN: arn.replace('us-west-2', 'eu-west-1') }),
      'NotAllowed',
      'eu-west-1',
    ],
    [
      'an account',
      (arn) => ({ targetGroupARN: arn.replace('123456789012', '210987654321') }),
      'TargetGroupNotFound',
      'in account 210987654321',
    ],
    ['no ARN', () => ({ targetGroupARN: 'web' }), 'InvalidFormat', 'is not the ARN of a target group'],
  ])('%s that is not the target group’s: nothing is registered', async (_, spec, reason, words) => {
    const arn = await targetGroup();
    put(spec(arn));
    await run.settle();
    expect(await registered(arn)).toEqual([]);
    expect(ready().slice(0, 2)).toEqual(['False', reason]);
    expect(ready()[2]).toContain(words);
  });

  test.each<[string, () => void, string]>([
    ['no Service', () => now.services(), 'ServiceNotFound'],
    ['no such port', () => now.services(service({ ports: [{ port: 81 }] })), 'ServicePortNotFound'],
  ])('%s: nothing is registered until there is', async (_, without, reason) => {
    const arn = await targetGroup();
    put({ targetGroupARN: arn });
    without();
    await run.settle();
    expect(ready().slice(0, 2)).toEqual(['False', reason]);
    now.services(service());
    run.touch();
    run.targets.touchService('shop', 'web');
    await run.settle();
    expect([ready()[0], await registered(arn)]).toEqual(['True', ['10.0.0.1:8080', '10.0.0.2:8080']]);
  });

  test('what AWS refuses, until it does not', async () => {
    const arn = await targetGroup();
    account.refusing.set('RegisterTargets', 'AccessDenied');
    put({ targetGroupARN: arn });
    await run.settle();
    expect(ready().slice(0, 2)).toEqual(['False', 'AwsRefused']);
    expect(ready()[2]).toContain('RegisterTargets answered AccessDenied');
    account.refusing.clear();
    await run.targets.reconcile(arn);
    await run.settle();
    expect(ready().slice(0, 2)).toEqual(['True', 'Ready']);
  });

  test('a role that cannot be assumed, on the object that names it alone', async () => {
    const [arn, other] = [await targetGroup(), await targetGroup('other')];
    account.refusing.set('AssumeRole', 'AccessDenied');
    put({ targetGroupARN: arn, iamRoleArnToAssume: 'arn:aws:iam::123456789012:role/x' });
    put({ targetGroupARN: other }, { name: 'api' });
    await run.settle();
    expect([ready().slice(0, 2), ready('api')[0]]).toEqual([['False', 'AwsRefused'], 'True']);
    expect(ready()[2]).toContain('AssumeRole answered AccessDenied');
    account.refusing.clear();
    run.touch();
    await run.settle();
    expect([ready()[0], await registered(arn)]).toEqual(['True', ['10.0.0.1:8080', '10.0.0.2:8080']]);
    expect(actions).toContain('AssumeRole');
  });

  test('instances cannot be targets in the account of a role', async () => {
    const arn = await targetGroup('nodes', { TargetType: 'instance' });
    put({ targetGroupARN: arn, iamRoleArnToAssume: 'arn:aws:iam::123456789012:role/x' });
    await run.settle();
    expect(ready().slice(0, 2)).toEqual(['False', 'Contradiction']);
  });

  test('no targets', async () => {
    now.pods();
    put({ targetGroupARN: await targetGroup() });
    await run.settle();
    run.touch();
    await run.settle();
    expect([ready().slice(0, 2), read()?.status?.targets]).toEqual([['True', 'NoTargets'], '0/0']);
  });
});
