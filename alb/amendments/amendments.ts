// The amendments: what happens to the desired resources, in this order, before they are planned for. A step sees what the
// steps before it left. None of them changes which found resource a desired one is, so all share one matching.
import type { Amendment, Draft, Situation } from './amendment.ts';
import { closeUnmet } from './close-new-routes.ts';
import { deferUntilActive } from './defer-until-active.ts';
import { keepProtection } from './keep-protection.ts';
import { missingCertificate } from './missing-certificate.ts';
import { missingOidcSecret } from './missing-oidc-secret.ts';
import { missingTrustStore } from './missing-trust-store.ts';
import { rejectedParts, withinQuotas } from './rejected-parts.ts';
import { resetToDefault } from './reset-to-default.ts';
import { targetGroupCutover } from './target-group-cutover.ts';

interface AmendmentStep {
  readonly name: string;
  readonly amend: Amendment;
  /** It compares with details of what was found: left out when everything is as it was applied last and nobody looked. */
  readonly needsDetails: boolean;
}

const step = (name: string, amend: Amendment): AmendmentStep => ({ name, amend, needsDetails: false });
const withDetails = (name: string, amend: Amendment): AmendmentStep => ({ name, amend, needsDetails: true });

export const AMENDMENTS: readonly AmendmentStep[] = [
  // A load balancer that is not active yet takes no capacity, and what does not exist cannot be protected.
  step('defer-until-active', deferUntilActive),
  // A web ACL that is named and cannot be found: the one that is there stays, also on a successor.
  step('keep-protection', keepProtection),
  // A replaced target group carries requests until its successor has healthy targets.
  step('target-group-cutover', targetGroupCutover),
  // No new route of a member is open without the protection that the member asks for.
  withDetails('close-new-routes', closeUnmet),
  // The same where clients are to be verified against a trust store that is not there.
  withDetails('missing-trust-store', missingTrustStore),
  // What we set and nobody asks for any more goes back to AWS's default.
  withDetails('reset-to-default', resetToDefault),
  // A login whose Secret cannot be had keeps the client that AWS has, or answers 503.
  withDetails('missing-oidc-secret', missingOidcSecret),
  // What AWS refused not long ago is left out: as small a part as can be; what it protects is closed.
  withDetails('rejected-parts', rejectedParts),
  // Rules beyond the quota are left out, of those who have the most.
  withDetails('within-quotas', withinQuotas),
  // Last, since certificates may have been refused: an HTTPS listener keeps those it has, or is not opened.
  withDetails('missing-certificate', missingCertificate),
];

const WITHOUT_DETAILS = AMENDMENTS.filter(({ needsDetails }) => !needsDetails);

/**
 * The desired resources as they are planned for. `settled`: everything is as it was applied last, and details of what was
 * found are not known. Pure.
 */
export function amend(situation: Situation, settled: boolean): Draft {
  const { resources } = situation.wanted;
  const none = { waits: [], cutsOver: false, resets: new Map(), leftOut: [], told: [] };
  const steps = settled ? WITHOUT_DETAILS : AMENDMENTS;
  return steps.reduce<Draft>((draft, one) => one.amend(draft, situation), {
    resources,
    protecting: resources,
    ...none,
  });
}
