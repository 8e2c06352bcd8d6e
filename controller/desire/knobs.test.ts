// No dead knob: each good example of each annotation changes what is wanted.
import { describe, expect, test } from 'vitest';
import { REGISTRY, stemOf } from '../../api/registry.ts';
import { CERTIFICATE, ingress, path, rule, service, wantedBy } from '../laws/paper.ts';

const SECURE = {
  'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
  'certificate-arn': CERTIFICATE('12345678-1234-1234-1234-123456789012'),
};

/** What else must be said for an annotation to have an effect. */
const BESIDE: Readonly<Record<string, Record<string, string>>> = {
  'ssl-redirect': SECURE,
  'ssl-policy': SECURE,
  'backend-protocol-version': SECURE,
  'inbound-cidrs': { 'ip-address-type': 'dualstack' },
};

/** Examples that say what holds anyway, or nothing, by their text. */
const IDLE: Readonly<Record<string, readonly string[]>> = {
  scheme: ['internal'],
  'ip-address-type': ['ipv4'],
  'listen-ports': ['[{"HTTP":80}]'],
  tags: [''],
  'inbound-cidrs': [''],
  'security-groups': [''],
  'target-type': ['instance'],
  'backend-protocol': ['HTTP'],
  'healthcheck-port': ['traffic-port'],
  'success-codes': ['200'],
};

function wanted(said: Record<string, string>, beside: Record<string, string>) {
  const first = ingress({
    ingress: 'first',
    said: { 'group.name': 'g' },
    rules: [rule('first.example.com', path('/', 'web'))],
  });
  const one = ingress({
    said: { 'group.name': 'g', ...beside, ...said },
    rules: [rule('www.example.com', path('/', 'web'), path('/act', 'act:use-annotation'))],
  });
  const group = said['group.name'] ?? 'g';
  const { resources, problems } = wantedBy({ ingresses: [first, one], services: [service()] }, group);
  return {
    text: JSON.stringify(resources),
    refused: problems.filter(({ problem }) => problem.code === 'GroupConflict'),
  };
}

/** An order of its own moves the member before or behind the other. */
const isOrder = (name: string): boolean => name === 'group.order';

const applied = REGISTRY.filter(({ effect }) => effect.on !== 'later');

describe.each(applied.map((descriptor) => [descriptor.name, descriptor] as const))(
  '%s',
  (name, descriptor) => {
    const stem = stemOf(name);
    const key = stem === undefined ? name : `${stem}.act`;
    const examples = descriptor.examples.good.filter((text) => !(IDLE[name] ?? []).includes(text));
    const beside = BESIDE[name] ?? {};

    test('has an example that says something', () => {
      expect(examples.length).toBeGreaterThan(0);
    });
    test.each(examples)('%s', (text) => {
      // Without an order the two go by name: `first` before `web`; only an order below zero changes that.
      const before = isOrder(name) && Number(text) > 0 ? { 'group.order': '-1' } : {};
      const without = wanted({}, { ...beside, ...before });
      const withIt = wanted({ [key]: text }, { ...beside, ...before });
      expect(withIt.refused).toEqual([]);
      expect(withIt.text).not.toBe(without.text);
    });
  },
);
