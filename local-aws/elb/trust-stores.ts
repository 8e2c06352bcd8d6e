// Trust stores of mutual authentication: create, describe, modify, delete, and who uses them.
import type {
  CreateTrustStoreInput,
  DeleteSharedTrustStoreAssociationInput,
  DeleteTrustStoreInput,
  DescribeTrustStoreAssociationsInput,
  DescribeTrustStoreAssociationsOutput,
  DescribeTrustStoresInput,
  DescribeTrustStoresOutput,
  GetResourcePolicyInput,
  GetResourcePolicyOutput,
  GetTrustStoreCaCertificatesBundleInput,
  GetTrustStoreCaCertificatesBundleOutput,
  ModifyTrustStoreInput,
  TrustStore as TrustStoreView,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { objectName } from './account-facts.ts';
import { countCaCertificates } from './ca-bundle.ts';
import { held, trustStoreOf } from './find.ts';
import { page } from './page.ts';
import { invalid, refuse } from './refusal.ts';
import {
  arnOf,
  type CallContext,
  type ElbState,
  type ListenerRecord,
  nextId,
  type TrustStore,
} from './state.ts';
import { newTags } from './tags.ts';

/**
 * Creates a trust store from a bundle in S3. No document says that a repeat is idempotent, so it is refused.
 * Refuses with DuplicateTrustStoreName, TooManyTrustStores, CaCertificatesBundleNotFound, InvalidCaCertificatesBundle
 * and for tags (API reference: CreateTrustStore).
 */
export function createTrustStore(
  state: ElbState,
  input: CreateTrustStoreInput,
  context: CallContext,
): { TrustStores: TrustStoreView[] } {
  const name = input.Name ?? '';
  if (state.trustStoreNames.has(name))
    refuse('DuplicateTrustStoreName', `A trust store with the name '${name}' already exists`);
  const tags = newTags(input.Tags);
  const limit = context.limits['trust-stores'];
  if (state.trustStores.size >= limit)
    refuse('TooManyTrustStores', `You've reached the limit of ${limit} trust stores`);
  const contents = readBundle(input, context);
  const { serial, hex } = nextId(state);
  const store: TrustStore = {
    arn: arnOf(context, `truststore/${name}/${hex}`),
    serial,
    name,
    activeAt: context.now + context.provisioningMs,
    ...contents,
    revocations: {},
    lastRevocationId: 0,
    tags,
  };
  state.trustStores.set(store.arn, store);
  state.trustStoreNames.set(name, store.arn);
  return { TrustStores: [{ ...view(store, context), Status: 'CREATING' }] };
}

function readBundle(
  input: CreateTrustStoreInput | ModifyTrustStoreInput,
  context: CallContext,
): Pick<TrustStore, 'bundle' | 'caCertificates'> {
  const name = objectName({
    bucket: input.CaCertificatesBundleS3Bucket ?? '',
    key: input.CaCertificatesBundleS3Key ?? '',
    version: input.CaCertificatesBundleS3ObjectVersion,
  });
  const bundle = context.world.objects.get(name);
  if (bundle === undefined)
    refuse('CaCertificatesBundleNotFound', `The CA certificate bundle '${name}' does not exist`);
  return { bundle, caCertificates: countCaCertificates(bundle, context.limits) };
}

function view(store: TrustStore, context: CallContext): TrustStoreView {
  return {
    Name: store.name,
    TrustStoreArn: store.arn,
    Status: context.now >= store.activeAt ? 'ACTIVE' : 'CREATING',
    NumberOfCaCertificates: store.caCertificates,
    TotalRevokedEntries: Object.values(store.revocations).reduce((sum, list) => sum + list.entries, 0),
  };
}

/** All trust stores, or those asked for; one unknown among them refuses the call. */
export function describeTrustStores(
  state: ElbState,
  input: DescribeTrustStoresInput,
  context: CallContext,
): DescribeTrustStoresOutput {
  const arns = input.TrustStoreArns ?? [];
  const names = input.Names ?? [];
  if (arns.length > 0 && names.length > 0)
    invalid('Trust store names and trust store ARNs cannot be specified at the same time');
  const chosen =
    names.length > 0
      ? names.map((name) => byName(state, name))
      : arns.length > 0
        ? arns.map((arn) => trustStoreOf(state, arn))
        : [...state.trustStores.values()];
  const unique = [...new Set(chosen)].sort((a, b) => a.serial - b.serial);
  const { items, marker } = page(unique, (store) => store.serial, input);
  return { TrustStores: items.map((store) => view(store, context)), ...marker };
}

function byName(state: ElbState, name: string): TrustStore {
  const arn = state.trustStoreNames.get(name);
  if (arn === undefined) refuse('TrustStoreNotFound', `Trust store '${name}' not found`);
  return held(state.trustStores, arn);
}

/** Replaces the bundle; listeners that use the store go on with the new one. */
export function modifyTrustStore(
  state: ElbState,
  input: ModifyTrustStoreInput,
  context: CallContext,
): { TrustStores: TrustStoreView[] } {
  const store = trustStoreOf(state, input.TrustStoreArn);
  Object.assign(store, readBundle(input, context));
  return { TrustStores: [view(store, context)] };
}

export function deleteTrustStore(state: ElbState, input: DeleteTrustStoreInput): Record<never, never> {
  const store = trustStoreOf(state, input.TrustStoreArn);
  if (users(state, store).length > 0)
    refuse('TrustStoreInUse', `Trust store '${store.arn}' is currently in use by a listener`);
  state.trustStores.delete(store.arn);
  state.trustStoreNames.delete(store.name);
  return {};
}

/** The listeners that verify client certificates with a trust store, oldest first. */
function users(state: ElbState, store: TrustStore): ListenerRecord[] {
  return [...state.listeners.values()]
    .filter((listener) => listener.mutualAuthentication?.TrustStoreArn === store.arn)
    .sort((a, b) => a.serial - b.serial);
}

export function describeTrustStoreAssociations(
  state: ElbState,
  input: DescribeTrustStoreAssociationsInput,
): DescribeTrustStoreAssociationsOutput {
  const listeners = users(state, trustStoreOf(state, input.TrustStoreArn));
  const { items, marker } = page(listeners, (listener) => listener.serial, input);
  return { TrustStoreAssociations: items.map(({ arn }) => ({ ResourceArn: arn })), ...marker };
}

/** Only associations of other accounts can be deleted this way, and here is one account: it always refuses. */
export function deleteSharedTrustStoreAssociation(
  state: ElbState,
  input: DeleteSharedTrustStoreAssociationInput,
): Record<never, never> {
  const store = trustStoreOf(state, input.TrustStoreArn);
  if (users(state, store).some((listener) => listener.arn === input.ResourceArn))
    refuse('DeleteAssociationSameAccount', 'The association is within the same account as the trust store');
  return refuse(
    'AssociationNotFound',
    `'${input.ResourceArn}' is not associated with trust store '${store.arn}'`,
  );
}

/** AWS answers a signed S3 address of its own copy; ours is the copy itself as a `data:` URL, which `fetch` opens too. */
export function getTrustStoreCaCertificatesBundle(
  state: ElbState,
  input: GetTrustStoreCaCertificatesBundleInput,
): GetTrustStoreCaCertificatesBundleOutput {
  return { Location: locationOf(trustStoreOf(state, input.TrustStoreArn).bundle) };
}

/** A PEM text as a URL (RFC 2397). */
export function locationOf(pem: string): string {
  return `data:text/plain;base64,${Buffer.from(pem).toString('base64')}`;
}

/** A trust store of ours is shared with nobody, so that it has no policy. */
export function getResourcePolicy(state: ElbState, input: GetResourcePolicyInput): GetResourcePolicyOutput {
  const arn = input.ResourceArn ?? '';
  if (!state.trustStores.has(arn)) refuse('ResourceNotFound', `Resource '${arn}' not found`);
  return {};
}
