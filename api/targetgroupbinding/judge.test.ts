// What somebody who applies a TargetGroupBinding is refused for and told, beside what it says by itself.
import { describe, expect, test } from 'vitest';
import type { TargetGroupBinding, TargetGroupBindingSpec } from '../generated/target-group-binding.ts';
import type { Service } from '../kube.ts';
import { sentence } from '../problems/problem.ts';
import { isTargetGroupBinding, judgeTargetGroupBinding } from './judge.ts';
import type { Occupant } from './references.ts';

const ARN = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/web/73e2d6bc24d8a067';
const object = (
  spec: Partial<TargetGroupBindingSpec>,
  labels: Readonly<Record<string, string>> = {},
): TargetGroupBinding => ({
  kind: 'TargetGroupBinding',
  metadata: { namespace: 'shop', name: 'web', labels },
  spec: { serviceRef: { name: 'web', port: 80 }, ...spec },
});
const web: Service = {
  metadata: { namespace: 'shop', name: 'web' },
  spec: { type: 'ClusterIP', ports: [{ name: 'http', port: 80 }], selector: { app: 'web' } },
};

function judged(
  now: TargetGroupBinding,
  more: { before?: TargetGroupBinding; services?: Service[]; occupants?: Occupant[] } = {},
): string[] {
  const { before, services = [web], occupants = [] } = more;
  const around = {
    service: (_: string, name: string) => services.find(({ metadata }) => metadata.name === name),
    occupants: () => occupants,
  };
  return judgeTargetGroupBinding(now, before, around).map(
    ({ severity, code, path }) => `${severity} ${code} ${path}`,
  );
}

test('a good one', () => {
  expect(judged(object({ targetGroupARN: ARN }))).toEqual([]);
});

test('all mistakes at once, refusals first', () => {
  const wrong = object({
    targetGroupARN: 'web',
    targetType: 'ip',
    nodeSelector: {},
    serviceRef: { name: 'none', port: 80 },
    vpcID: 'main',
  });
  expect(judged(wrong)).toEqual([
    'refuse InvalidFormat spec.targetGroupARN',
    'refuse Contradiction spec.nodeSelector',
    'refuse InvalidFormat spec.vpcID',
    'warn ServiceNotFound spec.serviceRef.name',
  ]);
});

test.each<[string, Partial<TargetGroupBindingSpec>, Service[], string[]]>([
  ['no Service', {}, [], ['warn ServiceNotFound spec.serviceRef.name']],
  [
    'no such port',
    { serviceRef: { name: 'web', port: 81 } },
    [web],
    ['warn ServicePortNotFound spec.serviceRef.port'],
  ],
  ['a port by its name', { serviceRef: { name: 'web', port: 'http' } }, [web], []],
  ['no node port', { targetType: 'instance' }, [web], ['warn NodePortMissing spec.serviceRef.name']],
  ['no node port, and the type is not known yet', {}, [web], []],
  [
    'a name outside the cluster',
    {},
    [{ ...web, spec: { ...web.spec, type: 'ExternalName' } }],
    ['warn UnsupportedBackend spec.serviceRef.name'],
  ],
])('%s is told: it may come later', (_, spec, services, problems) => {
  expect(judged(object({ targetGroupARN: ARN, ...spec }), { services })).toEqual(problems);
});

