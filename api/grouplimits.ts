// What one load balancer may have by the quotas of AWS, counted over all members of a group: listeners, rules,
// certificates, target groups (aws-limits 7). Most quotas can be raised, so more only draws a warning.
import { targetsOf } from './annotations/actions.ts';
import { effectiveListenPorts, type ListenPort } from './annotations/listener.ts';
import { VERIFY_MAX } from './checks/mutual.ts';
import { annotationPath } from './finding.ts';
import type { Intent, IntentBackend } from './generated/binding.ts';
import type { Problem } from './problem.ts';

const LISTENERS = 50;
const RULES = 100;
const TARGET_GROUPS = 100;
/** Default certificates of listeners do not count. */
const CERTIFICATES = 25;

/** What one member adds to the group. */
interface Share {
  readonly ports: readonly ListenPort[];
  readonly paths: number;
  readonly targetGroups: number;
}

const known = new WeakMap<Intent, Share>();

/** Counted once for each intent, which nobody changes. */
function shareOf(intent: Intent): Share {
  const before = known.get(intent);
  if (before !== undefined) return before;
  const share = {
    ports: effectiveListenPorts(intent.settings),
    paths: sum(intent.rules.map(({ paths }) => paths.length)),
    targetGroups: targetGroupsOf(intent).size,
  };
  known.set(intent, share);
  return share;
}

/** Warnings to a member of a group (itself among `intents`) that is larger than AWS lets a load balancer be. */
export function limitProblems(mine: Intent, intents: readonly Intent[]): Problem[] {
  const ports = new Map<number, ListenPort['protocol']>();
  const certificates = new Set<string>();
  const redirected = intents.some(({ settings }) => settings['ssl-redirect'] !== undefined);
  let [rules, groups] = [0, 0];
  for (const intent of intents) {
    const share = shareOf(intent);
    for (const { port, protocol } of share.ports) {
      ports.set(port, protocol);
      // One rule for each path on each port; ports that only redirect have none.
      if (!redirected || protocol === 'HTTPS') rules += share.paths;
    }
    groups += share.targetGroups;
    for (const arn of intent.settings['certificate-arn']?.value ?? []) certificates.add(arn);
  }
  const secure = [...ports.values()].filter((protocol) => protocol === 'HTTPS').length;
  const over = (path: string, count: number, most: number, what: string): Problem[] => {
    if (count <= most) return [];
    const whose = intents.length > 1 ? 'all members of the group have' : 'the Ingress has';
    const because = `${whose} ${count} ${what} together, and AWS allows ${most} on one load balancer unless the quota was raised`;
    return [{ code: 'OutOfRange', severity: 'warn', path, value: String(count), because }];
  };
  return [
    ...verifyProblems(mine, intents),
    ...over(annotationPath('listen-ports'), ports.size, LISTENERS, 'listeners'),
    ...(mine.settings['certificate-arn'] === undefined
      ? []
      : over(
          annotationPath('certificate-arn'),
          certificates.size - Math.min(secure, 1),
          CERTIFICATES,
          'certificates',
        )),
    ...over('spec.rules', rules, RULES, 'rules'),
    ...over('spec.rules', groups, TARGET_GROUPS, 'target groups'),
  ];
}

/** Not a quota that can be raised, so more is refused (aws-limits N18). */
function verifyProblems(mine: Intent, intents: readonly Intent[]): Problem[] {
  const verified = ({ settings }: Intent): number[] =>
    (settings['mutual-authentication']?.value ?? [])
      .filter(({ mode }) => mode === 'verify')
      .map(({ port }) => port);
  const ports = new Set(intents.flatMap(verified));
  if (verified(mine).length === 0 || ports.size <= VERIFY_MAX) return [];
  const because = `the group has ports ${[...ports].join(', ')} in mode verify, and a load balancer has at most ${VERIFY_MAX}`;
  const path = annotationPath('mutual-authentication');
  return [{ code: 'GroupConflict', severity: 'refuse', path, value: verified(mine).join(', '), because }];
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** Services and ports that the rules of one Ingress forward to. */
function targetGroupsOf({ rules, defaultBackend, settings }: Intent): Set<string> {
  const backends = rules.flatMap(({ paths }) => paths.map(({ backend }) => backend));
  const all: IntentBackend[] = defaultBackend === undefined ? backends : [...backends, defaultBackend];
  return new Set(
    all.flatMap(({ service, action }) => {
      if (service !== undefined) return [`${service.name}:${service.port}`];
      const known = settings.actions;
      const said =
        action !== undefined && known !== undefined && Object.hasOwn(known, action)
          ? known[action]
          : undefined;
      return said === undefined ? [] : targetsOf(said.value).map((target) => JSON.stringify(target));
    }),
  );
}
