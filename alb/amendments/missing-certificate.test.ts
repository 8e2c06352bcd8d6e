// Certificates that cannot be had any more: a port that is open stays open with what it has.
import { describe, expect, test } from 'vitest';
import type { Resource } from '../../api/aws.ts';
import type { Looked } from '../desire/facts.ts';
import type { Found } from '../kinds/kind.ts';
import { schemas } from '../kinds/kinds.ts';
import { interpret } from '../laws/interpret.ts';
import { CERTIFICATE, ingress, path, rule, service, wantedBy } from '../laws/paper.ts';
import { match } from '../plan/match.ts';
import { inWords } from '../plan/operation.ts';
import { plan } from '../plan/plan.ts';
import { certified } from './missing-certificate.ts';

const [ONE, TWO, THREE] = [CERTIFICATE('1'), CERTIFICATE('2'), CERTIFICATE('3')];
const gone: Looked<string[]> = { problem: { code: 'CertificateNotFound', severity: 'refuse', path: 'p' } };

/** Member `a` looks for certificates; `b`, if there is one, names some. */
function wanted(
  found: Looked<string[]>,
  named: readonly string[] = [],
  redirect: Record<string, string> = {},
) {
  const ports = { 'group.name': 'g', 'listen-ports': '[{"HTTP":80},{"HTTPS":443}]', ...redirect };
  const member = (name: string, said: Record<string, string>) =>
    ingress({
      ingress: name,
      said: { ...ports, ...said },
      rules: [rule(`${name}.example.com`, path('/', 'web'))],
    });
  const ingresses = [
    member('a', {}),
    ...(named.length === 0 ? [] : [member('b', { 'certificate-arn': named.join(',') })]),
  ];
  return wantedBy({ ingresses, services: [service()] }, 'g', {
    certificatesFor: (key) => (key === 'shop/a' ? found : undefined),
  });
}

type Wanted = ReturnType<typeof wanted>;

const kept = ({ resources, uncertified }: Wanted, found: readonly Found[]): readonly Resource[] =>
  certified(resources, uncertified, match(schemas, resources, found));
const made = (one: Wanted, found: readonly Found[] = []): Found[] =>
  interpret(plan(schemas, kept(one, found), found), found);
const planned = (one: Wanted, found: readonly Found[]): string[] =>
  plan(schemas, kept(one, found), found).operations.map(inWords);
const secured = (found: readonly Found[]): string[] | undefined =>
  found.flatMap((one) =>
    one.kind === 'listener' && one.spec.port === 443 ? [one.spec.certificates] : [],
  )[0];

describe('a certificate that is not found any more', () => {
  test('the only one: nothing is done, the port stays open', () => {
    const before = made(wanted({ value: [ONE] }));
    expect(planned(wanted(gone), before)).toEqual([]);
  });

  test("one of several: it stays beside the others', and the default one stays the default one", () => {
    const before = made(wanted({ value: [ONE] }, [TWO]));
    expect(secured(made(wanted(gone, [TWO, THREE]), before))).toEqual([ONE, TWO, THREE]);
  });

  test('that is found again: what is too much goes', () => {
    const before = made(wanted({ value: [ONE] }, [TWO]));
    const between = made(wanted(gone, [THREE]), before);
    expect(secured(made(wanted({ value: [ONE] }, [THREE]), between))).toEqual([ONE, THREE]);
  });

  test('a port that is not there is not opened, and its rules are not made', () => {
    const there = made(wanted(gone));
    expect(there.flatMap((one) => (one.kind === 'listener' ? [one.spec.port] : []))).toEqual([80]);
    expect(there.filter(({ kind }) => kind === 'rule')).toHaveLength(1);
  });
});
