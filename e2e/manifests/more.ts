// The rest of the table: metadata, names, versions, other kinds, and what YAML itself makes of a text.
import { type Manifest, metadata, OF_SPECS, texts, type Written, whole } from './table.ts';

const INGRESS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: NAME}
spec:
  ingressClassName: alb
  defaultBackend: {service: {name: web, port: {number: 80}}}
`;

const METADATA: Written = {
  'annotations-null': 'annotations: null',
  'annotation-null': 'annotations: {example.com/note: null}',
  'annotation-of-ours-null': 'annotations: {alb.ingress.kubernetes.io/scheme: null}',
  'annotation-a-number': 'annotations: {alb.ingress.kubernetes.io/healthy-threshold-count: 2}',
  'annotation-a-number-of-others': 'annotations: {example.com/weight: 2}',
  'annotation-a-boolean': 'annotations: {alb.ingress.kubernetes.io/use-regex-path-match: true}',
  'annotation-a-list': 'annotations: {alb.ingress.kubernetes.io/subnets: [subnet-1, subnet-2]}',
  'annotation-an-object': 'annotations: {alb.ingress.kubernetes.io/tags: {a: b}}',
  'annotation-yes': 'annotations: {example.com/use: yes}',
  'annotation-on': 'annotations: {example.com/use: on}',
  'annotation-y': 'annotations: {example.com/use: y}',
  'annotation-octal': 'annotations: {example.com/mode: 0755}',
  'annotation-sexagesimal': 'annotations: {example.com/time: 12:30}',
  'annotation-date': 'annotations: {example.com/day: 2026-11-30}',
  'annotation-version': 'annotations: {example.com/version: 1.36.3}',
  'annotation-exponent': 'annotations: {example.com/commit: 12e3}',
  'annotation-exponent-bare': 'annotations: {example.com/commit: 1e3}',
  'annotation-underscores': 'annotations: {example.com/count: 1_000}',
  'annotation-tilde': 'annotations: {example.com/note: ~}',
  'annotation-infinity': 'annotations: {example.com/note: .inf}',
  'annotation-key-two-slashes': 'annotations: {a/b/c: x}',
  'annotation-key-no-name': 'annotations: {example.com/: x}',
  'annotation-key-blank': 'annotations: {"my note": x}',
  'annotation-key-upper-case': 'annotations: {Example.com/Note: x}',
  'annotation-key-long': `annotations: {${'a'.repeat(64)}: x}`,
  'annotation-key-empty': 'annotations: {"": x}',
  'annotation-keys-double': 'annotations:\n  example.com/a: one\n  example.com/a: two',
  'annotations-a-list': 'annotations: [a, b]',
  'annotations-too-large': `annotations: {example.com/note: ${'x'.repeat(263_000)}}`,
  'annotations-large': `annotations: {example.com/note: ${'x'.repeat(140_000)}}`,
  'annotations-large-enough': `annotations: {example.com/note: ${'x'.repeat(120_000)}}`,
  'labels-null': 'labels: null',
  'label-null': 'labels: {app: null}',
  'label-a-number': 'labels: {version: 2}',
  'label-value-blank': 'labels: {app: "my shop"}',
  'label-value-long': `labels: {app: ${'a'.repeat(64)}}`,
  'label-value-empty': 'labels: {app: ""}',
  'label-value-ends-in-a-hyphen': 'labels: {app: shop-}',
  'label-key-wrong': 'labels: {app/: x}',
  'class-annotation-the-same': 'annotations: {kubernetes.io/ingress.class: alb}',
  'class-annotation-another': 'annotations: {kubernetes.io/ingress.class: nginx}',
  'metadata-unknown-field': 'anotations: {a: b}',
  'metadata-finalizers-null': 'finalizers: null',
  'metadata-finalizer-bare': 'finalizers: [shop]',
  'metadata-owner-bare': 'ownerReferences: [{name: a}]',
  'metadata-timestamp-null': 'creationTimestamp: null',
  'metadata-timestamp-wrong': 'creationTimestamp: today',
};

const NAMES: Written = {
  'name-absent': INGRESS.replace('{name: NAME}', '{namespace: default}'),
  'name-null': INGRESS.replace('NAME', 'null'),
  'name-empty': INGRESS.replace('NAME', '""'),
  'name-generated': INGRESS.replace('name: NAME', 'generateName: NAME-'),
  'name-upper-case': INGRESS.replace('NAME', 'Web'),
  'name-underscore': INGRESS.replace('NAME', 'my_web'),
  'name-dots': INGRESS.replace('NAME', 'web.shop.example'),
  'name-long': INGRESS.replace('NAME', 'a'.repeat(254)),
  'name-digits': INGRESS.replace('NAME', '8080'),
  'name-digits-quoted': INGRESS.replace('NAME', '"8080"'),
  'name-yes': INGRESS.replace('NAME', 'yes'),
  'namespace-wrong': INGRESS.replace('name: NAME', 'name: NAME, namespace: My_Shop'),
  'namespace-null': INGRESS.replace('name: NAME', 'name: NAME, namespace: null'),
  'metadata-absent': INGRESS.replace('metadata: {name: NAME}\n', ''),
  'metadata-null': INGRESS.replace('{name: NAME}', 'null'),
  'metadata-a-text': INGRESS.replace('{name: NAME}', 'NAME'),
};

const VERSIONS: Written = {
  'version-extensions': INGRESS.replace('networking.k8s.io/v1', 'extensions/v1beta1'),
  'version-beta': INGRESS.replace('networking.k8s.io/v1', 'networking.k8s.io/v1beta1'),
  'version-unknown': INGRESS.replace('networking.k8s.io/v1', 'networking.k8s.io/v2'),
  'version-core': INGRESS.replace('networking.k8s.io/v1', 'v1'),
  'version-absent': INGRESS.replace('apiVersion: networking.k8s.io/v1\n', ''),
  'version-class-beta': `apiVersion: networking.k8s.io/v1beta1
