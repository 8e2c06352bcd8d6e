// Judging: who is judged, what is refused, what an update may keep, what is recorded.
import { describe, expect, test } from 'vitest';
import { bind, bindingFor, hashOf } from '../api/binding/bind.ts';
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import { readIngress } from '../api/ingress/read.ts';
import type { Ingress, IngressClass, Service } from '../api/kube.ts';
import { CONTROLLER, ownership } from '../api/ownership.ts';
import { sentence } from '../api/problems/problem.ts';
import { type AdmissionContext, admit } from './admit.ts';
import type { AdmissionRequest } from './review.ts';

const PREFIX = 'alb.ingress.kubernetes.io/';

const classes: Readonly<Record<string, IngressClass>> = {
  alb: { metadata: { name: 'alb' }, spec: { controller: CONTROLLER } },
  nginx: { metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } },
};
const web: Service = {
  metadata: { name: 'web', namespace: 'shop' },
  spec: { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] },
};
const around: AdmissionContext = {
  membersOf: () => [],
  recorded: () => undefined,
  options: { defaultTargetType: 'instance', defaultScheme: 'internal' },
  service: (namespace, name) => (namespace === 'shop' && name === 'web' ? web : undefined),
  ingressClass: (name) => classes[name],
  ownershipOf: (ingress) => ownership(ingress, (name) => classes[name]),
};

function ingress(said: Readonly<Record<string, string>> = {}, className = 'alb', metadata = {}): Ingress {
  const annotations = Object.fromEntries(Object.entries(said).map(([name, value]) => [PREFIX + name, value]));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'front', namespace: 'shop', uid: 'u-1', annotations, ...metadata },
    spec: {
      ingressClassName: className,
      rules: [
        {
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
            ],
          },
        },
      ],
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
  uid: '1',
  operation: 'UPDATE',
  dryRun: false,
  object,
  oldObject,
});

const BAD = { scheme: 'internet-facng', 'target-type': 'pod', 'healthcheck-interval-seconds': '1' };

describe('create', () => {
  test('a good Ingress is allowed and recorded with the hash of what will be stored', () => {
    const object = ingress({ scheme: 'internal' });
    const { verdict, answer, recording } = admit(create(object), around);
    expect(verdict).toBe('allowed');
    expect(answer).toEqual({ allowed: true });
    expect(recording).toMatchObject({ namespace: 'shop', name: 'front' });
    expect(recording?.spec.ingressRef).toEqual({ name: 'front', uid: 'u-1', hash: hashOf(object) });
  });

  test('every mistake is named at once, with annotation, value, what is allowed and the likely intent', () => {
    const { verdict, answer, recording } = admit(create(ingress(BAD)), around);
    expect(verdict).toBe('refused');
    expect(recording).toBeUndefined();
    expect(answer).toMatchObject({ allowed: false, status: { code: 422, reason: 'Invalid' } });
    expect(answer.status?.details.causes).toHaveLength(3);
    expect(answer.status?.message).toContain(
      `metadata.annotations[${PREFIX}scheme]: "internet-facng" is not one of internal, internet-facing. Did you mean "internet-facing"?`,
    );
  });

  test('advice is a warning', () => {
    const { answer } = admit(create(ingress({ schema: 'internal' })), around);
    expect(answer.allowed).toBe(true);
    expect(answer.warnings?.join()).toContain(`${PREFIX}schema`);
  });

  test('a class that does not exist is a warning', () => {
    const { verdict, problems, recording } = admit(create(ingress({}, 'albb')), around);
    expect(verdict).toBe('allowed');
    expect(problems.map(({ code }) => code)).toContain('IngressClassNotFound');
    expect(recording).toBeUndefined();
  });

  test('what the administrator keeps to classes is refused', () => {
    const locks = { disableIngressGroupNameAnnotation: true };
    const { verdict, recording } = admit(create(ingress({ 'group.name': 'g' })), { ...around, locks });
    expect([verdict, recording]).toEqual(['refused', undefined]);
    expect(admit(create(ingress()), { ...around, locks }).verdict).toBe('allowed');
  });

  test('so are parameters of a class that do not exist yet', () => {
    const parameters = { apiGroup: 'elbv2.k8s.aws', kind: 'IngressClassParams', name: 'alb' };
    const { verdict, problems, recording } = admit(create(ingress()), {
      ...around,
      ingressClass: (name) => ({ metadata: { name }, spec: { controller: CONTROLLER, parameters } }),
      classParams: () => undefined,
    });
    expect(verdict).toBe('allowed');
    expect(problems).toMatchObject([{ code: 'ClassParametersNotFound', severity: 'warn' }]);
    expect(recording).toBeUndefined();
  });

  test('an Ingress of another class is not judged, whatever it says', () => {
    expect(admit(create(ingress(BAD, 'nginx')), around)).toEqual({
      verdict: 'notOurs',
      answer: { allowed: true },
      problems: [],
    });
  });

  test('a dry run is judged and not recorded', () => {
    const good = admit({ ...create(ingress()), dryRun: true }, around);
    expect(good.verdict).toBe('allowed');
    expect(good.recording).toBeUndefined();
    expect(good.answer.warnings).toEqual([
      'would create securityGroup/managed, securityGroup/shared (depends on what AWS has), targetGroup/shop/front/web:80, loadBalancer (internal), listener/80, 1 rule of listener/80: does not exist yet',
    ]);
    expect(admit({ ...create(ingress(BAD)), dryRun: true }, around).verdict).toBe('refused');
  });

  test('a dry run of an update tells what changes against what is recorded', () => {
    const [old, next] = [ingress(), ingress({ 'healthcheck-path': '/up' })];
    const arn = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:x';
    const status: LoadBalancerBinding['status'] = {
      loadBalancer: { name: 'k8s-front', arn, dnsName: 'front.example' },
      listeners: [{ port: 80, protocol: 'HTTP', arn }],
      targetGroups: [{ name: 'web', arn, service: 'web', port: 80, healthy: 1, total: 1 }],
    };
    const binding = { ...bindingFor(old, bind(old, readIngress(old, around))), status };
    const known: AdmissionContext = { ...around, membersOf: () => [binding], recorded: () => binding };
    const tried = (object: Ingress, dryRun = true) =>
      admit({ ...update(old, object), dryRun }, known).answer.warnings;
    expect(tried(next)).toEqual(['would modify targetGroup/shop/front/web:80: healthCheck.path / → /up']);
    expect(tried(old)).toEqual(['nothing changes in AWS']);
    expect(tried(next, false)).toBeUndefined();
  });

  test('a dry run with an old mistake still in it changes nothing', () => {
    const bad = ingress({ scheme: 'internet-facng' });
    const { answer } = admit(
      { ...update(bad, ingress({ scheme: 'internet-facng', 'target-type': 'ip' })), dryRun: true },
      around,
    );
    expect(answer.warnings?.at(-1)).toContain('nothing changes in AWS: what was accepted last is kept');
  });

  test('an error of ours lets the Ingress pass, with a warning', () => {
    const broken: AdmissionContext = {
      ...around,
      service: () => {
        throw new Error('our bug');
      },
    };
    const { verdict, answer, recording, error } = admit(create(ingress()), broken);
    expect(verdict).toBe('unjudged');
    expect(answer).toMatchObject({
      allowed: true,
      warnings: [expect.stringContaining('admitted unchecked')],
    });
    expect(recording).toBeUndefined();
    expect(error).toBeInstanceOf(Error);
  });
});

