// What the local AWS shows beside the AWS API, and the orders that it takes there.

import type { CallLog } from '../call-log.ts';
import type { Address } from '../data-plane/upstreams.ts';
import type { CallContext, ElbState } from '../elb/state.ts';
import type { Faults } from '../faults.ts';

export interface ControlApi {
  readonly state: ElbState;
  readonly callLog: CallLog;
  readonly faults: Faults;
  /** Where targets of the VPC really listen, by `id:port`. */
  readonly targets: Map<string, Address>;
  readonly context: () => CallContext;
  /** Makes everything as it would be without a past. */
  readonly reset: () => Promise<void>;
  /** Where a listener really listens; undefined while the load balancer is provisioning. */
  readonly listenerAddress: (dnsName: string, port: number) => Address | undefined;
}

export interface ListenerLocation {
  loadBalancer: string;
  dnsName: string;
  protocol: 'HTTP' | 'HTTPS';
  port: number;
  /** Where it really listens; absent while the load balancer is provisioning. */
  address?: string;
  /** How to try it. */
  curl?: string;
}

/** Every listener, by load balancer and port. */
export function listenerLocations(control: ControlApi): ListenerLocation[] {
  return [...control.state.loadBalancers.values()].flatMap(({ name, dnsName, listeners }) =>
    Object.entries(listeners).map(([port, arn]) => {
      const protocol = control.state.listeners.get(arn)?.protocol ?? 'HTTP';
      const location = { loadBalancer: name, dnsName, protocol, port: Number(port) };
      const at = control.listenerAddress(dnsName, Number(port));
      if (at === undefined) return location;
      const address = `${at.host}:${at.port}`;
      const secure = protocol === 'HTTPS';
      const to = `--connect-to ${dnsName}:${port}:${address}`;
      const curl = `curl ${secure ? '-k ' : ''}${to} ${secure ? 'https' : 'http'}://${dnsName}:${port}/`;
      return { ...location, address, curl };
    }),
  );
}

/**
 * `id:port=host:port` in its two halves, or undefined when it is not of that form. An IPv6 address is in brackets or
 * bare: the last colon of a half comes before its port.
 */
export function readTarget(text: string): [target: string, address: Address] | undefined {
  const parts = /^(?<id>.+):(?<port>\d{1,5})=(?<host>.+):(?<at>\d{1,5})$/.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const { id = '', port = '', host = '', at = '' } = parts;
  if (Number(port) > 65_535 || Number(at) > 65_535 || Number(at) === 0) return undefined;
  const bare = (name: string) => name.replace(/^\[(.*)\]$/, '$1');
  return [`${bare(id)}:${Number(port)}`, { host: bare(host), port: Number(at) }];
}
