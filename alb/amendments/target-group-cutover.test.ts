// What rules forward to while a target group is replaced.
import { describe, expect, test } from 'vitest';
import type { Action, Resource } from '../../api/aws.ts';
import { arnOf, type Found } from '../kinds/kind.ts';
import { schemas } from '../kinds/kinds.ts';
import { interpret } from '../laws/interpret.ts';
import { type Applied, ingress, service, wantedBy } from '../laws/paper.ts';
import { match } from '../plan/match.ts';
import { plan } from '../plan/plan.ts';
import type { Ready } from './target-group-cutover.ts';
import { bridge } from './target-group-cutover.ts';

const SPLIT = {
  'actions.split':
    '{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"web","servicePort":80,"weight":3},{"serviceName":"api","servicePort":80,"weight":1}]}}',
};

const sheet = (said: Record<string, string>, backend = 'web'): Applied => ({
  ingresses: [
    ingress({
      said: {
        ...(backend === 'split' ? SPLIT : {}),
        ...said,
      },
      rules: [
        {
          host: 'www.example.com',
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: {
                  service: {
                    name: backend,
                    port: backend === 'split' ? { name: 'use-annotation' } : { number: 80 },
                  },
                },
              },
            ],
          },
        },
      ],
      spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    }),
  ],
  services: [service(), service('api')],
});
const IP = { 'target-type': 'ip' };

const reached = (of: Applied, found: readonly Found[] = []): Found[] =>
  interpret(plan(schemas, wantedBy(of).resources, found), found);

const cutOver = (wanted: readonly Resource[], found: readonly Found[], ready: Ready) =>
  bridge(wanted, found, ready, match(schemas, wanted, found));

/** `instance 3, ip 0` for each forward, of the listener first; new groups by what is wanted of them. */
function forwards(to: Applied, found: readonly Found[], ready: boolean) {
  const wanted = wantedBy(to).resources;
  const { resources, waits } = cutOver(wanted, found, () => ready);
  const typeOf = (id: string): string => {
    const one = [...wanted, ...found].find((other) => ('id' in other ? other.id : other.arn) === id);
    return one?.kind === 'targetGroup' ? one.spec.targetType : 'nothing';
  };
  const words = (actions: readonly Action[]): string =>
    actions
      .flatMap((action) => (action.type === 'forward' ? action.targets : []))
      .map(({ targetGroup, weight }) => `${typeOf(arnOf(targetGroup))} ${weight ?? 'all'}`)
      .join(', ');
  const sent = resources.flatMap((one) => {
    if (one.kind === 'listener') return [words(one.spec.defaultActions)];
    return one.kind === 'rule' ? [words(one.spec.actions)] : [];
  });
  return { sent, waits, resources };
}

describe('forwards', () => {
  const before = reached(sheet({}));

  test('stay with the old group, and the new one gets health checks but no requests', () => {
    expect(forwards(sheet(IP), before, false)).toMatchObject({
      sent: ['instance 1, ip 0', 'instance 1, ip 0'],
      waits: true,
    });
  });

  test('go to the new group once it is ready', () => {
    const { resources } = cutOver(wantedBy(sheet(IP)).resources, before, () => false);
    const both = interpret(
      {
        ...plan(schemas, resources, before),
        operations: plan(schemas, resources, before).operations.filter(({ verb }) => verb !== 'delete'),
      },
      before,
    );
    expect(forwards(sheet(IP), both, true)).toMatchObject({ sent: ['ip all', 'ip all'], waits: false });
    expect(forwards(sheet(IP), both, false)).toMatchObject({ waits: true });
  });

  test('never go back once some of them went', () => {
    const { resources } = cutOver(wantedBy(sheet(IP)).resources, before, () => false);
    const waiting = plan(schemas, resources, before);
    const keep = waiting.operations.filter(({ verb }) => verb !== 'delete');
    const both = interpret({ ...waiting, operations: keep }, before);
    const switching = plan(schemas, wantedBy(sheet(IP)).resources, both);
    const half = interpret({ ...switching, operations: switching.operations.slice(0, 1) }, both);
    expect(forwards(sheet(IP), half, false)).toMatchObject({ sent: ['ip all', 'ip all'], waits: false });
  });

  test('keep their weights among several groups', () => {
    expect(forwards(sheet(IP, 'split'), reached(sheet({}, 'split')), false).sent).toContain(
      'instance 3, ip 0, instance 1, ip 0',
    );
  });

  test('are sticky where their targets are, as AWS wants it', () => {
    const sticky = { ...IP, 'target-group-attributes': 'stickiness.enabled=true' };
    const { resources } = forwards(sheet(sticky), before, false);
    const rule = resources.find(({ kind }) => kind === 'rule');
    expect(rule?.kind === 'rule' ? rule.spec.actions : []).toMatchObject([{ stickinessSeconds: 1 }]);
  });

  test('of a load balancer that is replaced as well lead to what is new: the old one serves meanwhile', () => {
    const both = { ...IP, scheme: 'internet-facing' };
    expect(forwards(sheet(both), before, false)).toMatchObject({ sent: ['ip all', 'ip all'], waits: false });
  });

  test('are as wanted when nothing is replaced', () => {
    const wanted = wantedBy(sheet({})).resources;
    expect(cutOver(wanted, before, () => false)).toEqual({ resources: wanted, waits: false });
    expect(cutOver(wanted, [], () => false)).toEqual({ resources: wanted, waits: false });
  });
});