describe('a change', () => {
  const stored = object({
    targetGroupARN: ARN,
    targetType: 'ip',
    ipAddressType: 'ipv4',
    vpcID: 'vpc-12345678',
  });
  const after = (spec: object): string[] => judged(object({ ...stored.spec, ...spec }), { before: stored });

  test.each<[string, object, string[]]>([
    ['of the Service', { serviceRef: { name: 'web', port: 'http' } }, []],
    ['of the target group', { targetGroupARN: `${ARN}0` }, ['refuse FieldImmutable spec.targetGroupARN']],
    [
      'of the type',
      { targetType: 'instance' },
      ['refuse FieldImmutable spec.targetType', 'warn NodePortMissing spec.serviceRef.name'],
    ],
    ['of the family', { ipAddressType: 'ipv6' }, ['refuse FieldImmutable spec.ipAddressType']],
    ['of the VPC', { vpcID: 'vpc-87654321' }, ['refuse FieldImmutable spec.vpcID']],
    ['that takes the type out', { targetType: undefined }, ['refuse FieldImmutable spec.targetType']],
  ])('%s', (_, spec, problems) => {
    expect(after(spec).toSorted()).toEqual(problems);
  });

  test('what was left open may be filled in', () => {
    const open = object({ targetGroupName: 'web' });
    expect(judged(object({ ...stored.spec, targetGroupName: 'web' }), { before: open })).toEqual([]);
  });

  test('a mistake that is stored already does not block it', () => {
    const wrong = { targetGroupARN: ARN, vpcID: 'main' };
    const more = object({ ...wrong, multiClusterTargetGroup: true });
    expect(judged(more, { before: object(wrong) })).toEqual(['warn InvalidFormat spec.vpcID']);
  });
});

describe('something else has its targets in the target group', () => {
  const by = (spec: Occupant['spec']): { occupants: Occupant[] } => ({
    occupants: [{ who: 'TargetGroupBinding shop/api', spec }],
  });
  const taken = ['refuse TargetGroupTaken spec.targetGroupARN'];

  test.each<[string, Partial<TargetGroupBindingSpec>, Occupant['spec'], string[]]>([
    ['the same', { targetGroupARN: ARN }, { targetGroupARN: ARN }, taken],
    ['another', { targetGroupARN: ARN }, { targetGroupARN: `${ARN}0` }, []],
    [
      'both share it',
      { targetGroupARN: ARN, multiClusterTargetGroup: true },
      { targetGroupARN: ARN, multiClusterTargetGroup: true },
      ['warn TargetGroupTaken spec.targetGroupARN'],
    ],
    ['one shares it', { targetGroupARN: ARN, multiClusterTargetGroup: true }, { targetGroupARN: ARN }, taken],
    [
      'the same name',
      { targetGroupName: 'web' },
      { targetGroupName: 'web' },
      ['refuse TargetGroupTaken spec.targetGroupName'],
    ],
    [
      'the same name in another account',
      { targetGroupName: 'web', iamRoleArnToAssume: 'arn:aws:iam::210987654321:role/x' },
      { targetGroupName: 'web' },
      ['warn TargetGroupTaken spec.targetGroupName'],
    ],
    [
      'one of that name',
      { targetGroupName: 'web' },
      { targetGroupARN: ARN },
      ['warn TargetGroupTaken spec.targetGroupName'],
    ],
  ])('%s', (_, spec, other, problems) => {
    expect(judged(object(spec), by(other))).toEqual(problems);
  });

  test('it is named', () => {
    const around = { service: () => web, occupants: () => by({ targetGroupARN: ARN }).occupants };
    const [problem] = judgeTargetGroupBinding(object({ targetGroupARN: ARN }), undefined, around);
    expect(problem === undefined ? '' : sentence(problem)).toContain(
      'it has the targets of TargetGroupBinding shop/api already: choose another target group, or set multiClusterTargetGroup on all of them',
    );
  });
});

test('what the AWS Load Balancer Controller made is not judged', () => {
  expect(judged(object({}, { 'service.k8s.aws/stack-name': 'web' }))).toEqual([]);
});

test.each([
  [object({}), true],
  [{ ...object({}), kind: 'Service' }, false],
  [{ ...object({}), spec: { serviceRef: { name: 5, port: 80 } } }, false],
  [{ ...object({}), spec: {} }, false],
  [{ ...object({}), spec: { serviceRef: { name: 'web', port: 80 }, networking: { ingress: [{}] } } }, false],
  [null, false],
])('%j: %s', (value, is) => {
  expect(isTargetGroupBinding(value)).toBe(is);
});
