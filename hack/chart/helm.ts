// Helm as a person runs it, and what it renders.
import { parseAllDocuments } from 'yaml';
import { runCommand } from '../../e2e/harness/cluster.ts';
import { helmPath, ROOT } from '../../e2e/harness/machine.ts';

export const CHART = `${ROOT}config/chart`;
export const RELEASE = 'albatross';
export const NAMESPACE = 'albatross-system';

/** A Kubernetes object as far as it is looked into here. */
export interface Rendered {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/**
 * Runs it to its end, and gives what it says.
 * @throws Error with its words when it fails.
 */
export async function helm(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { code, stdout, stderr } = await runCommand(helmPath(), args, { env });
  if (code !== 0) throw new Error(`helm ${args.join(' ')}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

/** What the chart makes of values files; hooks are left out. @throws Error when it does not render. */
export async function rendered(...valuesFiles: readonly string[]): Promise<Rendered[]> {
  const values = valuesFiles.flatMap((file) => ['--values', file]);
  return objectsIn(
    await helm(['template', RELEASE, CHART, '--namespace', NAMESPACE, '--no-hooks', ...values]),
  );
}

/** The objects of a YAML text. @throws Error when it is none. */
export const objectsIn = (text: string): Rendered[] =>
  parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const object = document.toJS() as Rendered | null;
    return object === null ? [] : [object];
  });

/** `Deployment albatross-system/albatross-webhook`. */
export const nameOf = ({ kind, metadata: { namespace, name } }: Rendered): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
