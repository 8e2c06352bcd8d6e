// Contents of S3 objects, read from moto.
import type { S3Object } from '../elb/surroundings.ts';
import { credentialScope } from './scope.ts';

/**
 * The text of an object by a path-style GET; undefined when bucket, key or version do not exist.
 * @throws Error when moto breaks.
 */
export async function readObject(
  motoUrl: string,
  { bucket, key, version }: S3Object,
): Promise<string | undefined> {
  if (bucket === '' || key === '') return undefined;
  const url = new URL([bucket, ...key.split('/')].map(encodeURIComponent).join('/'), `${motoUrl}/`);
  if (version !== undefined) url.searchParams.set('versionId', version);
  const response = await fetch(url, { headers: { authorization: credentialScope('s3') } });
  if (response.ok) return response.text();
  const body = await response.text();
  if (response.status < 500) return undefined;
  throw new Error(`S3 answered ${response.status} for ${url}: ${body}`);
}
