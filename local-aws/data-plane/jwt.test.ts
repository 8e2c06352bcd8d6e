// Tokens without sockets: which are good, and which key sets count (ALB User Guide: Verify JWTs).
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { isGoodToken, readKeySet } from './jwt.ts';

const { publicKey, privateKey } = await generateKeyPair('RS256');
const keys = { keys: [await exportJWK(publicKey)] };
const config = { Issuer: 'me', JwksEndpoint: 'https://me/keys' };

const signed = (payload: Record<string, unknown>) =>
  new SignJWT({ iss: 'me', ...payload }).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
const now = Math.floor(Date.now() / 1000);

describe('a token', () => {
  test.each<[string, Record<string, unknown>, boolean]>([
    ['good', { exp: now + 60 }, true],
    ['without an end', {}, false],
    ['over', { exp: now - 60 }, false],
    ['not begun', { exp: now + 60, nbf: now + 30 }, false],
    ['from the future', { exp: now + 60, iat: now + 30 }, false],
    ['of somebody else', { exp: now + 60, iss: 'you' }, false],
  ])('%s', async (_what, payload, good) => {
    expect(await isGoodToken(`Bearer ${await signed(payload)}`, config, keys)).toBe(good);
  });

  test.each([undefined, '', 'Bearer', 'Basic abc', 'Bearer a.b.c', 'Bearer e30.e30.e30'])(
    '%s is none',
    async (authorization) => {
      expect(await isGoodToken(authorization, config, keys)).toBe(false);
    },
  );

  test('signed with a secret instead of a key', async () => {
    const secret = new TextEncoder().encode('a secret that is long enough for this');
    const token = await new SignJWT({ iss: 'me', exp: now + 60 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(secret);
    expect(await isGoodToken(`Bearer ${token}`, config, keys)).toBe(false);
  });
});

describe('a key set', () => {
  test.each<[string, string, boolean]>([
    ['of ten keys', JSON.stringify({ keys: Array(10).fill({ kty: 'RSA' }) }), true],
    ['of eleven', JSON.stringify({ keys: Array(11).fill({ kty: 'RSA' }) }), false],
    ['of more than 150 KB', JSON.stringify({ keys: [], more: 'x'.repeat(154_000) }), false],
    ['that is no JSON', '<html>', false],
    ['without keys', '[]', false],
  ])('%s', (_what, body, counts) => {
    expect(readKeySet(body) !== undefined).toBe(counts);
  });
});
