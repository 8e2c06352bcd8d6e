// Buckets of S3 and contents of objects: read from moto, and made there.
import type { S3Object } from '../elb/account-facts.ts';
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

/**
 * Whether there is a bucket (HeadBucket).
 * @throws Error when moto breaks.
 */
export async function bucketExists(motoUrl: string, bucket: string): Promise<boolean> {
  const url = new URL(encodeURIComponent(bucket), `${motoUrl}/`);
  const response = await fetch(url, { method: 'HEAD', headers: { authorization: credentialScope('s3') } });
  if (response.status >= 500) throw new Error(`S3 answered ${response.status} for ${url}`);
  return response.ok;
}

/**
 * Makes a bucket (`logs`) or an object in one (`logs/key`); a bucket that is there stays as it is.
 * @throws Error with what S3 says when it does not take it.
 */
export async function putToS3(url: string, path: string, body = ''): Promise<void> {
  const headers = { authorization: credentialScope('s3') };
  const answer = await fetch(`${url}/${path}`, { method: 'PUT', headers, body });
  if (!answer.ok) throw new Error(`S3 did not take ${path}: ${await answer.text()}`);
}
