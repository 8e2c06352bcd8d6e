// Judging the policy of an Ingress: recorded, refused, told beside neighbours, followed by a dry run.
import { describe, expect, test } from 'vitest';
import { bind, bindingFor } from '../api/binding/bind.ts';
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import type { Ingress, Service } from '../api/kube.ts';
import { ownership } from '../api/ownership.ts';
import { type AdmissionContext, admit } from './admit.ts';
import type { AdmissionRequest } from './review.ts';

const PREFIX = 'alb.ingress.kubernetes.io/';
const alb = { metadata: { name: 'alb' }, spec: { controller: 'ingress.k8s.aws/alb' } };
const web: Service = {
  metadata: { name: 'web', namespace: 'shop' },
  spec: { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] },
};
const around: AdmissionContext = {
  membersOf: () => [],
  recorded: () => undefined,
  options: { defaultTargetType: 'instance', defaultScheme: 'internal' },
  service: (_, name) => (name === 'web' ? web : undefined),
  ingressClass: () => alb,
  ownershipOf: (one) => ownership(one, () => alb),
};

function ingress(said: Readonly<Record<string, string>> = {}): Ingress {
  const annotations = Object.fromEntries(Object.entries(said).map(([name, value]) => [PREFIX + name, value]));
  const backend = { service: { name: 'web', port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'front', namespace: 'shop', uid: 'u-1', annotations },
    spec: {
      ingressClassName: 'alb',
      rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
}

const create = (object: Ingress): AdmissionRequest => ({
  uid: '1',
  operation: 'CREATE',
  dryRun: false,
  object,
});
const update = (oldObject: Ingress, object: Ingress): AdmissionRequest => ({
  ...create(object),
  operation: 'UPDATE',
  oldObject,
});

describe('the policy', () => {
  const asking = (policy: string, said: Record<string, string> = {}): Ingress => {
    const one = ingress(said);
    const annotations = { ...one.metadata.annotations, 'albatross.dev/policy': policy };
    return { ...one, metadata: { ...one.metadata, annotations } };
  };

  test('is recorded', () => {
    expect(admit(create(asking('observe')), around).recording?.spec.policy).toBe('observe');
  });

  test('that does not exist is refused with what is meant', () => {
    const { answer } = admit(create(asking('upsert')), around);
    expect(answer.allowed).toBe(false);
    expect(answer.status?.message).toContain('Did you mean "upsert-only"?');
  });

  test('that changes alone is a change', () => {
    expect(admit(update(asking('observe'), asking('sync')), around).recording?.spec.policy).toBe('sync');
  });

  test.each([
    [
      'shop',
      undefined,
      'Ingress shop/other in the same group asks for less care, so the group is under sync',
    ],
    [
      'bank',
      'upsert-only',
      'an Ingress of another namespace in the same group asks for less care, so the group is under upsert-only',
    ],
    ['shop', 'observe', undefined],
  ] as const)('beside one of %s that says %s', (namespace, policy, warning) => {
    const spec = {
      ...bind(ingress({ 'group.name': 'shared' }), {
        settings: { 'group.name': { value: 'shared', from: '' } },
        problems: [],
      }),
      ...(policy === undefined ? {} : { policy }),
    };
    const other: LoadBalancerBinding = {
      ...bindingFor(ingress(), spec),
      metadata: { name: 'other', namespace },
    };
    const { answer } = admit(create(asking('observe', { 'group.name': 'shared' })), {
      ...around,
      membersOf: () => [other],
    });
    expect(answer.allowed).toBe(true);
    const warnings = (answer.warnings ?? []).filter((one) => one.includes('policy'));
    expect(warnings).toEqual(warning === undefined ? [] : [expect.stringContaining(warning)]);
  });

  test('is what a dry run goes by', () => {
    const { answer } = admit({ ...create(asking('observe')), dryRun: true }, around);
    expect(answer.warnings?.filter((line) => line.includes('would create'))).toEqual([
      expect.stringMatching(/^left out by the policy observe: would create /),
    ]);
  });
});
