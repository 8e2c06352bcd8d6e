// Conditions and actions of rules, and health of targets, in words. Pure.
import type { Action, Condition, ForwardTarget, Transform } from '../api/aws.ts';

/** Name of a target group, by its ARN. */
export type NameOf = (arn: string) => string;

const either = (values: readonly string[]): string => values.join(' or ');

function condition(one: Condition): string {
  const values = one.field === 'query-string' ? [] : one.values;
  const regex = 'regexValues' in one ? (one.regexValues ?? []).map((text) => `/${text}/`) : [];
  const said = either([...values, ...regex]);
  switch (one.field) {
    case 'host-header':
      return `host ${said}`;
    case 'path-pattern':
      return `path ${said}`;
    case 'http-header':
      return `header ${one.name}: ${said}`;
    case 'http-request-method':
      return `method ${said}`;
    case 'query-string':
      return `query ${either(one.values.map(({ key, value }) => (key === undefined ? value : `${key}=${value}`)))}`;
    case 'source-ip':
      return `from ${said}`;
  }
}

/** `host shop.example and path /cart or /cart/*`. A rule without conditions takes everything. */
export const conditionWords = (conditions: readonly Condition[]): string =>
  conditions.length === 0 ? 'everything' : conditions.map(condition).join(' and ');

const weightOf = ({ weight = 1 }: ForwardTarget): number => weight;

function forward(
  targets: readonly ForwardTarget[],
  stickinessSeconds: number | undefined,
  nameOf: NameOf,
): string {
  const total = targets.reduce((sum, target) => sum + weightOf(target), 0);
  const names = targets.map((target) => {
    const { targetGroup } = target;
    const name = nameOf(typeof targetGroup === 'string' ? targetGroup : targetGroup.ref);
    if (targets.length === 1) return name;
    return `${name} ${total === 0 ? 0 : Math.round((100 * weightOf(target)) / total)} %`;
  });
  const sticky = !stickinessSeconds ? '' : `, sticky for ${stickinessSeconds} s`;
  return `forward to ${names.join(', ')}${sticky}`;
}

function redirect(action: Extract<Action, { type: 'redirect' }>): string {
  const { protocol, host, port, path, query } = action;
  const url = `${(protocol ?? '#{protocol}').toLowerCase()}://${host ?? '#{host}'}:${port ?? '#{port}'}${path ?? '/#{path}'}?${query ?? '#{query}'}`;
  return `redirect ${action.statusCode.replace('HTTP_', '')} to ${url}`;
}

function action(one: Action, nameOf: NameOf): string {
  switch (one.type) {
    case 'forward':
      return forward(one.targets, one.stickinessSeconds, nameOf);
    case 'redirect':
      return redirect(one);
    case 'fixed-response':
      return `answer ${one.statusCode}`;
    case 'jwt-validation':
      return `validate token of ${one.issuer}`;
    default:
      return one.type.replaceAll('-', ' with ').replace('authenticate', 'log in');
  }
}

const rewrite = ({ type, rewrites }: Transform): string =>
  `rewrite ${type === 'url-rewrite' ? 'URL' : 'host'} ${rewrites.map(({ regex, replace }) => `/${regex}/ → ${replace}`).join(', ')}`;

/** What is done, in order: `log in with cognito, then forward to k8s-shop-web-…`. */
export const actionWords = (
  actions: readonly Action[],
  transforms: readonly Transform[],
  nameOf: NameOf,
): string => [...transforms.map(rewrite), ...actions.map((one) => action(one, nameOf))].join(', then ');
