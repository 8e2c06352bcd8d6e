// AWS's Query protocol: a form body to a nested input, and results and errors to XML (AWS "Query protocol" of the Smithy specification).
import { ACTIONS } from '../elb/model.ts';
import type { AwsRefusal } from '../elb/refusal.ts';
import { invalid } from '../elb/refusal.ts';
import type { InputShape, Structure } from '../elb/shape.ts';

const NAMESPACE = 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/';

interface FormNode {
  leaf?: string;
  children: Map<string, FormNode>;
}

/**
 * Reads a form body by the shape of its action. Members that the shape does not know are left out.
 * @throws AwsRefusal ValidationError when a text cannot be read as the type it should have.
 */
export function parseQuery(form: URLSearchParams, shape: Structure): Record<string, unknown> {
  const root: FormNode = { children: new Map() };
  for (const [name, value] of form) {
    let at = root;
    for (const part of name.split('.')) {
      let next = at.children.get(part);
      if (next === undefined) {
        next = { children: new Map() };
        at.children.set(part, next);
      }
      at = next;
    }
    at.leaf = value;
  }
  return readStructure(root, shape, '');
}

function readStructure(branch: FormNode, shape: Structure, path: string): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members)) {
    const child = branch.children.get(name);
    if (child !== undefined) out[name] = read(child, member, path === '' ? name : `${path}.${name}`);
  }
  return out;
}

function read(branch: FormNode, shape: InputShape, path: string): unknown {
  const leaf = branch.leaf ?? '';
  switch (shape.kind) {
    case 'text':
      return leaf;
    case 'integer':
      if (!/^[+-]?\d+$/.test(leaf)) invalid(`Value '${leaf}' at '${path}' is not an integer`);
      return Number(leaf);
    case 'flag':
      if (leaf !== 'true' && leaf !== 'false') invalid(`Value '${leaf}' at '${path}' is not a boolean`);
      return leaf === 'true';
    case 'list':
      return numbered(branch.children.get('member')).map((child, at) =>
        read(child, shape.of, `${path}.member.${at + 1}`),
      );
    case 'map':
      return Object.fromEntries(
        numbered(branch.children.get('entry')).map((entry) => [
          entry.children.get('key')?.leaf ?? '',
          entry.children.get('value')?.leaf ?? '',
        ]),
      );
    case 'structure':
      return readStructure(branch, shape, path);
  }
}

function numbered(branch: FormNode | undefined): FormNode[] {
  if (branch === undefined) return [];
  return [...branch.children].sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);
}

/** Names of members that are maps anywhere in the table: they are written as entries. */
const MAPS = new Set<string>();
function findMaps(shape: InputShape): void {
  if (shape.kind === 'list') findMaps(shape.of);
  if (shape.kind !== 'structure') return;
  for (const [name, member] of Object.entries(shape.members)) {
    if (member.kind === 'map') MAPS.add(name);
    else findMaps(member);
  }
}
for (const shape of Object.values(ACTIONS)) findMaps(shape);

/** The XML document that answers `action`. */
export function resultXml(action: string, output: object, requestId: string): string {
  return (
    `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${members(output)}</${action}Result>` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`
  );
}

/** The XML document that refuses a Query call. */
export function errorXml(refusal: AwsRefusal, requestId: string): string {
  const type = refusal.status < 500 ? 'Sender' : 'Receiver';
  return (
    `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>${type}</Type><Code>${escapeXml(refusal.code)}</Code>` +
    `<Message>${escapeXml(refusal.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`
  );
}

function members(value: object): string {
  let out = '';
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || member === null) continue;
    out += `<${name}>${MAPS.has(name) ? entries(member) : content(member)}</${name}>`;
  }
  return out;
}

function entries(value: object): string {
  return Object.entries(value)
    .map(
      ([key, entry]) =>
        `<entry><key>${escapeXml(key)}</key><value>${escapeXml(String(entry))}</value></entry>`,
    )
    .join('');
}

function content(value: unknown): string {
  if (Array.isArray(value)) return value.map((member) => `<member>${content(member)}</member>`).join('');
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) return members(value);
  return escapeXml(String(value));
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Escapes text for XML; white space that a parser would trim or fold is written as references. */
export function escapeXml(value: string): string {
  return value.replace(/[&<>"'\r\n\t]|^ | $/g, (c) => ENTITIES[c] ?? `&#${c.charCodeAt(0)};`);
}
