// Conditions and transforms between our plain data and AWS's wire form (aws-model 3.10).
import type {
  RuleCondition as WireCondition,
  RuleTransform as WireTransform,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Condition, Transform } from '../../../api/aws.ts';
import { conditionToWire } from '../../../api/routing/wire-condition.ts';

interface DescribedChoices {
  readonly Values?: string[] | undefined;
  readonly RegexValues?: string[] | undefined;
}

const choicesFromAws = ({ Values = [], RegexValues = [] }: DescribedChoices) => ({
  values: Values,
  ...(RegexValues.length === 0 ? {} : { regexValues: RegexValues }),
});

/** Wire form of a condition list. */
export function conditionsToAws(conditions: readonly Condition[]): WireCondition[] {
  return conditions.map(conditionToWire);
}

/**
 * Our form of a described condition list; the deprecated values beside `Field` are only a fallback. A condition without
 * values stands for one that this version cannot express: AWS has none such and nobody wants one, so it equals nothing
 * wanted.
 */
export function conditionsFromAws(list: readonly WireCondition[] | undefined): Condition[] {
  return (list ?? []).map(conditionFromAws);
}

function conditionFromAws(wire: WireCondition): Condition {
  const { Field: field, HttpHeaderConfig: header } = wire;
  switch (field) {
    case 'host-header':
      return { field, ...choicesFromAws(wire.HostHeaderConfig ?? wire) };
    case 'path-pattern':
      return { field, ...choicesFromAws(wire.PathPatternConfig ?? wire) };
    case 'http-header':
      return { field, name: header?.HttpHeaderName ?? '', ...choicesFromAws(header ?? {}) };
    case 'http-request-method':
      return { field, values: wire.HttpRequestMethodConfig?.Values ?? [] };
    case 'query-string': {
      const pairs = wire.QueryStringConfig?.Values ?? [];
      return {
        field,
        values: pairs.map(({ Key = '', Value = '' }) =>
          Key === '' ? { value: Value } : { key: Key, value: Value },
        ),
      };
    }
    case 'source-ip':
      return { field, values: wire.SourceIpConfig?.Values ?? [] };
    default:
      return { field: 'path-pattern', values: [] };
  }
}

/** Wire form of a list of transforms; nothing of them when there are none. */
export function transformsToAws(transforms: readonly Transform[] | undefined): {
  Transforms?: WireTransform[];
} {
  if (transforms === undefined || transforms.length === 0) return {};
  return {
    Transforms: transforms.map(({ type, rewrites }) => {
      const config = {
        Rewrites: rewrites.map(({ regex, replace }) => ({ Regex: regex, Replace: replace })),
      };
      return type === 'url-rewrite'
        ? { Type: type, UrlRewriteConfig: config }
        : { Type: type, HostHeaderRewriteConfig: config };
    }),
  };
}

/** Our form of a described list of transforms. */
export function transformsFromAws(list: readonly WireTransform[] | undefined): Transform[] {
  return (list ?? []).map((wire) => {
    const type = wire.Type === 'host-header-rewrite' ? wire.Type : 'url-rewrite';
    const config = type === 'url-rewrite' ? wire.UrlRewriteConfig : wire.HostHeaderRewriteConfig;
    const rewrites = config?.Rewrites ?? [];
    return {
      type,
      rewrites: rewrites.map(({ Regex = '', Replace = '' }) => ({ regex: Regex, replace: Replace })),
    };
  });
}
