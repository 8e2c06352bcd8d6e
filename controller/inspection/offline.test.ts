// Offline: what files do not hold is taken to exist, and what they hold counts as it is.
import { describe, expect, test } from 'vitest';
import { ingress, path, rule, service } from '../../alb/laws/paper.ts';
import type { Service } from '../../api/kube.ts';
import { offline } from './offline.ts';
import type { GroupState } from './standing.ts';

const DEFAULTS = { defaultTargetType: 'instance', defaultScheme: 'internal' } as const;
const typed = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' };
const ofService = (one: Service) => ({ apiVersion: 'v1', kind: 'Service', ...one });

function standing(objects: readonly unknown[], key = 'shop/web'): GroupState {
  const found = offline(objects, DEFAULTS).standing(key);
  if ('because' in found) throw new Error(found.because);
  return found;
}

const why = (objects: readonly unknown[], key = 'shop/web'): string | undefined => {
  const found = offline(objects, DEFAULTS).standing(key);
  return 'because' in found ? found.because : undefined;
};

const backends = ({ wanted }: GroupState) =>
  wanted.backends.map(({ service: name, port, targetType }) => `${name}:${port} ${targetType}`);

const web = {
  ...typed,
  ...ingress({
    rules: [rule('', path('/a', 'web:80'), path('/b', 'web:http'), path('/c', 'api:grpc'))],
    spec: { ingressClassName: 'alb' },
  }),
};

describe('Services', () => {
  test('of a namespace without any in the files exist, with the ports that are named', () => {
    const found = standing([web]);
    expect([...found.assumed]).toEqual(['shop/web', 'shop/api']);
    expect(backends(found)).toEqual(['web:80 instance', 'web:http instance', 'api:grpc instance']);
    expect(found.wanted.problems).toEqual([]);
  });
  test('of another namespace say nothing about this one', () => {
    expect([...standing([web, ofService(service('web', 'pay'))]).assumed]).toEqual(['shop/web', 'shop/api']);
  });
  test('count as they are where the files hold some', () => {
    const ip = { 'target-type': 'ip' };
    const alb = 'alb.ingress.kubernetes.io/target-type';
    const one = service('web', 'shop', ip);
    expect(one.metadata.annotations).toHaveProperty([alb], 'ip');
    const found = standing([web, ofService(one)]);
    expect([...found.assumed]).toEqual([]);
    expect(backends(found)).toEqual(['web:80 ip', 'web:http ip']);
    expect(found.wanted.problems.map(({ problem }) => problem.code)).toEqual(['ServiceNotFound']);
  });
});

describe('classes', () => {
  const named = (ingressClassName: string, said: Record<string, string> = {}, name = 'web') => ({
    ...typed,
    ...ingress({ ingress: name, said, spec: { ingressClassName } }),
  });
  const classOf = (name: string, spec: object) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name },
    spec,
  });
  test('that the files do not hold are ours when an Ingress of them speaks our language', () => {
    expect(why([named('public')])).toContain('is not of a class of Albatross');
    expect(why([named('public', { scheme: 'internal' })])).toBeUndefined();
    expect(why([named('public'), named('public', { scheme: 'internal' }, 'other')])).toBeUndefined();
  });
  test('that they hold are what they are', () => {
    const theirs = classOf('alb', { controller: 'k8s.io/ingress-nginx' });
    expect(why([named('alb', { scheme: 'internal' }), theirs])).toContain('is not of a class of Albatross');
    const ours = classOf('public', { controller: 'ingress.k8s.aws/alb' });
    expect(why([named('public'), ours])).toBeUndefined();
  });
  test('with parameters that the files hold, and without those that they do not', () => {
    const parameters = { apiGroup: 'elbv2.k8s.aws', kind: 'IngressClassParams', name: 'p' };
    const ours = classOf('public', { controller: 'ingress.k8s.aws/alb', parameters });
    const params = { kind: 'IngressClassParams', metadata: { name: 'p' }, spec: { group: { name: 'all' } } };
    expect(standing([named('public'), ours]).group.id).toBe('shop/web');
    expect(standing([named('public'), ours, params]).group.id).toBe('all');
  });
});

test('an Ingress without a namespace is in default; what is no Ingress is passed over', () => {
  const { namespace: _, ...metadata } = web.metadata;
  const broken = { ...typed, metadata: { name: 'broken' }, spec: { rules: 'none' } };
  const { keys } = offline([{ ...web, metadata }, broken, null, 'text', { kind: 'Pod' }], DEFAULTS);
  expect(keys).toEqual(['default/web']);
});

test('a certificate is taken to exist for hosts; without hosts and names there is none', () => {
  const listeners = (host: string) =>
    standing([
      {
        ...typed,
        ...ingress({
          said: { 'listen-ports': '[{"HTTPS":443}]' },
          rules: [rule(host, path('/', 'web'))],
          spec: { ingressClassName: 'alb' },
        }),
      },
    ]).wanted.resources.filter(({ kind }) => kind === 'listener').length;
  expect([listeners('a.b'), listeners('')]).toEqual([1, 0]);
});