kind: IngressClass
metadata: {name: NAME}
spec: {controller: ingress.k8s.aws/alb}
`,
  'kind-lower-case': INGRESS.replace('kind: Ingress', 'kind: ingress'),
  'kind-absent': INGRESS.replace('kind: Ingress\n', ''),
  'spec-absent': INGRESS.replace(/spec:[\s\S]*/, ''),
  'spec-null': INGRESS.replace(/spec:[\s\S]*/, 'spec: null\n'),
  'spec-upper-case': INGRESS.replace('spec:', 'Spec:'),
  'spec-a-list': INGRESS.replace(/spec:[\s\S]*/, 'spec: []\n'),
  'status-unknown-field': `${INGRESS}status: {phase: Ready}\n`,
  'status-null': `${INGRESS}status: null\n`,
  'top-unknown-field': `${INGRESS}data: {a: b}\n`,
  'class-name-null': INGRESS.replace('ingressClassName: alb', 'ingressClassName: null'),
  'class-name-empty': INGRESS.replace('ingressClassName: alb', 'ingressClassName: ""'),
  'class-name-upper-case': INGRESS.replace('ingressClassName: alb', 'ingressClassName: ALB'),
  'class-name-a-number': INGRESS.replace('ingressClassName: alb', 'ingressClassName: 5'),
  'yaml-key-twice': INGRESS.replace('spec:', 'spec:\n  ingressClassName: nginx'),
  'yaml-tab': INGRESS.replace('  ingressClassName', '\tingressClassName'),
  'yaml-anchor': INGRESS.replace('{service:', '&web {service:'),
  'yaml-merge': INGRESS.replace('metadata: {name: NAME}', 'metadata: {<<: {labels: {a: b}}, name: NAME}'),
  'yaml-of-nothing-else': `---\n# nothing\n---\n${INGRESS}---\n`,
  'yaml-unfinished': INGRESS.replace('{number: 80}}}', '{number: 80}}'),
  json: JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'json', annotations: null },
    spec: {
      ingressClassName: 'alb',
      tls: null,
      defaultBackend: { service: { name: 'web', port: { number: 80 } } },
    },
  }),
  list: `apiVersion: v1\nkind: List\nitems:\n- ${INGRESS.trimEnd().replaceAll('\n', '\n  ')}\n`,
  'list-items-empty': 'apiVersion: v1\nkind: List\nitems: []\n',
  'list-items-absent': 'apiVersion: v1\nkind: List\n',
  'list-items-null': 'apiVersion: v1\nkind: List\nitems: null\n',
  'list-of-null': `apiVersion: v1\nkind: List\nitems:\n- null\n- ${INGRESS.trimEnd().replaceAll('\n', '\n  ')}\n`,
};

