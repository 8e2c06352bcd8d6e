// The rule kind. A rule is what it matches and does; its priority is only its place, changed without making it anew (aws-model 3.12).
import { once } from '../../api/once.ts';
import { sameActions } from './action.ts';
import { mapEntries } from './attributes.ts';
import { sameConditions, sameTransforms } from './condition.ts';
import type { SchemaOf } from './kind.ts';
import { ruleDiff } from './rule-diff.ts';
import { sameTags } from './tags.ts';

/** Made once, when the fields below are there. */
const diffOf = once(ruleDiff);

export const rule: SchemaOf<'rule'> = {
  kind: 'rule',
  order: 4,
  fields: {
    listener: { change: 'createOnly' },
    priority: { change: 'modify' },
    conditions: { change: 'modify', equal: sameConditions },
    actions: { change: 'modify', equal: sameActions },
    transforms: { change: 'modify', equal: sameTransforms, optional: false },
    tags: { change: 'modify', equal: sameTags, entries: mapEntries },
  },
  parent: ({ spec }) => spec.listener.ref,
  diff: (wanted, found, resolve) => diffOf(rule)(wanted, found, resolve),
};
