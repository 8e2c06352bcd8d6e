// Which folder may import what. Checked on the import graph (dependency-cruiser), for every file of a folder, whatever its name.
//
//   local-aws ─┐
//   cli ───────┼─▶ webhook, controller ─▶ kube ─▶ api
//              │                   └────▶ alb ──▶ api
//   e2e, hack ─▶ anything; nothing that is shipped stands on them
import type { ICruiseOptions, IForbiddenRuleType } from 'dependency-cruiser';

/** Modules of Node that only compute. Which functions of `node:net` are taken is a law of its own (laws.test.ts). */
const COMPUTING = '^(node:)?(crypto|util|net)$';

/** A rule, and an import that breaks it: the test of the rules makes each file and expects the rule to speak. */
export type ImportRule = IForbiddenRuleType & {
  readonly name: string;
  readonly broken: { readonly file: string; readonly imports: string };
};

const TYPES_ONLY = ['type-only'] as const;

export const IMPORT_RULES: readonly ImportRule[] = [
  {
    name: 'api-stands-alone',
    comment: 'The contract imports nothing of ours, nor anything that touches the world.',
    severity: 'error',
    from: { path: '^api/' },
    to: {
      pathNot: ['^api/', COMPUTING, 'node_modules/(ajv|fastest-levenshtein)/'],
      dependencyTypesNot: [...TYPES_ONLY],
    },
    broken: { file: 'api/broken.ts', imports: 'node:fs' },
  },
  {
    name: 'alb-is-pure',
    comment:
      'What a load balancer is and wants is computed: no SDK, no client, no file, not even their types.',
    severity: 'error',
    from: { path: '^alb/' },
    to: { pathNot: ['^(api|alb)/', COMPUTING] },
    broken: { file: 'alb/broken.ts', imports: '@aws-sdk/client-elastic-load-balancing-v2' },
  },
  {
    name: 'kube-stands-on-api',
    comment: 'The Kubernetes client knows nothing of load balancers.',
    severity: 'error',
    from: { path: '^kube/' },
    to: { path: '^(alb|webhook|controller|cli)/' },
    broken: { file: 'kube/broken.ts', imports: '../alb/there.ts' },
  },
  {
    name: 'webhook-and-controller-are-apart',
    comment: 'Two programs: each can be deployed, restarted and given rights without the other.',
    severity: 'error',
    from: { path: '^(webhook|controller)/' },
    to: { path: '^(webhook|controller|cli)/', pathNot: '^$1/' },
    broken: { file: 'webhook/broken.ts', imports: '../controller/there.ts' },
  },
  {
    name: 'no-aws-outside-the-controller',
    comment: 'Only the controller calls AWS.',
    severity: 'error',
    from: { path: '^(api|alb|kube|webhook|cli)/' },
    to: { path: 'node_modules/@aws-sdk/' },
    broken: { file: 'cli/broken.ts', imports: '@aws-sdk/client-ec2' },
  },
  {
    name: 'no-kubernetes-library-outside-kube',
    comment: 'The Kubernetes library is known in one room.',
    severity: 'error',
    from: { path: '^(api|alb|webhook|controller|cli)/', pathNot: ['\\.test\\.ts$'] },
    to: { path: 'node_modules/@kubernetes/' },
    broken: { file: 'controller/broken.ts', imports: '@kubernetes/client-node' },
  },
  {
    name: 'shipped-code-stands-on-no-instruments',
    comment:
      'Scenarios, laws and tools are not shipped. `albatross local-aws` starts the local AWS of a checkout.',
    severity: 'error',
    from: { path: '^(api|alb|kube|webhook|controller|cli)/', pathNot: ['/laws/', '^cli/local-aws[.]ts$'] },
    to: { path: ['^(e2e|hack|local-aws)/', '/laws/', '[.](test|e2e)[.]ts$'] },
    broken: { file: 'cli/broken.ts', imports: '../hack/there.ts' },
  },
  {
    name: 'the-local-aws-is-no-copy-of-the-controller',
    comment:
      'It may share limits and the matching of requests, which are facts of AWS, and nothing that decides for us.',
    severity: 'error',
    from: { path: '^local-aws/' },
    to: { path: '^(kube|webhook|controller|cli|e2e|hack)/' },
    broken: { file: 'local-aws/broken.ts', imports: '../controller/there.ts' },
  },
  {
    name: 'no-cycle',
    comment: 'No file stands on itself at run time.',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: [...TYPES_ONLY] } },
    broken: { file: 'api/broken.ts', imports: './there-too.ts' },
  },
];

/** Tests may import anything; they are looked at only as what must not be imported. */
const FROM_TESTS = '[.](test|e2e)[.]ts$';

/** How the graph is read. `baseDir`: the folder that paths are relative to. */
export const cruiseOptions = (baseDir: string, rules: readonly ImportRule[]): ICruiseOptions => ({
  baseDir,
  parser: 'swc',
  moduleSystems: ['es6'],
  exclude: { path: FROM_TESTS },
  doNotFollow: { path: 'node_modules' },
  validate: true,
  ruleSet: { forbidden: rules.map(({ broken: _, ...rule }) => rule) },
});
