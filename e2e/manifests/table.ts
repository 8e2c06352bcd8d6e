// Manifests as people get them wrong, by kind of mistake: each goes to `kubectl apply` on a real API server and to
// `albatross lint`, and both have to give the same verdict. Nothing here says which: the API server does.

/** One manifest; its name is that of the object in it. */
export interface Manifest {
  readonly name: string;
  readonly text: string;
}

type Written = Readonly<Record<string, string>>;

const texts = (make: (name: string, part: string) => string, parts: Written): Manifest[] =>
  Object.entries(parts).map(([name, part]) => ({ name, text: make(name, part) }));

const head = (name: string): string => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
`;

const SPEC = `spec:
  ingressClassName: alb
  defaultBackend: {service: {name: web, port: {number: 80}}}
`;

/** What stands in `metadata` beside the name. */
const metadata = (name: string, part: string): string => `${head(name)}${part.replace(/^/gm, '  ')}\n${SPEC}`;

/** What stands in `spec` beside the class. */
const spec = (name: string, part: string): string =>
  `${head(name)}spec:\n  ingressClassName: alb\n${part.replace(/^/gm, '  ')}\n`;

/** The whole of the one rule. */
const rule = (name: string, part: string): string => spec(name, `rules:\n- ${part}`);

const BACKEND = 'backend: {service: {name: web, port: {number: 80}}}';

/** A host with a good path. */
const host = (name: string, part: string): string =>
  rule(name, `{host: ${part}, http: {paths: [{path: /, pathType: Prefix, ${BACKEND}}]}}`);

/** A path and its type with a good backend. */
const path = (name: string, part: string): string => rule(name, `{http: {paths: [{${part}, ${BACKEND}}]}}`);

const backend = (name: string, part: string): string =>
  rule(name, `{http: {paths: [{path: /, pathType: Prefix, backend: ${part}}]}}`);

/** A text as it is, `NAME` in it the entry's. */
const whole = (name: string, part: string): string => part.replaceAll('NAME', name);

const HOSTS: Written = {
  'host-upper-case': 'Shop.example.com',
  'host-underscore': 'my_shop.example.com',
  'host-with-port': '"shop.example.com:8080"',
  'host-with-scheme': '"https://shop.example.com"',
  'host-with-path': 'shop.example.com/cart',
  'host-is-an-address': '192.0.2.10',
  'host-is-an-ipv6-address': '"2001:db8::1"',
  'host-label-too-long': `${'a'.repeat(64)}.example.com`,
  'host-too-long': `${'abcdefgh.'.repeat(29)}com`,
  'host-ends-in-a-dot': 'shop.example.com.',
  'host-begins-with-a-dot': '.example.com',
  'host-of-blanks': '" shop.example.com"',
  'host-wildcard': '"*.example.com"',
  'host-wildcard-alone': '"*"',
  'host-wildcard-twice': '"*.*.example.com"',
  'host-wildcard-in-a-label': '"*shop.example.com"',
  'host-question-mark': '"sh?p.example.com"',
  'host-empty': '""',
  'host-null': 'null',
  'host-is-a-number': '5',
  'host-unicode': 'straße.example.com',
};

const PATHS: Written = {
  'path-relative-exact': 'path: shop, pathType: Exact',
  'path-relative': 'path: shop, pathType: ImplementationSpecific',
  'path-wildcard-alone': 'path: "*", pathType: ImplementationSpecific',
  'path-empty-exact': 'path: "", pathType: Exact',
  'path-empty': 'path: "", pathType: ImplementationSpecific',
  'path-absent-prefix': 'pathType: Prefix',
  'path-absent': 'pathType: ImplementationSpecific',
  'path-null': 'path: null, pathType: ImplementationSpecific',
  'path-double-slash': 'path: /a//b, pathType: Prefix',
  'path-double-slash-free': 'path: /a//b, pathType: ImplementationSpecific',
  'path-dot-dot': 'path: /a/../b, pathType: Prefix',
  'path-dot': 'path: /a/./b, pathType: Exact',
  'path-ends-in-dot-dot': 'path: /a/.., pathType: Exact',
  'path-ends-in-dot': 'path: /a/., pathType: Prefix',
  'path-encoded-slash': 'path: /a%2Fb, pathType: Prefix',
  'path-type-absent': 'path: /',
  'path-type-null': 'path: /, pathType: null',
  'path-type-lower-case': 'path: /, pathType: prefix',
  'path-type-unknown': 'path: /, pathType: Regex',
  'path-type-empty': 'path: /, pathType: ""',
  'path-is-a-number': 'path: 5, pathType: Prefix',
};

const BACKENDS: Written = {
  'backend-empty': '{}',
  'backend-null': 'null',
  'backend-old-fields': '{serviceName: web, servicePort: 80}',
  'backend-no-port': '{service: {name: web}}',
  'backend-port-null': '{service: {name: web, port: null}}',
  'backend-port-empty': '{service: {name: web, port: {}}}',
  'backend-port-a-number': '{service: {name: web, port: 80}}',
  'backend-port-number-text': '{service: {name: web, port: {number: "80"}}}',
  'backend-port-number-fraction': '{service: {name: web, port: {number: 80.5}}}',
  'backend-port-number-float': '{service: {name: web, port: {number: 80.0}}}',
  'backend-port-number-zero': '{service: {name: web, port: {number: 0}}}',
  'backend-port-number-large': '{service: {name: web, port: {number: 65536}}}',
  'backend-port-number-huge': '{service: {name: web, port: {number: 99999999999}}}',
  'backend-port-number-null': '{service: {name: web, port: {name: http, number: null}}}',
  'backend-port-both': '{service: {name: web, port: {name: http, number: 80}}}',
  'backend-port-name-digits': '{service: {name: web, port: {name: "80"}}}',
  'backend-port-name-upper-case': '{service: {name: web, port: {name: HTTP}}}',
  'backend-port-name-long': '{service: {name: web, port: {name: sixteen-long-now}}}',
  'backend-port-name-two-hyphens': '{service: {name: web, port: {name: a--b}}}',
  'backend-use-annotation': '{service: {name: web, port: {name: use-annotation}}}',
  'backend-service-no-name': '{service: {port: {number: 80}}}',
  'backend-service-name-upper-case': '{service: {name: Web, port: {number: 80}}}',
  'backend-service-name-digit': '{service: {name: 1web, port: {number: 80}}}',
  'backend-service-name-dots': '{service: {name: web.shop, port: {number: 80}}}',
  'backend-service-name-long': `{service: {name: ${'a'.repeat(64)}, port: {number: 80}}}`,
  'backend-both':
    '{service: {name: web, port: {number: 80}}, resource: {apiGroup: v1, kind: Bucket, name: b}}',
  'backend-resource-no-kind': '{resource: {name: b}}',
  'backend-resource-kind-slash': '{resource: {kind: a/b, name: b}}',
  'backend-unknown-field': '{service: {name: web, port: {number: 80}, weight: 5}}',
  'backend-is-a-list': '[{service: {name: web, port: {number: 80}}}]',
};

const SPECS: Written = {
  'spec-of-the-class-only': '',
  'spec-rules-empty': 'rules: []',
  'spec-rules-null': 'rules: null',
  'spec-rules-of-null': 'rules: [null]',
  'spec-rules-an-object': `rules: {http: {paths: [{path: /, pathType: Prefix, ${BACKEND}}]}}`,
  'spec-rule-of-the-host-only': 'rules: [{host: shop.example.com}]',
  'spec-rule-http-null': 'rules: [{host: shop.example.com, http: null}]',
  'spec-rule-paths-empty': 'rules: [{http: {paths: []}}]',
  'spec-rule-paths-null': 'rules: [{http: {paths: null}}]',
  'spec-rule-paths-of-null': 'rules: [{http: {paths: [null]}}]',
  'spec-rule-unknown-field': `rules: [{hosts: [a.example.com], http: {paths: [{path: /, pathType: Prefix, ${BACKEND}}]}}]`,
  'spec-tls-null': 'tls: null\ndefaultBackend: {service: {name: web, port: {number: 80}}}',
  'spec-tls-of-null': 'tls: [null]\ndefaultBackend: {service: {name: web, port: {number: 80}}}',
  'spec-tls-host-null': 'tls: [{hosts: [null]}]\ndefaultBackend: {service: {name: web, port: {number: 80}}}',
  'spec-tls-host-wrong': 'tls: [{hosts: [A_b]}]\ndefaultBackend: {service: {name: web, port: {number: 80}}}',
  'spec-tls-host-wildcard':
    'tls: [{hosts: ["*.example.com"]}]\ndefaultBackend: {service: {name: web, port: {number: 80}}}',
  'spec-tls-host-address':
    'tls: [{hosts: [192.0.2.1]}]\ndefaultBackend: {service: {name: web, port: {number: 80}}}',
  'spec-tls-secret-name':
    'tls: [{secretName: A_b}]\ndefaultBackend: {service: {name: web, port: {number: 80}}}',
  'spec-tls-a-text': 'tls: yes-please\ndefaultBackend: {service: {name: web, port: {number: 80}}}',
  'spec-backend-of-old': 'backend: {serviceName: web, servicePort: 80}',
  'spec-default-no-port': 'defaultBackend: {service: {name: web}}',
  'spec-default-null-beside-rules': `defaultBackend: null\nrules: [{http: {paths: [{path: /, pathType: Prefix, ${BACKEND}}]}}]`,
};

/** What the table knows of Ingresses' specs; the rest of it is in `more.ts`. */
export const OF_SPECS: readonly Manifest[] = [
  ...texts(host, HOSTS),
  ...texts(path, PATHS),
  ...texts(backend, BACKENDS),
  ...texts(spec, SPECS),
];

export { metadata, texts, type Written, whole };
