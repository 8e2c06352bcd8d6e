// moto behind the front: calls are passed on untouched, save deletes that AWS would refuse because of a load balancer.
import http from 'node:http';
import { AwsRefusal } from '../elb/refusal.ts';
import type { ElbState } from '../elb/state.ts';
import type { Answer } from '../protocol/answer.ts';
import type { Call } from '../protocol/call.ts';

export interface PassedRequest {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** Sends a request to moto and reads the whole answer. */
export function passOn(motoUrl: string, request: PassedRequest): Promise<Answer> {
  const { host, ...headers } = request.headers;
  const base = new URL(motoUrl);
  return new Promise((resolve, reject) => {
    const out = http.request(
      {
        hostname: base.hostname,
        port: base.port,
        method: request.method,
        path: request.path,
        // The signature is not checked, so the host may change; the length is the body's own.
        headers: { ...headers, host: base.host, 'content-length': String(request.body.length) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 502,
            contentType: response.headers['content-type'] ?? 'text/xml',
            body: repaired(Buffer.concat(chunks)),
          }),
        );
      },
    );
    out.on('error', reject);
    out.end(request.body);
  });
}

/** moto writes the state of a subnet's IPv6 network as the text of a Python dictionary. */
const PYTHON_STATE = /\{(?:'|&#39;)State(?:'|&#39;): (?:'|&#39;)(\w+)(?:'|&#39;)\}/g;

const repaired = (body: Buffer): Buffer =>
  body.includes('ipv6CidrBlockState') ? Buffer.from(body.toString().replace(PYTHON_STATE, '$1')) : body;

/** What EC2 can be asked about a security group's other users. */
export interface GroupUsers {
  /** Whether rules of other groups name it. */
  referenced(groupId: string): Promise<boolean>;
  /** Whether network interfaces have it. */
  attached(groupId: string): Promise<boolean>;
}

/**
 * Refuses deletes of what is in use (moto-coverage 7, 8): a security group or subnet of a load balancer, a security
 * group that another one names or an interface has, a certificate of a listener.
 */
export async function guardDelete(state: ElbState, call: Call, users: GroupUsers): Promise<void> {
  const what = `${call.service} ${call.action}`;
  if (what === 'ec2 DeleteSecurityGroup') {
    const id = call.form.get('GroupId') ?? '';
    if (groupInUse(state, id) || (await users.attached(id)) || (await users.referenced(id)))
      throw new AwsRefusal('DependencyViolation', `resource ${id} has a dependent object`);
  }
  if (what === 'ec2 DeleteSubnet') {
    const id = call.form.get('SubnetId') ?? '';
    if (subnetInUse(state, id))
      throw new AwsRefusal(
        'DependencyViolation',
        `The subnet '${id}' has dependencies and cannot be deleted.`,
      );
  }
  if (what === 'acm DeleteCertificate') {
    const arn = String(call.json.CertificateArn);
    if (certificateInUse(state, arn))
      throw new AwsRefusal('ResourceInUseException', `Certificate ${arn} is in use.`);
  }
}

function subnetInUse(state: ElbState, id: string): boolean {
  for (const lb of state.loadBalancers.values())
    if (lb.zones.some((zone) => zone.subnetId === id)) return true;
  return false;
}

function certificateInUse(state: ElbState, arn: string): boolean {
  for (const { certificate, extraCertificates } of state.listeners.values())
    if (certificate === arn || extraCertificates.includes(arn)) return true;
  return false;
}

function groupInUse(state: ElbState, id: string): boolean {
  for (const lb of state.loadBalancers.values()) if (lb.securityGroups.includes(id)) return true;
  return false;
}