const made = (apiVersion: string, kind: string) => (name: string, part: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}}\n${part}\n`;

const CLASSES: Written = {
  'class-parameters-null': 'spec: {controller: ingress.k8s.aws/alb, parameters: null}',
  'class-controller-null': 'spec: {controller: null}',
  'class-controller-no-domain': 'spec: {controller: alb}',
  'class-spec-absent': '',
  'class-parameters-no-kind': 'spec: {controller: ingress.k8s.aws/alb, parameters: {name: a}}',
  'class-parameters-scope':
    'spec: {controller: ingress.k8s.aws/alb, parameters: {kind: A, name: a, scope: Everywhere}}',
  'class-parameters-namespace':
    'spec: {controller: ingress.k8s.aws/alb, parameters: {kind: A, name: a, namespace: b}}',
  'class-parameters-namespaced':
    'spec: {controller: ingress.k8s.aws/alb, parameters: {kind: A, name: a, scope: Namespace}}',
  'class-parameters-text': 'spec: {controller: ingress.k8s.aws/alb, parameters: edge}',
  'class-unknown-field': 'spec: {controler: ingress.k8s.aws/alb}',
};

const PARAMETERS: Written = {
  'params-spec-null': 'spec: null',
  'params-empty': 'spec: {}',
  'params-group-null': 'spec: {group: null, scheme: internal}',
  'params-fields-null':
    'spec: {scheme: null, tags: null, subnets: null, certificateArn: null, inboundCIDRs: null}',
  'params-items-null': 'spec: {inboundCIDRs: [null]}',
  'params-tag-value-null': 'spec: {tags: [{key: a, value: null}]}',
  'params-subnet-ids-null': 'spec: {subnets: {ids: null, tags: {a: [b]}}}',
  'params-scheme': 'spec: {scheme: public}',
  'params-units-text': 'spec: {minimumLoadBalancerCapacity: {capacityUnits: "5"}}',
  'params-unknown-field': 'spec: {schema: internal}',
  'params-tag-value-number': 'spec: {tags: [{key: a, value: 5}]}',
  'params-group-empty': 'spec: {group: {}}',
};

const SERVICES: Written = {
  service: 'spec: {ports: [{port: 80}]}',
  'service-nulls':
    'spec: {type: null, selector: null, ports: [{port: 80, name: null, targetPort: null, nodePort: null, protocol: null}]}',
  'service-selector-null': 'spec: {selector: {app: null}, ports: [{port: 80}]}',
  'service-no-ports': 'spec: {selector: {app: web}}',
  'service-ports-null': 'spec: {ports: null}',
  'service-headless': 'spec: {clusterIP: None, selector: {app: web}}',
  'service-external': 'spec: {type: ExternalName, externalName: shop.example.com}',
  'service-external-no-name': 'spec: {type: ExternalName}',
  'service-type': 'spec: {type: Nodeport, ports: [{port: 80}]}',
  'service-type-empty': 'spec: {type: "", ports: [{port: 80}]}',
  'service-port-text': 'spec: {ports: [{port: "80"}]}',
  'service-port-zero': 'spec: {ports: [{port: 0}]}',
  'service-target-port-text': 'spec: {ports: [{port: 80, targetPort: "8080"}]}',
  'service-target-port-zero': 'spec: {ports: [{port: 80, targetPort: 0}]}',
  'service-two-ports-unnamed': 'spec: {ports: [{port: 80}, {port: 443}]}',
  'service-two-ports-one-name': 'spec: {ports: [{name: a, port: 80}, {name: a, port: 443}]}',
  'service-two-ports-twice': 'spec: {ports: [{name: a, port: 80}, {name: b, port: 80}]}',
  'service-port-name': 'spec: {ports: [{name: HTTP, port: 80}]}',
  'service-protocol': 'spec: {ports: [{port: 80, protocol: HTTP}]}',
  'service-node-port-cluster-ip': 'spec: {ports: [{port: 80, nodePort: 30080}]}',
  'service-node-port-range': 'spec: {type: NodePort, ports: [{port: 80, nodePort: 80}]}',
  'service-label': 'spec: {selector: {app: "my shop"}, ports: [{port: 80}]}',
  'service-unknown-field': 'spec: {ports: [{port: 80, target: 8080}]}',
  'service-spec-absent': '',
  'service.name-dots': 'spec: {ports: [{port: 80}]}',
  '8-service-name-digit': 'spec: {ports: [{port: 80}]}',
};

const NAMESPACES: Written = {
  'namespace-labels-null': '',
  'namespace.dots': '',
  'namespace-unknown-field': 'specs: {}',
};

/** The whole table. */
export const TABLE: readonly Manifest[] = [
  ...OF_SPECS,
  ...texts(metadata, METADATA),
  ...texts(whole, NAMES),
  ...texts(whole, VERSIONS),
  ...texts(made('networking.k8s.io/v1', 'IngressClass'), CLASSES),
  ...texts(made('elbv2.k8s.aws/v1beta1', 'IngressClassParams'), PARAMETERS),
  ...texts(made('v1', 'Service'), SERVICES),
  ...texts(made('v1', 'Namespace'), NAMESPACES),
];
