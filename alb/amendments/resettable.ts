// Settable: what of a resource goes back to AWS's default when nobody says it any more, by key. Pure.
import type { Kind, SpecOf } from '../../api/aws.ts';
import { listenerDefaults, loadBalancerDefaults, TARGET_GROUP_DEFAULTS } from '../../api/defaults.ts';

/** A desired resource or a found one. */
export type One = { readonly [K in Kind]: { readonly kind: K; readonly spec: SpecOf[K] } }[Kind];

/** Keys beside those of attributes. */
export const CAPACITY = 'capacityUnits';
export const MUTUAL = 'mutualAuthentication';

export const isAttribute = (key: string): boolean => key !== CAPACITY && key !== MUTUAL;

type Values = Readonly<Record<string, string>>;

/** Whether a value is known, and is not the default, which is known, too. */
export const isMoved = (values: Values, defaults: Values, key: string): boolean =>
  values[key] !== undefined && defaults[key] !== undefined && values[key] !== defaults[key];

/** AWS's defaults. A key that is not among them is never set back: nobody here knows to what. */
export function defaultsOf(one: One): Values {
  switch (one.kind) {
    case 'loadBalancer':
      return { ...loadBalancerDefaults(one.spec.scheme), [CAPACITY]: '0' };
    case 'listener':
      return {
        ...listenerDefaults(one.spec.protocol),
        ...(one.spec.protocol === 'HTTPS' ? { [MUTUAL]: 'off' } : {}),
      };
    case 'targetGroup':
      return TARGET_GROUP_DEFAULTS;
    default:
      return {};
  }
}

/** What is said of a desired resource, or known of a found one. */
export function valuesOf(one: One): Values {
  switch (one.kind) {
    case 'loadBalancer': {
      const { attributes, capacityUnits } = one.spec;
      return { ...attributes, ...(capacityUnits === undefined ? {} : { [CAPACITY]: String(capacityUnits) }) };
    }
    case 'listener': {
      const { attributes, mutualAuthentication } = one.spec;
      return {
        ...attributes,
        ...(mutualAuthentication === undefined ? {} : { [MUTUAL]: mutualAuthentication.mode }),
      };
    }
    case 'targetGroup':
      return one.spec.attributes;
    default:
      return {};
  }
}
