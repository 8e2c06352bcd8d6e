// The listener kind (aws-model 3.7, 3.8). A protocol change is made in place; certificates are one default and an attached set.
import {
  AddListenerCertificatesCommand,
  CreateListenerCommand,
  DeleteListenerCommand,
  DescribeListenerAttributesCommand,
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  type Listener,
  ModifyListenerAttributesCommand,
  ModifyListenerCommand,
  RemoveListenerCertificatesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { isFailure } from '../../../alb/failures/failure.ts';
import { attributeChange } from '../../../alb/kinds/attributes.ts';
import type { Found, Resolve } from '../../../alb/kinds/kind.ts';
import { identity, tagList } from '../../../alb/kinds/tags.ts';
import type { Action, Attributes, ListenerSpec, Tags } from '../../../api/aws.ts';
import { type Aws, allPages } from '../client.ts';
import { actionsFromAws, actionsToAws } from './action.ts';
import { attributeMap, writeAttributes } from './attributes.ts';
import { kindCalls, present, removing } from './kind.ts';
import { mutualFromAws, mutualToAws } from './mutual-authentication.ts';
import { readTagsOf, writeTags } from './tags.ts';

type FoundListener = Found<'listener'>;

/** What describing a listener takes beyond DescribeListeners. `attached` is the SNI set, the default one included when it is in it. */
export interface ListenerDetails {
  readonly tags: Tags;
  readonly attributes: Attributes;
  readonly attached: readonly string[];
}

/** A described listener as we know it. HTTP has no policy, whatever AWS says (moto-coverage 9.3). */
export function fromAws(wire: Listener, { tags, attributes, attached }: ListenerDetails): FoundListener {
  const first = wire.Certificates?.flatMap(({ CertificateArn }) => CertificateArn ?? []).slice(0, 1) ?? [];
  const https = wire.Protocol === 'HTTPS';
  return {
    kind: 'listener',
    arn: present(wire.ListenerArn, 'ListenerArn'),
    ...identity(tags),
    spec: {
      loadBalancer: { ref: wire.LoadBalancerArn ?? '' },
      port: wire.Port ?? 0,
      protocol: https ? 'HTTPS' : 'HTTP',
      defaultActions: actionsFromAws(wire.DefaultActions),
      certificates: https ? certificateList(first, attached) : [],
      ...(https && wire.SslPolicy !== undefined && wire.SslPolicy !== ''
        ? { sslPolicy: wire.SslPolicy }
        : {}),
      ...(https && wire.MutualAuthentication !== undefined
        ? { mutualAuthentication: mutualFromAws(wire.MutualAuthentication) }
        : {}),
      attributes,
      tags,
    },
    extra: { attached },
  };
}

const certificateList = (first: readonly string[], attached: readonly string[]): string[] => [
  ...first,
  ...[...new Set(attached)].filter((arn) => !first.includes(arn)).sort(),
];

/** The listeners of a load balancer. */
export const readListeners = (aws: Aws, LoadBalancerArn: string): Promise<Listener[]> =>
  allPages(async (Marker) => {
    const page = await aws.elbv2.send(new DescribeListenersCommand({ LoadBalancerArn, Marker }));
    return { items: page.Listeners, token: page.NextMarker };
  });

/** Attributes of a listener. */
export async function readAttributes(aws: Aws, arn: string): Promise<Attributes> {
  const answer = await aws.elbv2.send(new DescribeListenerAttributesCommand({ ListenerArn: arn }));
  return attributeMap(answer.Attributes);
}

/** The attached (SNI) certificates of a listener: every entry that is not marked as the default. */
export async function readAttached(aws: Aws, arn: string): Promise<string[]> {
  const all = await allPages(async (Marker) => {
    const page = await aws.elbv2.send(new DescribeListenerCertificatesCommand({ ListenerArn: arn, Marker }));
    return { items: page.Certificates, token: page.NextMarker };
  });
  return all.flatMap(({ CertificateArn, IsDefault }) => (IsDefault === true ? [] : (CertificateArn ?? [])));
}

function settings(
  { clientSecret }: Aws,
  wanted: ListenerSpec,
  resolve: Resolve,
  existing: readonly Action[] = [],
) {
  const [first] = wanted.certificates;
  return {
    Port: wanted.port,
    Protocol: wanted.protocol,
    DefaultActions: actionsToAws(wanted.defaultActions, resolve, { clientSecret, existing }),
    ...(first === undefined ? {} : { Certificates: [{ CertificateArn: first }] }),
    ...(wanted.sslPolicy === undefined ? {} : { SslPolicy: wanted.sslPolicy }),
    ...(wanted.mutualAuthentication === undefined
      ? {}
      : { MutualAuthentication: mutualToAws(wanted.mutualAuthentication) }),
  };
}

/**
 * One for each call, in ARN order, the default one as well (aws-model 3.8). First what comes and then what goes, so that a
 * name is never without its certificate; the other way round when the listener is full.
 */
async function writeAttached(
  aws: Aws,
  ListenerArn: string,
  wanted: readonly string[],
  attached: readonly string[],
): Promise<void> {
  const extra = [...new Set(attached)].filter((arn) => !wanted.includes(arn)).sort();
  const missing = [...new Set(wanted)].filter((arn) => !attached.includes(arn)).sort();
  const take = async (): Promise<void> => {
    for (const CertificateArn of extra.splice(0))
      await aws.elbv2.send(
        new RemoveListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn }] }),
      );
  };
  for (const CertificateArn of missing) {
    const add = new AddListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn }] });
    try {
      await aws.elbv2.send(add);
    } catch (thrown) {
      if (!isFailure(thrown, 'limit') || extra.length === 0) throw thrown;
      await take();
      await aws.elbv2.send(add);
    }
  }
  await take();
}

