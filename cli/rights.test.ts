// Tests that what each process asks for at its start is granted by config/rbac, word for word.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Right, rightsInWords } from '../api/rights.ts';
import * as controller from '../controller/rights.ts';
import * as webhook from '../webhook/rights.ts';

interface Role {
  readonly kind: string;
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

const rolesIn = (name: string): Role[] =>
  parseAllDocuments(readFileSync(new URL(`../config/rbac/${name}.yaml`, import.meta.url), 'utf8')).map(
    (document) => document.toJS() as Role,
  );

const granted = (roles: readonly Role[], { verb, group, resource, name }: Right): boolean =>
  roles
    .flatMap(({ rules }) => rules ?? [])
    .some(
      (rule) =>
        rule.apiGroups.includes(group) &&
        rule.resources.includes(resource) &&
        rule.verbs.includes(verb) &&
        (rule.resourceNames === undefined || rule.resourceNames.includes(name ?? '')),
    );

const options = {
  policy: 'sync',
  leaderElect: true,
  leaderElectionId: 'albatross-controller-leader',
} as const;

test.each([
  ['controller', controller.rightsOf(options, 'albatross-system')],
  ['webhook', [...webhook.RIGHTS, ...webhook.usefulRights({ record: true })]],
])('what the %s needs is granted', (name, needs) => {
  const roles = rolesIn(name);
  expect(needs.filter((right) => !granted(roles, right))).toEqual([]);
  expect(needs.length).toBeGreaterThan(10);
});

describe('only what is used is asked for', () => {
  const words = (more: object): string => rightsInWords(controller.rightsOf({ ...options, ...more }, 'here'));
  test('where another controller is in charge, no right to write Ingresses', () => {
    for (const policy of ['observe', 'targets-only']) {
      expect(words({ policy })).toContain('ingresses.networking.k8s.io (list, watch), ');
      expect(words({ policy })).not.toContain('ingresses/status');
    }
  });
  test('with one namespace, rights there', () => {
    expect(words({ watchNamespace: 'shop' })).toContain('services in shop (list, watch)');
  });
  test('alone, no Lease; without recording, no write of bindings', () => {
    expect(words({ leaderElect: false })).not.toContain('leases');
    expect(words({})).toContain('leases.coordination.k8s.io in here (create, get, update)');
    expect(rightsInWords(webhook.usefulRights({ record: false }))).toContain(
      'loadbalancerbindings.albatross.dev (list, watch), ',
    );
  });
});
