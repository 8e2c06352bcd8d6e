// Routing of a group as a whole: what members tell of requests that another one asks for, or that no port answers.
import type { Resource } from '../../api/aws.ts';
import { routingOfGroup } from '../../api/routing/warnings.ts';
import type { Group, Told } from '../group.ts';
import type { Found } from '../kinds/kind.ts';

/** Problems of routing, by what the group has and is to have. */
export const routingOf = ({ members }: Group, wanted: readonly Resource[], found: readonly Found[]): Told[] =>
  routingOfGroup(
    members.map(({ key, binding: { spec } }) => ({ key, spec })),
    opening(wanted, found),
  );

/** Says of an HTTPS port whether it is open or can be opened: it has a certificate. */
function opening(wanted: readonly Resource[], found: readonly Found[]): (port: number) => boolean {
  const https = new Set(
    [...found, ...wanted].flatMap((one) => {
      if (one.kind !== 'listener' || one.spec.protocol !== 'HTTPS') return [];
      return 'arn' in one || one.spec.certificates.length > 0 ? [one.spec.port] : [];
    }),
  );
  return (port) => https.has(port);
}
