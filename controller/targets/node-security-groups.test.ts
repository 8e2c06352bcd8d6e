// The program for security groups of nodes: what it asks, what it takes away, and what it looks at again.

import { describe, expect, test } from 'vitest';
import { AwsFailure } from '../../alb/failures/failure.ts';
import { type InterfaceOwner, keyOfPlace, type SecurityGroupFact } from '../facts/network-interfaces.ts';
import { play, pods } from '../laws/node-access-scene.ts';

describe('what is taken away', () => {
  test('nothing where it is unclear: it may need any rule', async () => {
    const several = [
      { id: 'sg-a', tags: {} },
      { id: 'sg-b', tags: {} },
    ];
    const { program, sent, unclear } = play({ serving: [pods('web')], groups: several });
    await program.run();
    expect([sent, unclear]).toEqual([
      ['Describes'],
      [
        'web, news: the network interface of 10.0.0.1 has the security groups sg-a, sg-b, and not exactly one of them is tagged kubernetes.io/cluster/prod',
      ],
    ]);
  });

  test('pods without a security group come and go: that is news once, and again after it was well', async () => {
    const groups: SecurityGroupFact[] = [];
    const web = pods('web');
    const { program, unclear, endpoints } = play({ serving: [web], groups });
    const run = async (...addresses: string[]): Promise<void> => {
      endpoints.set('web', addresses);
      program.touch([web.arn]);
      await program.run();
    };
    await run('10.0.0.1');
    await run('10.0.0.1', '10.0.0.2');
    await run('10.0.0.2');
    groups.push({ id: 'sg-node', tags: {} });
    await run('10.0.0.2');
    groups.pop();
    await run('10.0.0.2');
    expect(unclear).toEqual([
      'web, news: 10.0.0.1',
      'web: 10.0.0.1; 10.0.0.2',
      'web: 10.0.0.2',
      'web: ',
      'web, news: 10.0.0.2',
    ]);
  });

  test.each([
    [false, ['Describes', 'RevokeIngress']],
    [true, ['Describes']],
  ])('rules that nobody of ours needs, and may others: %s', async (foreign, expected) => {
    const { program, sent } = play({ foreign: async () => foreign });
    await program.run();
    expect(sent).toEqual(expected);
  });

  test('nothing of a group that is seen while the rules are being read', async () => {
    let seen = false;
    const { program, sent } = play({
      complete: () => seen,
      onSend: () => {
        seen = true;
      },
    });
    await program.run();
    expect(sent).toEqual(['Describes']);
    program.served([]);
    await program.run();
    expect(sent).toEqual(['Describes', 'RevokeIngress']);
  });

  test('nothing while target groups changed since they were looked at; it is made up for', async () => {
    const scene = play({
      serving: [pods('web', 30080)],
      lookups: {
        async interfaceGroups(places: readonly InterfaceOwner[]) {
          program.served(['arn:web']);
          return new Map(places.map((place) => [keyOfPlace(place), [{ id: 'sg-other', tags: {} }]]));
        },
      },
    });
    const { program, sent, served } = scene;
    await program.run();
    expect(sent).not.toContain('RevokeIngress');
    served.delete('arn:web');
    await program.run();
    expect(sent).toContain('RevokeIngress');
  });
});

describe('what is looked at', () => {
  test('after a change of one Service its target groups only, and no rule when they need the same as before', async () => {
    const { program, sent, asked, looked, endpoints } = play({
      serving: [pods('web', 30080), pods('api', 30080), pods('pay', 30080)],
    });
    await program.run();
    expect(looked).toEqual(['web', 'api', 'pay']);
    expect(asked).toEqual(['i-1/ i-1/10.0.0.1']);
    const before = sent.length;
    for (const list of [looked, asked]) list.splice(0);
    endpoints.set('api', ['10.0.0.2']);
    program.touch(['arn:api']);
    await program.run();
    expect(looked).toEqual(['api']);
    expect(asked).toEqual(['i-1/10.0.0.2']);
    expect(sent).toHaveLength(before);
  });

  test('nothing at all when nothing changed', async () => {
    const { program, sent, asked } = play({ serving: [pods('web', 30080)] });
    await program.run();
    const before = [sent.length, asked.length];
    await program.run();
    expect([sent.length, asked.length]).toEqual(before);
  });

  test('the first pod of a Service needs a rule, and its last one none any more', async () => {
    const { program, sent, endpoints } = play({ serving: [pods('web', 8080), pods('api', 30080)] });
    endpoints.set('web', []);
    await program.run();
    expect(sent).toEqual(['Describes']);
    endpoints.set('web', ['10.0.0.9']);
    program.touch(['arn:web']);
    await program.run();
    expect(sent.splice(0)).toEqual(['Describes', 'AuthorizeIngress', 'RevokeIngress']);
    endpoints.set('web', []);
    program.touch(['arn:web']);
    await program.run();
    expect(sent).toEqual(['AuthorizeIngress', 'RevokeIngress']);
  });

  test('what AWS could not tell, each time; everything, when the nodes changed or rules are in doubt', async () => {
    const { program, asked, sent } = play({
      serving: [pods('web', 30080), pods('api', 30080)],
      groups: [],
    });
    await program.run();
    await program.run();
    expect(asked).toEqual(['i-1/ i-1/10.0.0.1', 'i-1/10.0.0.1']);
    program.touchAll();
    await program.run();
    expect(asked.at(-1)).toBe('i-1/ i-1/10.0.0.1');
    const before = sent.length;
    program.doubt();
    await program.run();
    expect(sent.slice(before)).toEqual(['Describes']);
  });

  test('what a failure kept from being learned, again', async () => {
    let down = true;
    const failures: string[] = [];
    const { program, looked } = play({
      serving: [pods('web')],
      lookups: {
        async interfaceGroups(places: readonly InterfaceOwner[]) {
          if (down)
            throw new AwsFailure({ action: 'X', code: 'Y', kind: 'throttled', message: '', status: 400 });
          return new Map(places.map((place) => [keyOfPlace(place), [{ id: 'sg-node', tags: {} }]]));
        },
      },
      failed: ({ code }) => failures.push(code),
    });
    expect(await program.run()).toBe('retry');
    down = false;
    expect(await program.run()).toBe('done');
    expect([looked, failures]).toEqual([['web', 'web'], ['Y']]);
  });
});
