// Reserved capacity (aws-limits L18; spec annotations 5.8).
import { CAPACITY_UNITS } from '../../annotations/pools.ts';
import { type Finding, refuse } from '../../problems/finding.ts';
import { suggest } from '../../problems/suggest.ts';

/** Least reservation, in load balancer capacity units. */
const LEAST = 100;
const INT32_MAX = 2 ** 31 - 1;

/** The one key, and a number of units that AWS can reserve. */
export function capacityFindings(capacity: Readonly<Record<string, string>>): Finding[] {
  return Object.entries(capacity).flatMap(([key, value]): Finding[] => {
    if (key !== CAPACITY_UNITS) {
      const suggestion = suggest(key, [CAPACITY_UNITS]);
      return [refuse('NotAllowed', { value: key, allowed: `the key ${CAPACITY_UNITS}`, suggestion })];
    }
    const units = /^[+-]?[0-9]+$/.test(value) ? Number(value) : Number.NaN;
    if (units === 0 || (units >= LEAST && units <= INT32_MAX)) return [];
    const code = Number.isNaN(units) ? 'Malformed' : 'OutOfRange';
    return [refuse(code, { value, at: `[${key}]`, allowed: `0 or an integer of at least ${LEAST}` })];
  });
}
