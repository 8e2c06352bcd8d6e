// Where the harness looks for what `make install` made.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePorts, partPath, places, tools } from './machine.ts';

test('says what is missing and what to do', async () => {
  await expect(tools({ XDG_CACHE_HOME: '/nowhere' })).rejects.toThrow(
    /^not installed: \/nowhere\/albatross\/kubernetes-[0-9a-f]{12}\/etcd, .*Run: make install$/,
  );
});

test('KUBEBUILDER_ASSETS wins, part by part', () => {
  const assets = mkdtempSync(join(tmpdir(), 'assets-'));
  writeFileSync(join(assets, 'etcd'), '');
  const env = { KUBEBUILDER_ASSETS: assets, XDG_CACHE_HOME: '/cache' };
  expect(partPath('etcd', env)).toBe(join(assets, 'etcd'));
  expect(partPath('kube-controller-manager', env)).toBe(
    join(places(env).kubernetes, 'kube-controller-manager'),
  );
  rmSync(assets, { recursive: true });
});

test('free ports are different ones, below the range of outgoing connections, and nobody listens there', async () => {
  const ports = await freePorts(20);
  expect(new Set(ports).size).toBe(20);
  expect(ports.every((port) => port >= 20_000 && port < 30_000)).toBe(true);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(ports[0], '127.0.0.1', resolve));
  server.close();
});
