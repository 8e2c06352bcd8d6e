// Actions: every form of an `actions.NAME` annotation, and what takes its place when something is missing (spec annotations
// 15.7; aws-model 3.11).
import { describe, expect, test } from 'vitest';
import type { Action } from '../../api/aws.ts';
import { ingress, OUTSIDE, path, rule, service, wantedBy } from '../laws/paper.ts';

const SERVICES = [service('web'), service('new')];

/** The routing action of the only rule, and ids of the target groups. */
function wanted(text: string, services = SERVICES) {
  const said = { 'actions.do': text };
  const one = ingress({ said, rules: [rule('', path('/', 'do:use-annotation'))] });
  const { resources } = wantedBy({ ingresses: [one], services });
  const actions = resources.flatMap((found) => (found.kind === 'rule' ? found.spec.actions : []));
  const groups = resources.flatMap(({ kind, id }) => (kind === 'targetGroup' ? [id] : []));
  return { actions, groups };
}

const forward = (config: object) => JSON.stringify({ type: 'forward', forwardConfig: config });
const to = (serviceName: string, servicePort: number | string, weight?: number) => ({
  serviceName,
  servicePort,
  ...(weight === undefined ? {} : { weight }),
});
const WEB = { targetGroup: { ref: 'targetGroup/shop/web/web:80' } };
const NEW = { targetGroup: { ref: 'targetGroup/shop/web/new:80' } };
const missing = (what: string): Action => ({
  type: 'fixed-response',
  statusCode: '503',
  contentType: 'text/plain',
  messageBody: `Backend ${what} does not exist`,
});

describe('an action is', () => {
  test.each<[string, string, Action]>([
    [
      'a fixed response with nothing but its code',
      '{"type":"fixed-response","fixedResponseConfig":{"statusCode":"404"}}',
      { type: 'fixed-response', statusCode: '404' },
    ],
    [
      'a fixed response, members in any letter case',
      '{"Type":"fixed-response","FixedResponseConfig":{"StatusCode":"200","ContentType":"text/html","MessageBody":"<p>"}}',
      { type: 'fixed-response', statusCode: '200', contentType: 'text/html', messageBody: '<p>' },
    ],
    [
      'a redirect with every part, null saying nothing',
      '{"type":"redirect","redirectConfig":{"statusCode":"HTTP_302","protocol":"HTTPS","host":"a.#{host}","port":"8443","path":"/x/#{path}","query":"#{query}&y","extra":1},"forwardConfig":null}',
      {
        type: 'redirect',
        statusCode: 'HTTP_302',
        protocol: 'HTTPS',
        host: 'a.#{host}',
        port: '8443',
        path: '/x/#{path}',
        query: '#{query}&y',
      },
    ],
    [
      'a redirect that takes the query away',
      '{"type":"redirect","redirectConfig":{"statusCode":"HTTP_301","path":"/x","query":""}}',
      { type: 'redirect', statusCode: 'HTTP_301', path: '/x', query: '' },
    ],
    [
      'a forward by ARN, which wins over a name',
      JSON.stringify({ type: 'forward', targetGroupARN: OUTSIDE, targetGroupName: 'other' }),
      { type: 'forward', targets: [{ targetGroup: OUTSIDE }] },
    ],
    [
      'a forward by name',
      '{"type":"forward","targetGroupName":"outside"}',
      { type: 'forward', targets: [{ targetGroup: OUTSIDE }] },
    ],
    ['a Service by number', forward({ targetGroups: [to('web', 80)] }), { type: 'forward', targets: [WEB] }],
    [
      'a Service by a number written as text',
      forward({ targetGroups: [to('web', '80')] }),
      { type: 'forward', targets: [WEB] },
    ],
    [
      'the same with a sign or zeros',
      forward({ targetGroups: [to('web', '+080')] }),
      { type: 'forward', targets: [WEB] },
    ],
    [
      'several, one of them somebody else’s, with weights and stickiness',
      forward({
        targetGroups: [to('web', 80, 90), to('new', 80, 10), { targetGroupName: 'outside', weight: 0 }],
        targetGroupStickinessConfig: { enabled: true, durationSeconds: 300 },
      }),
      {
        type: 'forward',
        targets: [
          { ...WEB, weight: 90 },
          { ...NEW, weight: 10 },
          { targetGroup: OUTSIDE, weight: 0 },
        ],
        stickinessSeconds: 300,
      },
    ],
    [
      'stickiness that is said to be off',
      forward({
        targetGroups: [to('web', 80)],
        targetGroupStickinessConfig: { enabled: false, durationSeconds: 300 },
      }),
      { type: 'forward', targets: [WEB], stickinessSeconds: 0 },
    ],
    ['a Service that is not there', forward({ targetGroups: [to('gone', 80)] }), missing('service')],
    ['a port that is not there', forward({ targetGroups: [to('web', 81)] }), missing('service port')],
    ['a name that is not there', '{"type":"forward","targetGroupName":"no"}', missing('target group')],
  ])('%s', (_, text, expected) => {
    expect(wanted(text).actions).toEqual([expected]);
  });

  test('503 while its annotation is missing', () => {
    const one = ingress({ rules: [rule('', path('/', 'do:use-annotation'))] });
    const { resources } = wantedBy({ ingresses: [one], services: [service('do')] });
    const actions = resources.flatMap((found) => (found.kind === 'rule' ? found.spec.actions : []));
    expect(actions).toEqual([missing('action')]);
  });
});

test('one port by number and by name is two target groups with two tags', () => {
  const text = forward({ targetGroups: [to('web', 80, 1), to('web', 'http', 1)] });
  expect(wanted(text).groups).toEqual(['targetGroup/shop/web/web:80', 'targetGroup/shop/web/web:http']);
});

test('an annotation that no backend with the port name use-annotation names is not used', () => {
  const one = ingress({
    said: { 'actions.web': '{"type":"fixed-response","fixedResponseConfig":{"statusCode":"404"}}' },
  });
  const { resources } = wantedBy({ ingresses: [one], services: SERVICES });
  const actions = resources.flatMap((found) => (found.kind === 'rule' ? found.spec.actions : []));
  expect(actions).toEqual([{ type: 'forward', targets: [WEB] }]);
});
