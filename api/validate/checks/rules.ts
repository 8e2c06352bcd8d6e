// Checks of whole rules: what host, path and annotations make together, and which rules no request can reach (spec
// annotations 15.1 to 15.8; aws-limits R4, R6).
import { effectiveListenPorts } from '../../annotations/listener.ts';
import type { Condition } from '../../aws.ts';
import { actionNameOf, pathsOf } from '../../ingress/references.ts';
import type { IngressPath } from '../../kube.ts';
import { CONDITION_VALUES_MAX, WILDCARDS_MAX, WILDCARDS_USUAL } from '../../limits/rule-limits.ts';
import { annotationPath } from '../../problems/finding.ts';
import { type Problem, quote, refusal, warning } from '../../problems/problem.ts';
import { hostsAbove, isTooDeep, takenBy, takes } from '../../routing/reach.ts';
import { routedAction } from '../../routing/routes.ts';
import { asAsked, conditionsOf, isRegexPath, memberOf, type RuleSource } from '../../routing/rules.ts';
import { redirectsToItself } from '../../routing/unreachable-rules.ts';
import { type Context, portsUnsure } from './context.ts';

interface CheckedRule extends RuleSource {
  /** Field path of the Ingress path. */
  readonly at: string;
  readonly path: string;
  readonly isRegex: boolean;
  readonly written: IngressPath;
}

const rulesOf = ({ ingress, settings }: Context): CheckedRule[] =>
  pathsOf(ingress).map((written) => ({
    ...written,
    path: written.path ?? '',
    backend: written.backend.service?.name ?? '',
    isRegex: isRegexPath(written, settings),
    written,
  }));

/** Everything about rules as wholes. */
export function wholeRuleProblems(context: Context): Problem[] {
  const rules = rulesOf(context);
  // The paths of an Ingress whose mode cannot be read are neither patterns nor expressions.
  const judged = context.refused.has('use-regex-path-match') ? [] : rules;
  const added = sumsByBackend(context);
  return [
    ...judged.flatMap((rule) => valueProblems(rule, context, added(rule.backend))),
    ...unreachable(judged, context),
  ];
}

/** Where the values of a rule can be mended: in the annotation, if there is one. */
function blamed(rule: CheckedRule, { settings }: Context): string {
  const said = memberOf(settings.conditions, rule.backend) !== undefined;
  return said ? annotationPath(`conditions.${rule.backend}`) : `${rule.at}.path`;
}

const unescaped = (text: string): number =>
  text.includes('*') || text.includes('?') ? (text.replace(/\\[*?]/g, '').match(/[*?]/g) ?? []).length : 0;

/** What the conditions of one source add up to. */
interface Sum {
  readonly values: number;
  readonly wildcards: number;
  /** Kinds of values: `host-header plain`, `path-pattern regex`. */
  readonly kinds: readonly string[];
}

const NOTHING: Sum = { values: 0, wildcards: 0, kinds: [] };

function textsOf(condition: Condition): readonly string[] {
  if (condition.field === 'source-ip' || condition.field === 'http-request-method') return [];
  if (condition.field !== 'query-string') return condition.values;
  return condition.values.flatMap(({ key = '', value }) => [key, value]);
}

function sumOf(conditions: readonly Condition[]): Sum {
  const kinds = new Set<string>();
  let [values, wildcards] = [0, 0];
  for (const condition of conditions) {
    const regexes = 'regexValues' in condition ? (condition.regexValues?.length ?? 0) : 0;
    values += condition.values.length + regexes;
    wildcards += textsOf(condition).reduce((sum, text) => sum + unescaped(text), 0);
    if (condition.values.length > 0) kinds.add(`${condition.field} plain`);
    if (regexes > 0) kinds.add(`${condition.field} regex`);
  }
  return { values, wildcards, kinds: [...kinds] };
}

/** What an annotation adds to each rule of a backend: looked at once, however many rules there are. */
function sumsByBackend({ settings }: Context): (backend: string) => Sum {
  const known = new Map<string, Sum>();
  return (name) =>
    known.getOrInsertComputed(name, (backend) => {
      const said = memberOf(settings.conditions, backend)?.value ?? [];
      return said.length === 0 ? NOTHING : sumOf(conditionsOf({ backend }, settings));
    });
}

/**
 * Host and path alone are one kind each and three values at most; only wildcards could be too many. The same holds beside a few
 * plain values that an annotation adds.
 */
function isPlain({ host = '', path, isRegex }: CheckedRule, added: Sum): boolean {
  if (/[*?]/.test(path)) return false;
  if (added === NOTHING) return true;
  const isMixed = isRegex || added.kinds.some((kind) => kind.endsWith('regex'));
  const isMuch =
    added.values + 3 > CONDITION_VALUES_MAX || added.wildcards + unescaped(host) > WILDCARDS_USUAL;
  return !isMixed && !isMuch;
}

