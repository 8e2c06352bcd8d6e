// The rules that a TargetGroupBinding of a user asks for: as traffic to its targets, and in its status.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TargetGroupBindingSpec } from '../../api/generated/target-group-binding.ts';
import {
  events,
  openScene,
  pendingRules,
  put,
  read,
  ready,
  registered,
  remove,
  run,
  server,
  targetGroup,
} from '../laws/user-target-groups.ts';
import { admittedBy } from './networking.ts';
import { FINALIZER } from './writes.ts';

const serviceRef = { name: 'web', port: 80 };
const GROUP = { securityGroup: { groupID: 'sg-1' } };
const group = { group: 'sg-1' };

test.each<[string, NonNullable<TargetGroupBindingSpec['networking']>['ingress'], unknown]>([
  ['nothing', undefined, undefined],
  ['nobody', [{ from: [], ports: [{}] }], undefined],
  ['no port', [{ from: [GROUP], ports: [] }], undefined],
  ['all ports of TCP', [{ from: [GROUP], ports: [{}] }], [{ source: group, protocol: 'tcp', ports: 'all' }]],
  [
    'a security group beside a network',
    [{ from: [{ ...GROUP, ipBlock: { cidr: '10.0.0.0/8' } }], ports: [{ port: 'http' }] }],
    [{ source: group, protocol: 'tcp', ports: ['http'] }],
  ],
  [
    'each peer at each port',
    [
      {
        from: [{ ipBlock: { cidr: '10.0.0.0/8' } }, { ipBlock: { cidr: 'fd00::/8' } }],
        ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }],
      },
    ],
    [
      { source: { cidr: '10.0.0.0/8' }, protocol: 'tcp', ports: [80] },
      { source: { cidr: '10.0.0.0/8' }, protocol: 'udp', ports: [53] },
      { source: { cidr6: 'fd00::/8' }, protocol: 'tcp', ports: [80] },
      { source: { cidr6: 'fd00::/8' }, protocol: 'udp', ports: [53] },
    ],
  ],
])('%s', (_, ingress, expected) => {
  expect(admittedBy({ serviceRef, networking: ingress === undefined ? {} : { ingress } })).toEqual(expected);
});

describe('rules that it asks for', () => {
  beforeEach(openScene);
  afterEach(() => server.stop());
  const NETWORKS = { ingress: [{ from: [{ ipBlock: { cidr: '10.9.0.0/16' } }], ports: [{ port: 8080 }] }] };
  const told = () => read()?.status?.conditions?.find(({ type }) => type === 'NetworkingProgrammed');
  const served = () => run.targets.served.all()[0];

  test('are told to be written, and then that they are', async () => {
    const arn = await targetGroup();
    pendingRules.add(arn);
    put({ targetGroupARN: arn, networking: NETWORKS });
    await run.settle();
    expect(served()?.admitted).toEqual([{ protocol: 'tcp', source: { cidr: '10.9.0.0/16' }, ports: [8080] }]);
    expect([told()?.status, told()?.reason, ready()[0]]).toEqual(['Unknown', 'Pending', 'True']);
    pendingRules.clear();
    run.program.rulesBrought();
    await run.settle();
    expect([told()?.status, told()?.reason]).toEqual(['True', 'Programmed']);
    put({ ...read()?.spec, networking: {} }, { ...read()?.metadata, generation: 2 });
    await run.settle();
    expect([told(), served()?.admitted]).toEqual([undefined, undefined]);
  });

  test('and that cannot be written: its targets are served all the same', async () => {
    const arn = await targetGroup();
    put({ targetGroupARN: arn, networking: NETWORKS });
    await run.settle();
    const serving = served();
    if (serving === undefined) throw new Error('it is not served');
    run.targets.unclear(serving, ['it is not clear which']);
    await run.settle();
    expect([told()?.status, told()?.reason, told()?.message]).toEqual([
      'False',
      'TargetRulesUnclear',
      'it is not clear which.',
    ]);
    expect(ready()[0]).toBe('True');
    expect(events).toContain('web Warning TargetRulesUnclear');
  });

  test('a port name to which the Service does not lead is told', async () => {
    const ingress = [{ from: [{ ipBlock: { cidr: '10.9.0.0/16' } }], ports: [{ port: 'gone' }] }];
    put({ targetGroupARN: await targetGroup(), networking: { ingress } });
    await run.settle();
    expect([told()?.reason, told()?.message]).toEqual([
      'ServicePortNotFound',
      'No port of the Service has the target port gone, so nothing is let in there.',
    ]);
  });

  test('go before the object does', async () => {
    const arn = await targetGroup();
    put({ targetGroupARN: arn, networking: NETWORKS });
    await run.settle();
    pendingRules.add(arn);
    remove();
    await run.settle();
    expect([await registered(arn), served(), read()?.metadata.finalizers]).toEqual([
      [],
      undefined,
      [FINALIZER],
    ]);
    expect(ready()[2]).toContain('Rules that only it needed');
    // Nobody counts it among those that may need rules.
    expect(run.program.hasEnded('shop/web')).toBe(true);
    pendingRules.clear();
    run.program.rulesBrought();
    await run.settle();
    expect(read()?.metadata.finalizers ?? []).toEqual([]);
  });
});
