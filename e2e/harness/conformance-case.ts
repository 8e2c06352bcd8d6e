// Conformance cases as data: read, cut into steps, their tokens replaced, and told whether this version can play them.
import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

const DIRECTORY = new URL('../conformance/', import.meta.url);

/** One document of a case: a Kubernetes object, or one of the kinds of the case format. */
export interface Document {
  readonly kind: string;
  readonly apiVersion?: string;
  readonly metadata?: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly app?: string;
  readonly count?: number;
  readonly port?: number;
  readonly portName?: string;
  readonly delete?: { readonly kind: string; readonly name: string; readonly namespace?: string };
}

export interface ConformanceCase {
  readonly name: string;
  readonly namespace: string;
  /** Further namespaces that the case makes. */
  readonly others: readonly string[];
  /** Documents of each step. */
  readonly steps: readonly (readonly Document[])[];
  /** First of the nine ports that belong to this case. */
  readonly firstPort: number;
  /** The recorded state after each step. */
  readonly expected: readonly Record<string, unknown>[];
  /** Looks at what all groups of a cluster share, so nothing else may be there. */
  readonly alone: boolean;
  /** Why this version cannot play it; undefined when it can. */
  readonly unplayable?: string;
}

/** Whether a group, or anything else that bears the name of a case, is this one's; `all` are the namespaces of all cases. */
export function isOf(one: Pick<ConformanceCase, 'namespace'>, name: string, all: readonly string[]): boolean {
  const bearing = all.filter(
    (space) => name.startsWith(space) && !/^[a-z0-9]/.test(name.slice(space.length)),
  );
  const [longest] = bearing.toSorted((a, b) => b.length - a.length);
  return longest === one.namespace;
}

/** Node ports 30100 and up: nine for each case. */
const FIRST_PORT = 30_100;
const PORTS = 9;

/** Cases of what comes later, by the beginnings of their names. */
const LATER: Readonly<Record<string, string>> = { 'nlb-': 'the NLB in front comes later' };

const unplayable = (name: string): string | undefined =>
  Object.entries(LATER).find(([beginning]) => name.startsWith(beginning))?.[1];

/**
 * Cases in which something is replaced: with us the old one goes when the new one serves, so behind the Service named there
 * must be a pod. Nothing that is compared tells of it.
 */
const BEHIND: Readonly<Record<string, string>> = { 'lb-scheme-change': 'web' };

/** All cases, with the tokens of this world in place. */
export function readCases(tokens: ReadonlyMap<string, string>): ConformanceCase[] {
  const files = readdirSync(new URL('cases/', DIRECTORY)).filter((file) => file.endsWith('.yaml'));
  return files.sort().map((file, index): ConformanceCase => {
    const name = file.slice(0, -'.yaml'.length);
    const namespace = `c-${name}`;
    const firstPort = FIRST_PORT + index * PORTS;
    const text = readFileSync(new URL(`cases/${file}`, DIRECTORY), 'utf8').replace(
      /\$\{([^}]+)\}/g,
      (token, key: string) => {
        if (key === 'NS') return namespace;
        if (key.startsWith('NP:')) return String(firstPort + Number(key.slice(3)) - 1);
        return tokens.get(key) ?? token;
      },
    );
    const documents = parseAllDocuments(text).map((document) => document.toJS() as Document);
    const pods = BEHIND[name];
    const steps: Document[][] = [pods === undefined ? [] : [{ kind: 'LabPods', app: pods, count: 1 }]];
    for (const document of documents) {
      if (document.kind === 'Step') steps.push([]);
      else if (document.kind !== 'Alone') steps.at(-1)?.push(document);
    }
    const expected = JSON.parse(readFileSync(new URL(`expected/${name}.json`, DIRECTORY), 'utf8'));
    const why = unplayable(name);
    return {
      name,
      namespace,
      others: documents.flatMap(({ kind, metadata }) =>
        kind === 'Namespace' && metadata !== undefined && metadata.name !== namespace ? [metadata.name] : [],
      ),
      steps,
      firstPort,
      expected: expected.steps,
      alone: documents.some(({ kind }) => kind === 'Alone'),
      ...(why === undefined ? {} : { unplayable: why }),
    };
  });
}

/** The token of a port of this case. */
export function portToken({ firstPort }: ConformanceCase, port: number): string | undefined {
  const at = port - firstPort;
  return at >= 0 && at < PORTS ? `\${NP:${at + 1}}` : undefined;
}