function valueProblems(rule: CheckedRule, context: Context, added: Sum): Problem[] {
  if (context.refused.has(`conditions.${rule.backend}`)) return [];
  if (isPlain(rule, added)) return [];
  const isBare = rule.host === '' && rule.path === '';
  const mode = context.settings['use-regex-path-match'];
  const own = isBare
    ? NOTHING
    : sumOf(
        conditionsOf({ ...rule, backend: '' }, mode === undefined ? {} : { 'use-regex-path-match': mode }),
      );
  const path = blamed(rule, context);
  const of = `the rule of ${rule.at}`;
  const kinds = new Set([...own.kinds, ...added.kinds]);
  const found = (['host-header', 'path-pattern'] as const)
    .filter((field) => kinds.has(`${field} plain`) && kinds.has(`${field} regex`))
    .map((field): Problem => {
      const what = field === 'host-header' ? 'hosts' : 'paths';
      const because = `${of} has plain ${what} and regular expressions; all ${what} of a rule must be of one kind`;
      return refusal('Contradiction', path, { because });
    });
  const values = own.values + added.values;
  if (values > CONDITION_VALUES_MAX) {
    const because = `${of} has ${values} values in all its conditions, host and path included; AWS allows ${CONDITION_VALUES_MAX}`;
    found.push(refusal('OutOfRange', path, { because }));
  }
  const wildcards = own.wildcards + added.wildcards;
  if (wildcards > WILDCARDS_USUAL) {
    const because = `${of} has ${wildcards} wildcards in all its conditions; AWS allows ${WILDCARDS_USUAL} in a rule, ${WILDCARDS_MAX} in some accounts`;
    found.push(
      (wildcards > WILDCARDS_MAX ? refusal : warning)('OutOfRange', path, { value: rule.path, because }),
    );
  }
  return found;
}

/** Nothing but host and path is asked of a request. */
const asksNothing = ({ backend }: CheckedRule, { settings }: Context): boolean =>
  (memberOf(settings.conditions, backend)?.value ?? []).length === 0;

/** The rule stays on every listener: a redirect that would loop is left out there, and then later rules are asked. */
function isMade(rule: CheckedRule, context: Context): boolean {
  const { settings, refused } = context;
  const action = actionNameOf(rule.written.backend);
  if (action === undefined) return true;
  if (refused.has(`actions.${action}`) || portsUnsure(context)) return false;
  const ruled = { conditions: conditionsOf(rule, settings), action: routedAction(action, settings) };
  return effectiveListenPorts(settings).every((port) => !redirectsToItself(ruled, port));
}

type Taken = Map<string, Map<string, CheckedRule>>;

/** The earlier rule that takes all requests of this one. */
function takerOf(rule: CheckedRule, taken: Taken): CheckedRule | undefined {
  if (taken.size === 0) return undefined;
  for (const host of hostsAbove(rule.host ?? '')) {
    const ofHost = taken.get(host);
    if (ofHost === undefined) continue;
    for (const paths of takenBy(rule)) {
      const taker = ofHost.get(paths);
      if (taker !== undefined) return taker;
    }
  }
  return undefined;
}

/** `path "/api" (Prefix) of host a.example.com`. */
function inWords({ host = '', path, pathType = '' }: CheckedRule): string {
  const type = pathType === '' || path === '' ? '' : ` (${pathType})`;
  return `${path === '' ? 'every path' : `path ${quote(path)}${type}`} of ${host === '' ? 'every host' : `host ${host}`}`;
}

/** Both places, and what is there: indexes alone say nothing to who did not count. */
function shadowed(rule: CheckedRule, earlier: CheckedRule): Problem {
  const twice =
    rule.host === earlier.host && rule.path === earlier.path && rule.pathType === earlier.pathType;
  const of = `${inWords(earlier)} at ${earlier.at}`;
  const because = twice
    ? `${inWords(rule)} is there twice: the one at ${earlier.at}, with backend ${earlier.backend}, is asked first, and no request is left for this one, with backend ${rule.backend}`
    : `${inWords(rule)} gets no request: ${of} takes all of them and is asked first`;
  return warning('Unused', rule.at, { because });
}

/** Rules that an earlier one leaves no request for. */
function unreachable(rules: readonly CheckedRule[], context: Context): Problem[] {
  if (rules.length < 2) return [];
  const taken: Taken = new Map();
  const asking = new Map<string, CheckedRule>();
  const found: Problem[] = [];
  for (const rule of asAsked(rules)) {
    if (isTooDeep(rule.path)) continue;
    const bare = asksNothing(rule, context);
    const host = rule.host ?? '';
    // Rules of one backend ask for the same beside host and path.
    const same = bare ? '' : `${rule.backend} ${host} ${takes(rule)}`;
    const earlier = takerOf(rule, taken) ?? (bare ? undefined : asking.get(same));
    if (earlier !== undefined) {
      found.push(shadowed(rule, earlier));
    } else if (!context.refused.has(`conditions.${rule.backend}`) && isMade(rule, context)) {
      if (!bare) asking.set(same, rule);
      else taken.getOrInsertComputed(host, () => new Map()).set(takes(rule), rule);
    }
  }
  return found;
}
