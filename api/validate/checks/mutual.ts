// Client certificates: what each mode may say, trust stores, ports named twice (spec annotations 6.6; aws-limits N14 to N18).
import type { MutualAuthenticationEntry } from '../../annotations/tls.ts';
import { TRUST_STORE_ARN, TRUST_STORE_NAME } from '../../limits/limits.ts';
import { type Finding, refuse } from '../../problems/finding.ts';
import { repeated } from './items.ts';

/** Listeners of one load balancer in mode verify; no quota raises it (aws-limits N18). */
export const VERIFY_MAX = 2;

const ARN = new RegExp(TRUST_STORE_ARN);
const NAME = new RegExp(TRUST_STORE_NAME);

/** Entries for themselves, then all together. */
export function mutualAuthenticationFindings(entries: readonly MutualAuthenticationEntry[]): Finding[] {
  const verified = new Set(entries.filter(({ mode }) => mode === 'verify').map(({ port }) => port));
  const ports = repeated(entries.map(({ port }) => port));
  return [
    ...entries.flatMap((entry, index) =>
      entry.mode === 'verify' ? storeFindings(entry, index) : strayFindings(entry, index),
    ),
    ...ports.map((port) =>
      refuse('Contradiction', {
        value: String(port),
        because: 'the port has two entries',
        check: 'MutualPortTwice',
      }),
    ),
    ...(verified.size > VERIFY_MAX
      ? [
          refuse('OutOfRange', {
            value: String(verified.size),
            allowed: `at most ${VERIFY_MAX} ports in mode verify`,
          }),
        ]
      : []),
  ];
}

function storeFindings({ trustStore = '' }: MutualAuthenticationEntry, index: number): Finding[] {
  const at = `[${index}].trustStore`;
  if (trustStore === '') return [refuse('Malformed', { at, because: 'mode verify needs one' })];
  const [pattern, allowed] = trustStore.startsWith('arn:')
    ? [ARN, 'the ARN of a trust store (arn:aws:elasticloadbalancing:REGION:ACCOUNT:truststore/NAME/ID)']
    : [NAME, 'the name of a trust store: 1 to 32 letters, digits and single hyphens between them'];
  return pattern.test(trustStore) ? [] : [refuse('InvalidFormat', { value: trustStore, at, allowed })];
}

/** Only mode verify has more than the mode. */
function strayFindings(entry: MutualAuthenticationEntry, index: number): Finding[] {
  const said = {
    trustStore: entry.trustStore === '' ? undefined : entry.trustStore,
    ignoreClientCertificateExpiry: entry.ignoreClientCertificateExpiry,
    advertiseTrustStoreCaNames: entry.advertiseTrustStoreCaNames,
  };
  return Object.entries(said).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [
          refuse('Contradiction', {
            value: String(value),
            at: `[${index}].${name}`,
            because: `only mode verify has ${name}, and the mode is ${entry.mode}`,
          }),
        ],
  );
}