/** What ModifyListener carries beside the protocol, and as what. */
const SETTINGS: Partial<Record<keyof ListenerSpec, keyof ReturnType<typeof settings>>> = {
  port: 'Port',
  defaultActions: 'DefaultActions',
  certificates: 'Certificates',
  sslPolicy: 'SslPolicy',
  mutualAuthentication: 'MutualAuthentication',
};

/** What is not named stays as it is, so nothing that AWS would not take any more is in the way of a change (API Reference, ModifyListener). */
function only(
  all: ReturnType<typeof settings>,
  changed: readonly (keyof ListenerSpec)[],
): Partial<ReturnType<typeof settings>> {
  const named = new Set<string | undefined>(changed.map((field) => SETTINGS[field]));
  return Object.fromEntries(Object.entries(all).filter(([name]) => named.has(name)));
}

/** Whether the change is in what ModifyListener carries; a change of the attached set alone is not. */
function settingsChanged(
  found: ListenerSpec,
  wanted: ListenerSpec,
  changed: readonly (keyof ListenerSpec)[],
): boolean {
  return changed.some(
    (name) =>
      (name === 'protocol' || name in SETTINGS) &&
      (name !== 'certificates' || found.certificates[0] !== wanted.certificates[0]),
  );
}

export const listenerCalls = kindCalls({
  kind: 'listener',
  nameOf: ({ port }) => `listener ${port}`,
  async make(aws, wanted, resolve) {
    const LoadBalancerArn = resolve(wanted.loadBalancer);
    const input = { LoadBalancerArn, ...settings(aws, wanted, resolve), Tags: tagList(wanted.tags) };
    const { Listeners } = await aws.elbv2.send(new CreateListenerCommand(input));
    const details = { tags: wanted.tags, attributes: {}, attached: [] };
    return fromAws(present(Listeners?.[0], 'Listeners'), details);
  },
  later: ['certificates', 'attributes'],
  async twin(aws, wanted, resolve) {
    const all = await readListeners(aws, resolve(wanted.loadBalancer));
    const wire = all.find(({ Port }) => Port === wanted.port);
    if (wire === undefined) return undefined;
    const arn = present(wire.ListenerArn, 'ListenerArn');
    const tags = await readTagsOf(aws, arn);
    return {
      tags,
      async read() {
        const attributes = await readAttributes(aws, arn);
        return fromAws(wire, { tags, attributes, attached: await readAttached(aws, arn) });
      },
    };
  },
  async modify(aws, found, wanted, changed, resolve) {
    const ListenerArn = found.arn;
    let next: ListenerSpec = { ...found.spec };
    let { extra } = found;
    if (changed.includes('tags'))
      next.tags = await writeTags(aws, found.arn, wanted.tags, next.tags, 'noLegacy');
    if (settingsChanged(found.spec, wanted, changed)) {
      const all = settings(aws, wanted, resolve, found.spec.defaultActions);
      const input = { ListenerArn, ...(changed.includes('protocol') ? all : only(all, changed)) };
      const answer = await aws.elbv2.send(new ModifyListenerCommand(input));
      const details = { tags: next.tags, attributes: next.attributes, attached: extra.attached ?? [] };
      ({ spec: next, extra } = fromAws(present(answer.Listeners?.[0], 'Listeners'), details));
    }
    if (changed.includes('certificates')) {
      await writeAttached(aws, found.arn, wanted.certificates, extra.attached ?? []);
      next.certificates = [...wanted.certificates];
      extra = { ...extra, attached: [...wanted.certificates] };
    }
    if (changed.includes('attributes')) {
      await writeAttributes(attributeChange(wanted.attributes, next.attributes), (Attributes) =>
        aws.elbv2.send(new ModifyListenerAttributesCommand({ ListenerArn, Attributes })),
      );
      next.attributes = { ...next.attributes, ...wanted.attributes };
    }
    return { ...found, ...identity(next.tags), spec: next, extra };
  },
  remove: (aws, found) =>
    removing(() => aws.elbv2.send(new DeleteListenerCommand({ ListenerArn: found.arn }))),
});
