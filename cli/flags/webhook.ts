// Flags of the webhook alone.
import { InvalidArgumentError } from 'commander';
import { READING, WARN_ONLY } from './defaults.ts';
import type { Flag } from './flag.ts';
import { INGRESS_CLASS, KUBECONFIG } from './place.ts';
import { LOG_LEVEL, METRICS_PORT } from './upkeep.ts';
import { names, port, secretName, trueOrFalse } from './values.ts';

function drainSeconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 3600))
    throw new InvalidArgumentError('Not a number of seconds from 0 to 3600.');
  return value;
}

const RESTRICTIONS: readonly Flag[] = [
  {
    name: 'disable-ingress-class-annotation',
    value: '[boolean]',
    doc: 'refuse new uses of the annotation kubernetes.io/ingress.class',
    read: trueOrFalse,
    unset: false,
    lbc: { unset: 'false' },
  },
  {
    name: 'disable-ingress-group-name-annotation',
    value: '[boolean]',
    doc: 'refuse new uses of the annotation group.name',
    read: trueOrFalse,
    unset: false,
    lbc: { unset: 'false' },
  },
];

/** Where it listens, and as whom. */
const SERVING: readonly Flag[] = [
  { name: 'host', value: '<address>', doc: 'address to listen on', unset: '0.0.0.0' },
  {
    name: 'port',
    value: '<number>',
    doc: 'HTTPS port: /validate-ingress, /mutate-pod, /healthz, /readyz',
    read: port,
    required: true,
  },
  {
    name: 'tls-cert-file',
    value: '<file>',
    doc: 'certificate (PEM); taken up again when it changes',
  },
  { name: 'tls-private-key-file', value: '<file>', doc: 'its private key (PEM)' },
  {
    name: 'self-managed-certificate',
    value: '<names>',
    doc: 'in place of these files: make and renew a certificate for these DNS names and IP addresses, and have the webhook configurations trust it: name,…',
    read: names,
  },
  {
    name: 'certificate-secret',
    value: '<name>',
    doc: 'Secret that keeps it: NAME in its own namespace, or NAMESPACE/NAME',
    read: secretName,
    unset: { name: 'albatross-webhook-tls' },
    unsetWords: 'albatross-webhook-tls',
  },
];

/** All of them. */
export const WEBHOOK_FLAGS: readonly Flag[] = [
  KUBECONFIG,
  ...SERVING,
  INGRESS_CLASS,
  ...READING,
  WARN_ONLY,
  ...RESTRICTIONS,
  {
    name: 'record',
    value: '[boolean]',
    doc: 'write accepted intents as bindings',
    read: trueOrFalse,
    unset: true,
  },
  {
    name: 'enable-pod-readiness-gate-inject',
    value: '[boolean]',
    doc: 'give new pods readiness gates for the health of their targets (docs/readiness-gates.md)',
    read: trueOrFalse,
    unset: true,
    lbc: { unset: 'true' },
  },
  METRICS_PORT,
  {
    name: 'drain-seconds',
    value: '<number>',
    doc: 'how long to serve on after SIGTERM',
    read: drainSeconds,
    unset: 5,
  },
  LOG_LEVEL,
];
