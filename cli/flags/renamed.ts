// Flags of the AWS Load Balancer Controller (LBC) that are ours under another name: what they say, in our options. Pure.
import { join } from 'node:path';
import { LBC_ONLY, type ProcessName } from './lbc.ts';
import { type BindAddress, bindAddress, port, trueOrFalse } from './values.ts';

/** How the text of a renamed flag becomes a value; the others are texts. */
export const RENAMED_READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'metrics-bind-addr': bindAddress,
  'health-probe-bind-addr': bindAddress,
  'enable-leader-election': trueOrFalse,
  'webhook-bind-port': port,
};

/** Values of flags that were said, by their names. */
export type Said = ReadonlyMap<string, unknown>;

/** Values of our options by their keys. */
export type OptionValues = Readonly<Record<string, unknown>>;

function opened(said: Said, flag: string, portKey: string, hostKey: string): OptionValues {
  const address = said.get(flag) as BindAddress | 'none' | undefined;
  if (address === undefined || address === 'none') return {};
  return { [portKey]: address.port, ...(address.host === undefined ? {} : { [hostKey]: address.host }) };
}

const CERTIFICATE = ['webhook-cert-dir', 'webhook-cert-file', 'webhook-key-file'] as const;

/** The directory and the names of the files in it; who says one of them takes the LBC's names for the others. */
function certificate(said: Said): OptionValues {
  if (!CERTIFICATE.some((name) => said.has(name))) return {};
  const [dir = '', certFile = '', keyFile = ''] = CERTIFICATE.map(
    (name) => String(said.get(name) ?? '') || LBC_ONLY.find((flag) => flag.name === name)?.unset,
  );
  return { tlsCertFile: join(dir, certFile), tlsPrivateKeyFile: join(dir, keyFile) };
}

const as = (said: Said, flag: string, key: string): OptionValues =>
  said.has(flag) ? { [key]: said.get(flag) } : {};

/** Our options that the renamed flags say. */
export function renamedOptions(process: ProcessName, said: Said): OptionValues {
  const metrics = opened(said, 'metrics-bind-addr', 'metricsPort', 'metricsHost');
  if (process === 'webhook')
    return { ...metrics, ...as(said, 'webhook-bind-port', 'port'), ...certificate(said) };
  return {
    ...metrics,
    ...opened(said, 'health-probe-bind-addr', 'healthPort', 'healthHost'),
    ...as(said, 'enable-leader-election', 'leaderElect'),
  };
}
