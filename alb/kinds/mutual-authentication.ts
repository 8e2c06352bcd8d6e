// Mutual authentication of a listener: when two are the same (aws-model 3.9).
import type { MutualAuthentication } from '../../api/aws.ts';

/** Nothing wanted is left as it is; off and nothing are the same. */
export function sameMutual(
  wanted: MutualAuthentication | undefined,
  found: MutualAuthentication | undefined,
): boolean {
  if (wanted === undefined) return true;
  const now = found ?? { mode: 'off' };
  if (wanted.mode !== 'verify') return wanted.mode === now.mode;
  return (
    now.mode === 'verify' &&
    wanted.trustStoreArn === now.trustStoreArn &&
    (wanted.ignoreExpiry ?? false) === (now.ignoreExpiry ?? false) &&
    (wanted.advertiseCaNames ?? 'off') === (now.advertiseCaNames ?? 'off')
  );
}
