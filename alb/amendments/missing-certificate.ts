// Certified: HTTPS listeners of which a certificate cannot be had. One that is there keeps the certificates it has; one that is
// not is not opened. Pure.
import type { Resource } from '../../api/aws.ts';
import type { Matching } from '../plan/match.ts';
import { type Amendment, withResources } from './amendment.ts';

/** Whether a listener cannot be opened, or not be left, with the certificates it is to have. */
const bare = ({ kind, spec }: Resource): boolean =>
  kind === 'listener' && spec.protocol === 'HTTPS' && spec.certificates.length === 0;

/** The desired resources with what listeners keep; `lacking` are ids of listeners on which a member has no certificate now. */
export function certified(
  wanted: readonly Resource[],
  lacking: ReadonlySet<string>,
  { matched }: Pick<Matching, 'matched'>,
): readonly Resource[] {
  if (!wanted.some((one) => bare(one) || lacking.has(one.id))) return wanted;
  const closed = new Set<string>();
  const listeners = wanted.map((one): Resource => {
    if (one.kind !== 'listener' || !(bare(one) || lacking.has(one.id))) return one;
    const there = matched.get(one.id);
    const kept = there?.kind === 'listener' ? there.spec.certificates : [];
    // The default one stays the default one.
    const certificates = [...new Set([...kept, ...one.spec.certificates])];
    if (certificates.length === 0) closed.add(one.id);
    return { ...one, spec: { ...one.spec, certificates } };
  });
  return listeners.filter(
    (one) => !closed.has(one.id) && !(one.kind === 'rule' && closed.has(one.spec.listener.ref)),
  );
}

/** A certificate that AWS refused is one that a member lacks. */
export const missingCertificate: Amendment = (draft, { wanted, matching }) => {
  const refused = draft.leftOut.flatMap(({ part }) => (part.field === 'certificates' ? [part.id] : []));
  const lacking = new Set([...wanted.uncertified, ...refused]);
  return withResources(draft, certified(draft.resources, lacking, matching));
};
