// Stories: what was applied, and the plan in words. Each case is whole in its own file; `Plan` documents hold what is expected.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Found } from '../../alb/kinds/kind.ts';
import { schemas } from '../../alb/kinds/kinds.ts';
import { interpret } from '../../alb/laws/interpret.ts';
import { wantedBy } from '../../alb/laws/paper.ts';
import { inWords } from '../../alb/plan/operation.ts';
import { plan } from '../../alb/plan/plan.ts';
import type { Ingress, ObjectMeta, Service } from '../../api/kube.ts';
import { keyOf } from '../../api/kube.ts';
import { sentence } from '../../api/problems/problem.ts';

interface Document {
  readonly kind: string;
  readonly metadata?: ObjectMeta;
  readonly delete?: { readonly kind: string; readonly namespace: string; readonly name: string };
  /** Of a `Plan`: operations in words, and what members are told. */
  readonly operations?: readonly string[];
  readonly told?: readonly string[];
}

interface Sheet {
  readonly ingresses: Map<string, Ingress>;
  readonly services: Map<string, Service>;
  found: Found[];
}

function turn(sheet: Sheet): Pick<Document, 'operations' | 'told'> {
  const applied = { ingresses: [...sheet.ingresses.values()], services: [...sheet.services.values()] };
  const wanted = wantedBy(applied);
  const planned = plan(schemas, wanted.resources, sheet.found);
  sheet.found = interpret(planned, sheet.found);
  const told = wanted.problems.map(({ member, problem }) => `${member}: ${sentence(problem)}`);
  return { operations: planned.operations.map(inWords), ...(told.length === 0 ? {} : { told }) };
}

function read(sheet: Sheet, document: Document): void {
  if (document.delete !== undefined) {
    sheet.ingresses.delete(`${document.delete.namespace}/${document.delete.name}`);
    return;
  }
  const metadata = { name: '', ...document.metadata };
  const object = { ...document, metadata: { uid: `uid-${metadata.name}`, ...metadata } };
  if (document.kind === 'Ingress') sheet.ingresses.set(keyOf(object), object as Ingress);
  else sheet.services.set(keyOf(object), object as Service);
}

const DIRECTORY = new URL('.', import.meta.url);

describe.each(readdirSync(DIRECTORY).filter((file) => file.endsWith('.yaml')))('%s', (file) => {
  const text = readFileSync(new URL(file, DIRECTORY), 'utf8');
  const title = /^# (.*)/.exec(text)?.[1] ?? '';

  test(title, () => {
    const sheet: Sheet = { ingresses: new Map(), services: new Map(), found: [] };
    for (const document of parseAllDocuments(text).map((one) => one.toJS() as Document)) {
      const { kind, ...expected } = document;
      if (kind === 'Plan') expect(turn(sheet)).toEqual(expected);
      else read(sheet, document);
    }
  });
});
