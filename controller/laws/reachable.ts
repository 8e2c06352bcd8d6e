// What a request meets in an account on paper: the listener, and the actions of the rule that takes it.
import type { MatchRequest } from '../../api/routing/match.ts';
import { matchRule } from '../../api/routing/match.ts';
import type { RuleRecord } from '../../local-aws/elb/state.ts';
import type { Account } from './account.ts';

export interface Met {
  readonly balancer: string;
  readonly port: number;
  /** Undefined where nothing listens. */
  readonly listener?: {
    readonly protocol: 'HTTP' | 'HTTPS';
    readonly sslPolicy?: string;
    readonly mode?: string;
    readonly trustStore?: string;
  };
  readonly conditions: RuleRecord['conditions'];
  readonly actions: RuleRecord['actions'];
}

/** A GET by URL, from a public address. */
export function getOf(url: string): MatchRequest {
  const { protocol, hostname, port, pathname } = new URL(url);
  const plain = protocol === 'http:';
  return {
    ...{ method: 'GET', protocol: plain ? 'http' : 'https', host: hostname, path: pathname, query: '' },
    ...{ port: Number(port === '' ? (plain ? 80 : 443) : port), headers: {}, sourceIp: '198.51.100.9' },
  };
}

/** What a request meets at each load balancer of the account. */
export function met({ elb: { state } }: Account, request: MatchRequest): Met[] {
  return [...state.loadBalancers.values()].map(({ arn, listeners }): Met => {
    const listener = state.listeners.get(listeners[request.port] ?? '');
    if (listener === undefined || listener.protocol.toLowerCase() !== request.protocol)
      return { balancer: arn, port: request.port, conditions: [], actions: [] };
    const rules = Object.entries(listener.rules)
      .sort(([a], [b]) => Number(a) - Number(b))
      .flatMap(([, rule]) => state.rules.get(rule) ?? []);
    const taking =
      rules.find(({ conditions }) => matchRule(conditions, request)) ?? state.rules.get(listener.defaultRule);
    const { protocol, sslPolicy, mutualAuthentication: mutual } = listener;
    return {
      balancer: arn,
      port: request.port,
      listener: {
        protocol,
        ...(sslPolicy === undefined ? {} : { sslPolicy }),
        ...(mutual?.Mode === undefined ? {} : { mode: mutual.Mode }),
        ...(mutual?.TrustStoreArn === undefined ? {} : { trustStore: mutual.TrustStoreArn }),
      },
      conditions: taking?.conditions ?? [],
      actions: taking?.actions ?? [],
    };
  });
}

/** Whether a target gets the request. */
export const forwards = ({ actions }: Met): boolean => actions.some(({ Type }) => Type === 'forward');

/** From where a load balancer can be reached on a port: networks, prefix lists, and the ids of groups that others made for it. */
export function sourcesOn(account: Account, { balancer, port }: Pick<Met, 'balancer' | 'port'>): string[] {
  const groups = account.elb.state.loadBalancers.get(balancer)?.securityGroups ?? [];
  return groups.flatMap((id) => {
    const made = account.securityGroups.get(id);
    if (made === undefined) return [id];
    return (made.IpPermissions ?? [])
      .filter(
        ({ IpProtocol, FromPort = 0, ToPort = 0 }) =>
          IpProtocol === '-1' || (FromPort <= port && port <= ToPort),
      )
      .flatMap(({ IpRanges = [], Ipv6Ranges = [], PrefixListIds = [] }) => [
        ...IpRanges.map(({ CidrIp = '' }) => CidrIp),
        ...Ipv6Ranges.map(({ CidrIpv6 = '' }) => CidrIpv6),
        ...PrefixListIds.map(({ PrefixListId = '' }) => PrefixListId),
      ]);
  });
}
