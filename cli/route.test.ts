// `albatross route` as it is typed: exit codes, words and data, and questions that cannot be read.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ALBATROSS = new URL('./albatross.ts', import.meta.url).pathname;
let dir: string;
let file: string;

const MANIFESTS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations:
    alb.ingress.kubernetes.io/target-type: ip
    alb.ingress.kubernetes.io/conditions.api: '[{"field":"source-ip","sourceIPConfig":{"values":["10.0.0.0/8"]}}]'
    alb.ingress.kubernetes.io/transforms.web: '[{"type":"url-rewrite","urlRewriteConfig":{"rewrites":[{"regex":"^/cart","replace":"/basket"}]}}]'
spec:
  ingressClassName: alb
  rules:
    - host: www.example.com
      http:
        paths:
          - {path: /cart/api, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}
          - {path: /cart, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: http, port: 80, targetPort: 8080}]
`;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'albatross-route-'));
  file = join(dir, 'shop.yaml');
  writeFileSync(file, MANIFESTS);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function ask(args: readonly string[], input = ''): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [ALBATROSS, 'route', ...args], {
    input,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

const CART = 'http://www.example.com/cart/api?n=1';

test('a rule answers: exit code 0, with the rules before it and what goes on to the target', () => {
  const { code, out } = ask(['web', 'GET', CART, '-f', file]);
  expect(out).toBe(`GET ${CART}
group     shop/web: shop/web
listener  HTTP:80
not       rule 1, Ingress shop/web, www.example.com /cart/api (Prefix): source address is not 10.0.0.0/8: the request has 203.0.113.1
answers   rule 2, Ingress shop/web, www.example.com /cart (Prefix)
forward   Service shop/web, port http, ip targets
host      www.example.com
url       /basket/api?n=1

Ingress shop/web: warning: spec.rules: "api": Service shop/api does not exist; requests for it are answered 503 until it does. [ServiceNotFound]
`);
  expect(code).toBe(0);
});

test('the same as data, from standard input, for a client in that network', () => {
  const args = ['shop/web', 'GET', CART, '-f', '-', '--source-ip', '10.1.2.3', '-o', 'json'];
  const { code, out } = ask(args, MANIFESTS);
  expect(JSON.parse(out)).toMatchObject({
    group: 'shop/web',
    members: ['shop/web'],
    listener: { port: 80, protocol: 'HTTP' },
    passed: [],
    rule: { priority: 1, member: 'shop/web', path: '/cart/api' },
    answer: { type: 'fixed-response', status: 503 },
  });
  expect(code).toBe(0);
});

test('nothing listens: exit code 1', () => {
  const { code, out } = ask(['web', 'GET', 'https://www.example.com/', '-n', 'shop', '-f', dir]);
  expect(out).toContain('nothing answers: nothing listens on port 443; the group listens on HTTP:80');
  expect(code).toBe(1);
});

describe('questions that cannot be read or asked: exit code 2', () => {
  test.each<[string, readonly string[], string]>([
    ['no URL', ['web', 'GET'], "missing required argument 'url'"],
    ['a URL without a host', ['web', 'GET', '/cart'], 'is no URL'],
    ['a header without a colon', ['web', 'GET', CART, '-H', 'X-Team'], 'is no header'],
    ['no address', ['web', 'GET', CART, '--source-ip', 'here'], 'is no IP address'],
    ['an unknown format', ['web', 'GET', CART, '-o', 'xml'], 'Allowed choices are'],
    ['no such file', ['web', 'GET', CART, '-f', '/nowhere.yaml'], 'ENOENT'],
    ['no such Ingress', ['wed', 'GET', CART, '-n', 'shop'], 'no Ingress shop/wed in'],
    ['no such kubeconfig', ['web', 'GET', CART, '--kubeconfig', '/nowhere'], 'there is no such file'],
  ])('%s', (_, args, because) => {
    const offline = args.includes('-f') || args.includes('--kubeconfig') ? [] : ['-f', file];
    const { code, err } = ask([...args, ...offline]);
    expect(err).toContain(because);
    expect(code).toBe(2);
  });
  test('the likely Ingress is named', () => {
    expect(ask(['shop/wed', 'GET', CART, '-f', file]).err).toContain('did you mean shop/web?');
  });
});
