// Revocation lists of trust stores: add, describe, fetch, remove.
import type {
  AddTrustStoreRevocationsInput,
  AddTrustStoreRevocationsOutput,
  DescribeTrustStoreRevocationsInput,
  DescribeTrustStoreRevocationsOutput,
  GetTrustStoreRevocationContentInput,
  GetTrustStoreRevocationContentOutput,
  RemoveTrustStoreRevocationsInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { objectName } from './account-facts.ts';
import { countRevoked } from './ca-bundle.ts';
import { trustStoreOf } from './find.ts';
import { page } from './page.ts';
import { invalid, refuse } from './refusal.ts';
import type { CallContext, ElbState, RevocationList, TrustStore } from './state.ts';
import { locationOf } from './trust-stores.ts';

/**
 * Adds revocation files from S3, all or none. The API has one quota error, which both the number of lists and the number
 * of revoked certificates (aws-limits 7) answer with.
 */
export function addTrustStoreRevocations(
  state: ElbState,
  input: AddTrustStoreRevocationsInput,
  context: CallContext,
): AddTrustStoreRevocationsOutput {
  const store = trustStoreOf(state, input.TrustStoreArn);
  const asked = input.RevocationContents ?? [];
  if (asked.length === 0) invalid('At least one revocation file must be specified');
  const added = asked.map((file, at): RevocationList => {
    if (file.S3Bucket === undefined || file.S3Key === undefined)
      invalid('The S3 bucket and key of a revocation file must be specified');
    const name = objectName({ bucket: file.S3Bucket, key: file.S3Key, version: file.S3ObjectVersion });
    const content = context.world.objects.get(name);
    if (content === undefined)
      refuse('RevocationContentNotFound', `The revocation file '${name}' does not exist`);
    return { id: store.lastRevocationId + at + 1, content, entries: countRevoked(content) };
  });
  const all = [...Object.values(store.revocations), ...added];
  const lists = context.limits['revocation-lists-per-trust-store'];
  const entries = context.limits['revocation-entries-per-trust-store'];
  if (all.length > lists || all.reduce((sum, list) => sum + list.entries, 0) > entries)
    refuse(
      'TooManyTrustStoreRevocationEntries',
      `A trust store can have at most ${lists} revocation lists with ${entries} entries in total`,
    );
  for (const list of added) store.revocations[list.id] = list;
  store.lastRevocationId += added.length;
  return { TrustStoreRevocations: added.map((list) => view(store, list)) };
}

const view = (store: TrustStore, list: RevocationList) => ({
  TrustStoreArn: store.arn,
  RevocationId: list.id,
  RevocationType: 'CRL' as const,
  NumberOfRevokedEntries: list.entries,
});

function revocationOf(store: TrustStore, id: number | undefined): RevocationList {
  const found = store.revocations[id ?? 0];
  if (found === undefined)
    refuse('RevocationIdNotFound', `Revocation '${id}' of trust store '${store.arn}' not found`);
  return found;
}

export function describeTrustStoreRevocations(
  state: ElbState,
  input: DescribeTrustStoreRevocationsInput,
): DescribeTrustStoreRevocationsOutput {
  const store = trustStoreOf(state, input.TrustStoreArn);
  const asked = input.RevocationIds ?? [];
  const lists =
    asked.length > 0
      ? [...new Set(asked)].map((id) => revocationOf(store, id)).sort((a, b) => a.id - b.id)
      : Object.values(store.revocations);
  const { items, marker } = page(lists, (list) => list.id, input);
  return { TrustStoreRevocations: items.map((list) => view(store, list)), ...marker };
}

/** As with the bundle of a trust store: the kept file itself as a `data:` URL. */
export function getTrustStoreRevocationContent(
  state: ElbState,
  input: GetTrustStoreRevocationContentInput,
): GetTrustStoreRevocationContentOutput {
  const store = trustStoreOf(state, input.TrustStoreArn);
  return { Location: locationOf(revocationOf(store, input.RevocationId).content) };
}

export function removeTrustStoreRevocations(
  state: ElbState,
  input: RemoveTrustStoreRevocationsInput,
): Record<never, never> {
  const store = trustStoreOf(state, input.TrustStoreArn);
  const asked = input.RevocationIds ?? [];
  if (asked.length === 0) invalid('At least one revocation ID must be specified');
  for (const list of asked.map((id) => revocationOf(store, id))) delete store.revocations[list.id];
  return {};
}
