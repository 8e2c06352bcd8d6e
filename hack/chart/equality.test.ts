// The comparison of chart and config/ finds what differs, and nothing else.
import { expect, test } from 'vitest';
import { differences } from './equality.ts';

const deployment = (args: readonly string[], more: object = {}) => ({
  kind: 'Deployment',
  metadata: { name: 'one', namespace: 'here' },
  spec: { replicas: 2, template: { spec: { containers: [{ name: 'one', args, ...more }] } } },
});
const service = (port: number) => ({
  kind: 'Service',
  metadata: { name: 'one' },
  spec: { ports: [{ port }] },
});

test('what config/ leaves to a ConfigMap is what the chart says', () => {
  const configured = deployment(['--a', '--cluster-name=$(CLUSTER_NAME)'], { envFrom: [] });
  const said = deployment(['--cluster-name=shop', '--a']);
  expect(differences([said], [configured], { CLUSTER_NAME: 'shop' })).toEqual([]);
  expect(differences([said], [configured], { CLUSTER_NAME: 'other' })).toEqual([
    'Deployment here/one: .spec.template.spec.containers.0.args.1: "--cluster-name=shop", in config/ "--cluster-name=other"',
  ]);
});

test('each difference has its path', () => {
  expect(differences([service(443), deployment([])], [service(80)], {})).toEqual([
    'Deployment here/one: only in the chart',
    'Service one: .spec.ports.0.port: 443, in config/ 80',
  ]);
  expect(differences([], [service(80), { kind: 'Namespace', metadata: { name: 'here' } }], {})).toEqual([
    'Service one: only in config/',
  ]);
});

test('a definition may say that it outlives an uninstall, and nothing else', () => {
  const definition = (annotations?: Record<string, string>) => ({
    kind: 'CustomResourceDefinition',
    metadata: { name: 'one', ...(annotations === undefined ? {} : { annotations }) },
  });
  const kept = { 'helm.sh/resource-policy': 'keep' };
  expect(differences([definition(kept)], [definition()], {})).toEqual([]);
  expect(differences([definition({ ...kept, other: '' })], [definition()], {})).toHaveLength(1);
});
