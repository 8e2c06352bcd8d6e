// addressed: which of a group's load balancers people are told the address of. Pure.
import type { Found } from './kinds/kind.ts';
import type { Pass } from './pass.ts';

/** Whether every target group that has targets has a healthy one. */
const healthy = ({ backends, became, health }: Pick<Pass, 'backends' | 'became' | 'health'>): boolean =>
  backends.every(({ id }) => {
    const known = health(became.get(id)?.arn ?? '');
    return known !== undefined && (known.total === 0 || known.healthy > 0);
  });

/** The load balancer whose address is shown: the wanted one, or its predecessor while that one still serves alone. */
export function addressed(
  pass: Pick<Pass, 'became' | 'found' | 'backends' | 'health' | 'exposed'>,
): Found<'loadBalancer'> | undefined {
  const all = pass.found.filter((one): one is Found<'loadBalancer'> => one.kind === 'loadBalancer');
  const wanted = all.find(({ arn }) => [...pass.became.values()].some((one) => one.arn === arn));
  const serving = (one: Found | undefined): boolean =>
    one?.extra.state === 'active' || one?.extra.state === 'active_impaired';
  const predecessor = all.find((one) => one !== wanted && serving(one));
  if (predecessor === undefined || (serving(wanted) && healthy(pass) && pass.exposed !== true)) return wanted;
  return predecessor;
}
