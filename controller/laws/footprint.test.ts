// What admission counts of a group is what the group wants: quotas are counted from intents, and the plan is made of resources.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { desire } from '../../alb/desire/desire.ts';
import { type Applied, bindingsOf, factsOf, groupFrom, service } from '../../alb/laws/paper.ts';
import { PREFIX } from '../../api/annotation.ts';
import type { Resource } from '../../api/aws.ts';
import { type Footprint, footprintOf } from '../../api/limits/footprint.ts';
import { applied, GROUP } from './groups.ts';

type Counted = Omit<Footprint, 'securityGroups' | 'capacityUnits' | 'verifying'>;

/** The same in the resources that are wanted. */
function inResources(resources: readonly Resource[]): Counted {
  const of = (kind: Resource['kind']) => resources.filter((one) => one.kind === kind);
  const beside = resources.flatMap((one) => (one.kind === 'listener' ? one.spec.certificates.slice(1) : []));
  const sources = resources
    .flatMap((one) => (one.kind === 'securityGroup' ? one.spec.ingress : []))
    .map(({ source }) => source);
  return {
    listeners: of('listener').length,
    rules: of('rule').length,
    certificates: new Set(beside).size,
    targetGroups: of('targetGroup').length,
    sources: {
      ipv4: sources.filter((source) => 'cidr' in source).length,
      ipv6: sources.filter((source) => 'cidr6' in source).length,
      unsized: [],
    },
  };
}

/** Every Service is there, everybody opens the ports that it names, and nobody contradicts anybody. */
function agreed({ ingresses }: Applied): Applied {
  const spaces = [...new Set(ingresses.map(({ metadata }) => metadata.namespace ?? ''))];
  return {
    services: spaces.flatMap((space) => ['web', 'api', 'gone'].map((name) => service(name, space))),
    ingresses: ingresses.map((ingress) => {
      const annotations = { ...ingress.metadata.annotations };
      for (const name of ['scheme', 'subnets', 'tags', 'ssl-redirect', 'inbound-cidrs', 'security-groups'])
        delete annotations[PREFIX + name];
      for (const name of [
        'auth-type',
        'jwt-validation',
        'shield-advanced-protection',
        'wafv2-acl-arn',
        'wafv2-acl-name',
      ])
        delete annotations[PREFIX + name];
      annotations[`${PREFIX}certificate-arn`] ??= 'arn:aws:acm:us-west-2:123456789012:certificate/own';
      const { defaultBackend: _, ...spec } = ingress.spec ?? {};
      return { ...ingress, metadata: { ...ingress.metadata, annotations }, spec };
    }),
  };
}

test('listeners, rules, certificates, target groups and sources are counted as they are wanted', () => {
  fc.assert(
    fc.property(applied, fc.constantFrom(undefined, '443'), (sheet, redirect) => {
      const plain = agreed(sheet);
      const ingresses = plain.ingresses.map((one) => {
        const ports = one.metadata.annotations?.[`${PREFIX}listen-ports`] ?? '';
        if (redirect === undefined || !ports.includes('443')) return one;
        const annotations = { ...one.metadata.annotations, [`${PREFIX}ssl-redirect`]: redirect };
        return { ...one, metadata: { ...one.metadata, annotations } };
      });
      const all = { ...plain, ingresses };
      if (bindingsOf(all, GROUP).length === 0) return;
      const group = groupFrom(all, GROUP);
      const { resources } = desire(group, factsOf(group, all.services));
      const {
        securityGroups: _s,
        capacityUnits: _c,
        verifying: _v,
        ...counted
      } = footprintOf(group.members.map(({ intent }) => intent));
      // Behind a redirect a Service has no rule, and then no target group: a little more may be counted.
      const wanted = inResources(resources);
      expect({ ...counted, targetGroups: 0 }).toEqual({ ...wanted, targetGroups: 0 });
      expect(counted.targetGroups).toBeGreaterThanOrEqual(wanted.targetGroups);
    }),
  );
});
