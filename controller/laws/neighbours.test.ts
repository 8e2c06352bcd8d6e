// What members of a group do to each other's requests stands in the bindings of both, also of the one that did not change.
import { expect, test } from 'vitest';
import { CERTIFICATE, ingress, path, rule, service } from '../../alb/laws/paper.ts';
import type { Ingress } from '../../api/kube.ts';
import { GROUP } from './groups.ts';
import { openPasses } from './whole-passes.ts';

const SECURE = {
  'group.name': GROUP,
  'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
  'certificate-arn': CERTIFICATE('one'),
};
const base = ingress({
  ingress: 'base',
  said: { ...SECURE, 'ssl-redirect': '443' },
  rules: [rule('base.example.com', path('/', 'web'))],
});
const app = (said: Readonly<Record<string, string>>, host = 'app.example.com'): Ingress =>
  ingress({ ingress: 'later', said, rules: [rule(host, path('/abc', 'web'))] });

test('both are told, and no more once it is mended', async () => {
  const passes = openPasses();
  const accepted = async (...ingresses: readonly Ingress[]) => {
    await passes.settle({ ingresses, services: [service()] });
    return ingresses.map(({ metadata: { namespace, name } }) => {
      const { conditions = [] } = passes.statuses().get(`${namespace}/${name}`) ?? {};
      const { status, reason, message } = conditions.find(({ type }) => type === 'Accepted') ?? {};
      return `${status} ${reason} ${message}`;
    });
  };
  const fine = 'True Accepted The Ingress is valid.';
  expect(await accepted(base)).toEqual([fine]);

  const [redirecting, plain] = await accepted(base, app({ 'group.name': GROUP }));
  expect(redirecting).toMatch(/^True GroupConflict .*Ingress shop\/later .* listens on plain HTTP only/);
  expect(plain).toMatch(/^True GroupConflict .*Ingress shop\/base .* redirects plain HTTP to HTTPS 443/);

  const [taking, taken] = await accepted(base, app(SECURE, 'base.example.com'));
  expect(taking).toMatch(/takes every request for base\.example\.com\/abc of Ingress shop\/later/);
  expect(taken).toMatch(/Ingress shop\/base comes first in the group and takes base\.example\.com\/,/);

  expect(await accepted(base, app(SECURE))).toEqual([fine, fine]);
});
