// Piecemeal: a change that AWS refuses as a whole is made part by part, so that one wrong part keeps no other from being made.

import { isJudgement, type Part, partsOf, type Refusal } from '../../alb/amendments/parts.ts';
import { isFailure } from '../../alb/failures/failure.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import type { Modify } from '../../alb/plan/operation.ts';

/** Makes one part of a change of what was found, and gives what became of that. */
type Send = (found: Found, part: Part) => Promise<Found>;

/** The parts that AWS refuses; the others are made. Throws what is no judgement on a part. */
export async function piecemeal(
  operation: Modify,
  whole: Refusal['failure'],
  send: Send,
): Promise<Refusal[]> {
  const parts = partsOf(operation);
  if (parts.length === 1) return parts.map((part) => ({ part, failure: whole }));
  const refused: Refusal[] = [];
  let { found } = operation;
  for (const part of parts) {
    try {
      found = await send(found, part);
    } catch (thrown) {
      // A part that was made before the whole was refused.
      if (isFailure(thrown, 'duplicate')) continue;
      if (!isFailure(thrown) || !isJudgement(thrown, operation.resource)) throw thrown;
      refused.push({ part, failure: thrown });
    }
  }
  return refused;
}
