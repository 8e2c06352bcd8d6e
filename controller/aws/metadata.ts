// The instance metadata service of EC2 (Amazon EC2 User Guide, "Instance metadata"), with a session token; for a process that runs
// on an instance, and has not been told where it is.
import { getInstanceMetadataEndpoint, httpRequest } from '@smithy/credential-provider-imds';
import { wordsOf } from '../../api/problems/unmet-need.ts';

/**
 * An instance answers in milliseconds; where there is none, or too many hops lie between, nobody does. Seconds, unless the
 * environment says another number, as for other tools of AWS (AWS SDKs and Tools Reference Guide, "IMDS client").
 */
const TIMEOUT_SECONDS = 1;
const timeoutMs = (): number => (Number(process.env.AWS_METADATA_SERVICE_TIMEOUT) || TIMEOUT_SECONDS) * 1000;
const TOKEN_SECONDS = '60';

/** Reads one value after the other; each path is below `/latest/meta-data/`. */
export interface Metadata {
  get(path: string): Promise<string>;
}

/**
 * Opens a session. `endpoint` replaces the one of the environment and the profile (`AWS_EC2_METADATA_SERVICE_ENDPOINT`, …).
 * @throws when nobody answers in time (a second, or `AWS_METADATA_SERVICE_TIMEOUT`), or it is switched off (`AWS_EC2_METADATA_DISABLED`).
 */
export async function openMetadata(endpoint?: string): Promise<Metadata> {
  if (process.env.AWS_EC2_METADATA_DISABLED?.toLowerCase() === 'true')
    throw new Error('AWS_EC2_METADATA_DISABLED is set');
  const { protocol, hostname, port } =
    endpoint === undefined ? await getInstanceMetadataEndpoint() : new URL(endpoint);
  const ask = async (method: 'GET' | 'PUT', path: string, headers: Record<string, string>) => {
    const place = { protocol, hostname, ...(port ? { port } : {}) };
    const answer = await httpRequest({ ...place, method, path, headers, timeout: timeoutMs() });
    return answer.toString('utf8').trim();
  };
  const token = await ask('PUT', '/latest/api/token', {
    'x-aws-ec2-metadata-token-ttl-seconds': TOKEN_SECONDS,
  });
  return {
    get: (path) => ask('GET', `/latest/meta-data/${path}`, { 'x-aws-ec2-metadata-token': token }),
  };
}

/** The Region of the instance. */
export const regionOf = ({ get }: Metadata): Promise<string> => get('placement/region');

/** The VPC of the first network interface of the instance. */
export const vpcOf = async ({ get }: Metadata): Promise<string> =>
  get(`network/interfaces/macs/${await get('mac')}/vpc-id`);

/** Why the service said nothing, for people. */
export const silenceOf = (thrown: unknown): string =>
  `the instance metadata says nothing (${wordsOf(thrown)})`;