describe('update', () => {
  test('a new mistake is refused', () => {
    expect(admit(update(ingress(), ingress(BAD)), around).verdict).toBe('refused');
  });

  test('a mistake that is stored already becomes a warning; the intent is not recorded, for it is not accepted', () => {
    const old = ingress({ scheme: 'internet-facng' });
    const { verdict, answer, recording } = admit(
      update(old, ingress({ scheme: 'internet-facng', tags: 'a=b' })),
      around,
    );
    expect(verdict).toBe('allowed');
    expect(answer.warnings).toHaveLength(1);
    expect(recording).toBeUndefined();
  });

  test('beside a stored mistake a new one, or the same with another value, is refused', () => {
    const old = ingress({ scheme: 'internet-facng' });
    expect(admit(update(old, ingress(BAD)), around).verdict).toBe('refused');
    expect(admit(update(old, ingress({ scheme: 'public' })), around).verdict).toBe('refused');
  });

  test('an Ingress that becomes ours has no old mistakes of ours to keep', () => {
    expect(admit(update(ingress(BAD, 'nginx'), ingress(BAD)), around).verdict).toBe('refused');
  });

  test('what changes nothing that we read is not judged', () => {
    const labelled = ingress(BAD, 'alb', { labels: { a: 'b' }, finalizers: ['x/y'] });
    expect(admit(update(ingress(BAD), labelled), around).verdict).toBe('unchanged');
  });

  test('deletion is never in the way', () => {
    const leaving = ingress(BAD, 'alb', { deletionTimestamp: '2026-01-01T00:00:00Z' });
    expect(admit(update(ingress(), leaving), around).verdict).toBe('unchanged');
  });
});

describe('group', () => {
  const shared = { 'group.name': 'shared', scheme: 'internal' };
  const recorded = (namespace: string): AdmissionContext => {
    const there = ingress({ 'group.name': 'shared', scheme: 'internet-facing' }, 'alb', {
      name: 'first',
      namespace,
    });
    const spec = bind(there, readIngress(there, around));
    const binding = { ...bindingFor(there, spec), metadata: { name: 'first', namespace } };
    return { ...around, membersOf: (group) => (group === 'shared' ? [binding] : []) };
  };
  const textOf = (judged: ReturnType<typeof admit>): string => judged.problems.map(sentence).join('\n');

  test('a conflict with another member is refused, naming it and its value', () => {
    const judged = admit(create(ingress(shared)), recorded('shop'));
    expect(judged.verdict).toBe('refused');
    expect(textOf(judged)).toContain(
      'scheme]: "internal": Ingress shop/first of the same group says internet-facing',
    );
  });

  test('of a member in another namespace neither name nor value is told', () => {
    const judged = admit(create(ingress(shared)), recorded('secret-team'));
    expect(judged.verdict).toBe('refused');
    expect(textOf(judged)).not.toMatch(/secret-team|first of|internet-facing/);
  });

  test('a conflict that is stored already does not block another edit', () => {
    const judged = admit(update(ingress(shared), ingress({ ...shared, tags: 'a=b' })), recorded('shop'));
    expect(judged.verdict).toBe('allowed');
    const [conflict, ...taken] = judged.answer.warnings ?? [];
    expect(conflict).toContain('scheme');
    // Both have the same host and path.
    expect(taken.map((one) => one.includes('comes first in the group'))).toEqual([true]);
  });
});

test('an update that replaces the load balancer is admitted and says so', () => {
  const judged = admit(update(ingress(), ingress({ scheme: 'internet-facing' })), around);
  expect(judged.verdict).toBe('allowed');
  expect(judged.answer.warnings?.join()).toContain('is replaced by another one with another address');
});
