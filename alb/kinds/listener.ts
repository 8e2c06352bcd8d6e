// The listener kind (aws-model 3.7, 3.8). A protocol change is made in place; certificates are one default and an attached set.
import { sameActions } from './action.ts';
import { sameAttributes } from './attributes.ts';
import { type SchemaOf, sameSet } from './kind.ts';
import { sameMutual } from './mutual-authentication.ts';
import { sameTags } from './tags.ts';

export const listener: SchemaOf<'listener'> = {
  kind: 'listener',
  order: 3,
  fields: {
    loadBalancer: { change: 'createOnly' },
    // The port is in the resource tag, so another one is another listener, unless somebody moved ours by hand.
    port: { change: 'modify' },
    protocol: { change: 'modify' },
    defaultActions: { change: 'modify', equal: sameActions },
    certificates: {
      change: 'modify',
      equal: (wanted, found) => wanted[0] === found[0] && sameSet(wanted, found),
    },
    sslPolicy: { change: 'modify', equal: (wanted, found) => wanted === undefined || wanted === found },
    mutualAuthentication: { change: 'modify', equal: sameMutual },
    attributes: { change: 'modify', equal: sameAttributes },
    tags: { change: 'modify', equal: sameTags },
  },
  parent: ({ spec }) => spec.loadBalancer.ref,
};
