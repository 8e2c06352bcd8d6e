// Tests that what each process asks for at its start is granted by config/rbac, word for word.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { BindingSpec } from '../api/generated/binding.ts';
import type { TargetGroupBinding } from '../api/generated/target-group-binding.ts';
import type { Ingress } from '../api/kube.ts';
import { POLICIES } from '../api/policy.ts';
import { type Right, rightsInWords } from '../api/rights.ts';
import * as controller from '../controller/rights.ts';
import { TargetGroupBindings } from '../controller/target-group-bindings/store.ts';
import { TargetGroupBindingWrites } from '../controller/target-group-bindings/writes.ts';
import { ApiServer, type Asked } from '../e2e/harness/api-server.ts';
import { kubeClient } from '../kube/client.ts';
import { KINDS } from '../kube/kinds.ts';
import { underPolicy, Writer } from '../kube/write.ts';
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

const rolesIn = (...files: string[]): Role[] =>
  files
    .map((file) => readFileSync(new URL(`../config/${file}.yaml`, import.meta.url), 'utf8'))
    .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Role));

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
  enableTargetGroupBindings: true,
  publishTargetGroupBindings: true,
  leaderElect: true,
  leaderElectionId: 'albatross-controller-leader',
} as const;

const ofWebhook = [...webhook.RIGHTS, ...webhook.usefulRights({ record: true })];
const ofCertificate = [
  ...webhook.rightsToCertificate('albatross-system', 'albatross-webhook-tls'),
  ...webhook.usefulRightsToCertificate('albatross-system'),
];

test.each([
  ['controller', ['rbac/controller'], controller.rightsOf(options, 'albatross-system')],
  ['webhook', ['rbac/webhook'], ofWebhook],
  [
    'webhook with a certificate of its own',
    ['rbac/webhook', 'self-managed/rbac'],
    [...ofWebhook, ...ofCertificate],
  ],
])('what the %s needs is granted', (_, files, needs) => {
  const roles = rolesIn(...files);
  expect(needs.filter((right) => !granted(roles, right))).toEqual([]);
  expect(needs.length).toBeGreaterThan(10);
});

describe('what the controller writes at the API server, it asks the right for', () => {
  /** What a request needs (Kubernetes: Authorization Overview, "Determine the request verb"). */
  const VERBS: Readonly<Record<string, readonly Right['verb'][]>> = {
    GET: ['get'],
    PUT: ['update'],
    POST: ['create'],
    PATCH: ['patch'],
    DELETE: ['delete'],
  };
  function neededFor({ method, path, query }: Asked): Right[] {
    const [, group = '', namespace = '', plural = '', , status] =
      /^\/apis?(?:\/([^/]+))?\/v[^/]+\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?(\/status)?$/.exec(path) ??
      [];
    // Server-side apply makes what is not there.
    const verbs = query.has('force') ? (['create', 'patch'] as const) : (VERBS[method] ?? []);
    return verbs.map((verb) => ({ verb, group, resource: `${plural}${status ?? ''}`, namespace }));
  }

  test.each(POLICIES)('--policy=%s', async (policy) => {
    const server = await ApiServer.start();
    try {
      const name = { namespace: 'shop', name: 'web' };
      const metadata = { ...name, finalizers: ['x'], resourceVersion: '1' };
      const status = { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }] } };
      const ingress = server.put(KINDS.ingresses, { metadata, status }) as Ingress;
      const spec: BindingSpec = {
        ingressRef: { name: 'web', hash: '' },
        group: 'shop/web',
        order: 0,
        intent: { settings: {}, rules: [] },
      };
      const write = new Writer(kubeClient(server.kubeConfig), underPolicy(policy));
      const applied = await write.applyBinding(name, spec);
      if (!applied.ok) throw new Error(applied.message);
      await write.claim(applied.object, ['y']);
      await write.patchStatus(applied.object, { targets: '0/0' });
      await write.forgetTargets(applied.object, 'arn');
      await write.deleteBinding(applied.object);
      const bound = server.put(KINDS.targetGroupBindings, { metadata: { ...name, resourceVersion: '1' } });
      const writes = new TargetGroupBindingWrites({
        ...{ write, store: new TargetGroupBindings(), failed: () => undefined },
      });
      await writes.claim(bound as TargetGroupBinding, {});
      await writes.status(bound as TargetGroupBinding, { targets: '0/0' });
      await write.applyTargetGroupBinding(bound as TargetGroupBinding);
      await write.deleteTargetGroupBinding(bound as TargetGroupBinding);
      await write.writeFinalizers(ingress, []);
      await write.holdIngress(ingress, 'y');
      await write.writeAddress(ingress, { hostname: 'new.example.com', ports: [80] }, () => false);
      await write.takeAddress(name, 'lb.example.com');
      await write.writePodConditions({ metadata: name }, []);
      const asked = controller.rightsOf({ ...options, policy, watchNamespace: 'shop' }, 'here');
      const has = ({ verb, group, resource }: Right): boolean =>
        asked.some((one) => one.verb === verb && one.group === group && one.resource === resource);
      const needed = server.requests.flatMap(neededFor);
      expect(needed.filter((right) => !has(right))).toEqual([]);
      const used = new Set(needed.map(({ verb, resource }) => `${verb} ${resource}`));
      const idle = asked.filter(
        ({ verb, resource }) =>
          !['list', 'watch'].includes(verb) && resource !== 'leases' && !used.has(`${verb} ${resource}`),
      );
      expect(idle).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});

describe('only what is used is asked for', () => {
  const words = (more: object): string => rightsInWords(controller.rightsOf({ ...options, ...more }, 'here'));
  test('where another controller is in charge, no right to write Ingresses', () => {
    for (const policy of ['observe', 'targets-only']) {
      expect(words({ policy })).toContain('ingresses.networking.k8s.io (list, watch), ');
      expect(words({ policy })).not.toContain('ingresses/status');
    }
  });
  test('where TargetGroupBindings are not served, none to them', () => {
    expect(words({})).toContain('targetgroupbindings.elbv2.k8s.aws (list, watch, patch, create, delete)');
    expect(words({ publishTargetGroupBindings: false })).toContain(
      'targetgroupbindings.elbv2.k8s.aws (list, watch, patch)',
    );
    expect(words({ enableTargetGroupBindings: false })).not.toContain('targetgroupbindings');
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
