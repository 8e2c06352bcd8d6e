// `albatross route`: which rule would answer a request, and why the ones before it do not.
import { Command } from 'commander';
import { suggest } from '../api/problems/suggest.ts';
import type { MatchRequest } from '../api/routing/match.ts';
import { requestOf, type Understood } from '../api/routing/parse-request.ts';
import { type Offline, offline } from '../controller/inspection/offline.ts';
import { route } from '../controller/inspection/route.ts';
import { readDocuments } from './documents.ts';
import { READING } from './flags/defaults.ts';
import { withFlags } from './flags/flag.ts';
import { KUBECONFIG } from './flags/place.ts';
import { type OutputFormat, outputOption, written } from './output.ts';
import { paint } from './paint.ts';
import { type Routed, routeData, routeText } from './route-report.ts';

interface RouteFlags {
  readonly namespace?: string;
  readonly filename?: readonly string[];
  readonly kubeconfig?: string;
  readonly header: readonly string[];
  readonly sourceIp: string;
  readonly output: OutputFormat;
  readonly defaultTargetType: 'instance' | 'ip';
  readonly defaultLoadBalancerScheme: 'internal' | 'internet-facing';
}

/** Of a network that is for documentation only (RFC 5737): nobody comes from there. */
const NOBODY = '203.0.113.1';

const HELP = `
With -f nothing but the files is read; without, the cluster of the kubeconfig. AWS is not asked: what only AWS knows, such as
subnets and certificates, is taken to exist, and so are Services of a namespace of which the files hold none.

Exit code: 0 a rule answers, 1 nothing listens, 2 the question cannot be read or asked.

Rights. Kubernetes: list on ingresses, services, loadbalancerbindings, ingressclasses, ingressclassparams and namespaces.`;

const collect = (one: string, before: readonly string[] = []): string[] => [...before, one];

/** The command; exit code 0 when a rule answers, 1 when nothing listens, 2 when the question cannot be read or asked. */
export function routeCommand(): Command {
  const command = new Command('route')
    .description('says which rule would answer a request, and why the ones before it do not')
    .argument('<ingress>', 'whose group is asked: NAME or NAMESPACE/NAME')
    .argument('<method>', 'GET, POST, …')
    .argument('<url>', 'http://HOST[:PORT]/PATH[?QUERY] or https://…')
    .option('-n, --namespace <namespace>', 'of the Ingress (default: that of the context; of files, default)')
    .option('-f, --filename <path>', 'a file, a directory or - for standard input; may be repeated', collect)
    .option('-H, --header <line>', "'Name: value'; may be repeated", collect, [])
    .option('--source-ip <address>', 'where the client is', NOBODY);
  return withFlags(command, [KUBECONFIG, ...READING])
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .action(async (ingress: string, method: string, url: string, flags: RouteFlags, command: Command) => {
      const { header: headers, sourceIp } = flags;
      const understood: Understood = requestOf({ method, url, headers, sourceIp });
      if ('because' in understood) command.error(`error: ${understood.because}`);
      else process.exitCode = await run({ ingress, method, url, request: understood.request }, flags);
    });
}

interface RouteQuestion {
  readonly ingress: string;
  readonly method: string;
  readonly url: string;
  readonly request: MatchRequest;
}

async function run({ ingress, method, url, request }: RouteQuestion, flags: RouteFlags): Promise<number> {
  let looked: RouteSources;
  try {
    looked = await look(flags);
  } catch (thrown) {
    // A path or a cluster that cannot be read.
    return fail(thrown instanceof Error ? thrown.message : String(thrown));
  }
  const key = keyIn(looked, ingress, flags.namespace);
  if (!looked.keys.includes(key)) {
    const near = suggest(key, looked.keys);
    const meant = near === undefined ? '' : `; did you mean ${near}?`;
    return fail(`there is no Ingress ${key} in ${looked.where}${meant}`);
  }
  const standing = looked.standing(key);
  const routed: Routed =
    'because' in standing
      ? { method, url, found: standing }
      : { method, url, standing, found: route(standing, request) };
  process.stdout.write(`${written(flags.output, routeData(routed), () => routeText(routed, paint))}\n`);
  return 'because' in routed.found ? 1 : 0;
}

function fail(because: string): 2 {
  process.stderr.write(`albatross route: ${because}\n`);
  return 2;
}

interface RouteSources extends Offline {
  readonly where: string;
  readonly namespace: string;
}

async function look(flags: RouteFlags): Promise<RouteSources> {
  const { filename, kubeconfig, defaultTargetType, defaultLoadBalancerScheme: defaultScheme } = flags;
  const defaults = { defaultTargetType, defaultScheme };
  if (filename === undefined) {
    // The client of the API server takes long to load, and files do not need it.
    const { online } = await import('../controller/inspection/online.ts');
    return { where: 'the cluster', ...(await online(kubeconfig, defaults)) };
  }
  const { sources, broken } = await readDocuments(filename);
  for (const { file, line, because } of broken)
    process.stderr.write(`albatross route: ${file}:${line} is passed over: ${because}\n`);
  const objects = sources.map(({ object }) => object);
  return { where: filename.join(', '), namespace: 'default', ...offline(objects, defaults) };
}

/** Without a word about the namespace, the only Ingress of that name is meant when there is none in the usual one. */
function keyIn({ keys, namespace }: RouteSources, ingress: string, said: string | undefined): string {
  if (ingress.includes('/')) return ingress;
  const usual = `${said ?? namespace}/${ingress}`;
  const [only, ...others] = keys.filter((key) => key.endsWith(`/${ingress}`));
  const isMeant = said === undefined && !keys.includes(usual) && others.length === 0;
  return isMeant && only !== undefined ? only : usual;
}
