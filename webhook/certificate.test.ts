// The certificate on disk: read as a pair, followed through symlink swaps, and never replaced by a broken one.
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAuthority } from '../e2e/harness/certificates.ts';
import { expiryOf, followCertificate, type KeyAndCertificate, readCertificate } from './certificate.ts';

let dir: string;
let files: { certFile: string; keyFile: string };
let stop: (() => void) | undefined;

/** Mounted Secrets: tls.crt → ..data/tls.crt, ..data → ..2026; a new version swaps the second link. */
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'albatross-certificate-'));
  files = { certFile: join(dir, 'tls.crt'), keyFile: join(dir, 'tls.key') };
  await symlink('..data/tls.crt', files.certFile);
  await symlink('..data/tls.key', files.keyFile);
});
afterEach(async () => {
  stop?.();
  await rm(dir, { recursive: true });
});

let version = 0;
async function mount(pair: KeyAndCertificate): Promise<void> {
  const name = `..version${version++}`;
  await mkdir(join(dir, name));
  await writeFile(join(dir, name, 'tls.crt'), pair.cert);
  await writeFile(join(dir, name, 'tls.key'), pair.key);
  await symlink(name, join(dir, '..new'));
  await rename(join(dir, '..new'), join(dir, '..data'));
}

async function pair(): Promise<KeyAndCertificate> {
  return (await createAuthority('test')).server(['localhost']);
}

test('a key of another certificate is refused', async () => {
  const [one, other] = [await pair(), await pair()];
  await mount({ cert: one.cert, key: other.key });
  await expect(readCertificate(files)).rejects.toThrow(
    /tls\.key: the key does not belong to the certificate in .*tls\.crt; /,
  );
});

test('files that are not there are refused', async () => {
  await expect(readCertificate(files)).rejects.toThrow(
    /--tls-cert-file .*: there is no such file; .*--tls-private-key-file .*: there is no such file; /,
  );
});

test('a new pair is taken up once; a broken one is told once and the next good one taken up', async () => {
  const [first, second, third] = [await pair(), await pair(), await pair()];
  await mount(first);
  const taken: string[] = [];
  const faults: string[] = [];
  stop = followCertificate(
    files,
    await readCertificate(files),
    ({ cert }) => taken.push(cert),
    ({ message }) => faults.push(message),
    10,
  );
  await mount(second);
  await expect.poll(() => taken).toEqual([second.cert]);
  await mount({ cert: third.cert, key: first.key });
  await expect.poll(() => faults).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(faults).toHaveLength(1);
  await mount(third);
  await expect.poll(() => taken).toEqual([second.cert, third.cert]);
});

test('expiry is in seconds since 1970', async () => {
  const days = (expiryOf(await pair()) - Date.now() / 1000) / 86_400;
  expect(days).toBeGreaterThan(29);
  expect(days).toBeLessThan(31);
});
