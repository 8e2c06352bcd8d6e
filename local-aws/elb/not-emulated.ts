// The words for what this tool does not cover: Elastic Load Balancing itself would take it.
import { COVERS } from '../coverage.ts';
import { invalid } from './refusal.ts';

/** Refuses what AWS offers and this tool does not. */
export function notEmulated(what: string): never {
  return invalid(`The local AWS does not play ${what}; AWS does. ${COVERS}`);
}
