// Actions and conditions between our plain data and AWS's wire form, and when two of them are the same (aws-model 3.10).
import { isDeepStrictEqual } from 'node:util';
import type {
  RedirectActionConfig,
  Action as WireAction,
  RuleCondition as WireCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action, Condition, ForwardTarget } from '../../api/aws.ts';
import { arnOf, type Resolve, sameSet } from './kind.ts';

/** Wire form of an action list; the order is the position. */
export function actionsToAws(actions: readonly Action[], resolve: Resolve): WireAction[] {
  return actions.map((action, index) => ({ ...actionToAws(action, resolve), Order: index + 1 }));
}

function actionToAws(action: Action, resolve: Resolve): WireAction {
  switch (action.type) {
    case 'forward':
      return {
        Type: 'forward',
        ForwardConfig: {
          TargetGroups: action.targets.map(({ targetGroup, weight }) => ({
            TargetGroupArn: resolve(targetGroup),
            Weight: weight,
          })),
          ...(action.stickinessSeconds === undefined
            ? {}
            : { TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: action.stickinessSeconds } }),
        },
      };
    case 'redirect':
      return {
        Type: 'redirect',
        RedirectConfig: {
          StatusCode: action.statusCode as 'HTTP_301' | 'HTTP_302',
          Protocol: action.protocol,
          Host: action.host,
          Port: action.port,
          Path: action.path,
          Query: action.query,
        },
      };
    case 'fixed-response':
      return {
        Type: 'fixed-response',
        FixedResponseConfig: {
          StatusCode: action.statusCode,
          ContentType: action.contentType,
          MessageBody: action.messageBody,
        },
      };
  }
}

const said = <T>(value: T | null | undefined | ''): value is T =>
  value !== undefined && value !== null && value !== '';

/** Stands for an action that this version cannot express; nobody wants a forward to nowhere, so it equals nothing wanted. */
const INEXPRESSIBLE: Action = { type: 'forward', targets: [] };

/** Our form of a described action list. */
export function actionsFromAws(list: readonly WireAction[] | undefined): Action[] {
  return [...(list ?? [])].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0)).map(actionFromAws);
}

function actionFromAws(wire: WireAction): Action {
  if (wire.Type === 'forward') return forwardFromAws(wire);
  if (wire.Type === 'redirect' && wire.RedirectConfig !== undefined)
    return redirectFromAws(wire.RedirectConfig);
  if (wire.Type === 'fixed-response' && wire.FixedResponseConfig !== undefined) {
    const { StatusCode, ContentType, MessageBody } = wire.FixedResponseConfig;
    return {
      type: 'fixed-response',
      statusCode: StatusCode ?? '',
      ...(said(ContentType) ? { contentType: ContentType } : {}),
      ...(said(MessageBody) ? { messageBody: MessageBody } : {}),
    };
  }
  return INEXPRESSIBLE;
}

/** What a redirect does not change is a placeholder for what the request said. */
function redirectFromAws(wire: RedirectActionConfig): Action {
  const or = (value: string | undefined, placeholder: string): string => (said(value) ? value : placeholder);
  return {
    type: 'redirect',
    statusCode: wire.StatusCode ?? '',
    protocol: or(wire.Protocol, '#{protocol}'),
    host: or(wire.Host, '#{host}'),
    port: or(wire.Port, '#{port}'),
    path: or(wire.Path, '/#{path}'),
    query: or(wire.Query, '#{query}'),
  };
}

function forwardFromAws({ ForwardConfig, TargetGroupArn }: WireAction): Action {
  const tuples = ForwardConfig?.TargetGroups ?? (TargetGroupArn === undefined ? [] : [{ TargetGroupArn }]);
  const stickiness = ForwardConfig?.TargetGroupStickinessConfig;
  return {
    type: 'forward',
    targets: tuples.map((tuple) => ({
      targetGroup: tuple.TargetGroupArn ?? '',
      ...(tuples.length > 1 && 'Weight' in tuple && tuple.Weight !== undefined
        ? { weight: tuple.Weight }
        : {}),
    })),
    ...(stickiness?.Enabled === true && stickiness.DurationSeconds !== undefined
      ? { stickinessSeconds: stickiness.DurationSeconds }
      : {}),
  };
}

/** Target groups in ARN order; the weight of a lone one says nothing. */
function comparableTargets(targets: readonly ForwardTarget[]): unknown[] {
  return targets
    .map(({ targetGroup, weight }) => ({
      arn: arnOf(targetGroup),
      weight: targets.length > 1 ? weight : undefined,
    }))
    .sort((a, b) => (a.arn < b.arn ? -1 : 1));
}

function sameAction(wanted: Action, found: Action): boolean {
  if (wanted.type === 'forward' && found.type === 'forward') {
    const { stickinessSeconds } = wanted;
    if (stickinessSeconds !== undefined && stickinessSeconds !== found.stickinessSeconds) return false;
    return isDeepStrictEqual(comparableTargets(wanted.targets), comparableTargets(found.targets));
  }
  const normal = (action: Action): Action => actionFromAws(actionToAws(action, arnOf));
  return isDeepStrictEqual(normal(wanted), normal(found));
}

/** Same actions in the same order: redirect fields default, lone weights and unwanted stickiness aside. Pure. */
export function sameActions(wanted: readonly Action[], found: readonly Action[]): boolean {
  return (
    wanted.length === found.length &&
    wanted.every((action, index) => {
      const other = found[index];
      return other !== undefined && sameAction(action, other);
    })
  );
}

/** Wire form of a condition list. */
export function conditionsToAws(conditions: readonly Condition[]): WireCondition[] {
  return conditions.map(({ field, values }) =>
    field === 'host-header'
      ? { Field: field, HostHeaderConfig: { Values: values } }
      : { Field: field, PathPatternConfig: { Values: values } },
  );
}

/** Our form of a described condition list; the deprecated `Values` is only a fallback. A condition without values stands for one
 * that this version cannot express: AWS has none such and nobody wants one, so it equals nothing wanted. */
export function conditionsFromAws(list: readonly WireCondition[] | undefined): Condition[] {
  return (list ?? []).map(({ Field, HostHeaderConfig, PathPatternConfig, Values }) => {
    if (Field === 'host-header') return { field: Field, values: HostHeaderConfig?.Values ?? Values ?? [] };
    return {
      field: 'path-pattern',
      values: Field === 'path-pattern' ? (PathPatternConfig?.Values ?? Values ?? []) : [],
    };
  });
}

/** Same conditions: in field order, each condition's values as a set, which can only save calls (aws-model 14.1 item 9). Pure. */
export function sameConditions(wanted: readonly Condition[], found: readonly Condition[]): boolean {
  const byField = (list: readonly Condition[]): Condition[] =>
    [...list].sort((a, b) => (a.field < b.field ? -1 : a.field > b.field ? 1 : 0));
  const right = byField(found);
  return (
    wanted.length === found.length &&
    byField(wanted).every((condition, index) => {
      const other = right[index];
      return other?.field === condition.field && sameSet(condition.values, other.values);
    })
  );
}
