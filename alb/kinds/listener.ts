// The listener kind (aws-model 3.7, 3.8). A protocol change is made in place; certificates are one default and an attached set.
// Errors by what they are about: Elastic Load Balancing API Reference, CreateListener: Errors.
import { listenerDefaults } from '../../api/defaults.ts';
import { sameActions } from './action.ts';
import { mapEntries, sameAttributes } from './attributes.ts';
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
    defaultActions: {
      change: 'modify',
      equal: sameActions,
      creation: {
        codes: /^TargetGroup|LoadBalancerAction$|^TooManyActions$|UniqueTargetGroups/,
        suspect: 1,
        // A port without a default backend answers by itself.
        sent: (value) => (value.every(({ type }) => type === 'fixed-response') ? undefined : { value }),
      },
    },
    certificates: {
      change: 'modify',
      equal: (wanted, found) => wanted[0] === found[0] && sameSet(wanted, found),
      // The first one is the default: it is missing where it is not the first.
      entries: (wanted, found = []) =>
        wanted
          .filter((arn, at) => !found.includes(arn) || (at === 0 && found[0] !== arn))
          .map((arn) => ({ entry: arn, value: arn })),
      creation: {
        codes: /Certificate/,
        suspect: 3,
        // Without any certificate there is no HTTPS listener: the only one is left out when the code names it.
        sent: ([first, second], named) =>
          first === undefined || (second === undefined && !named)
            ? undefined
            : { entry: first, value: first },
      },
    },
    sslPolicy: {
      change: 'modify',
      equal: (wanted, found) => wanted === undefined || wanted === found,
      optional: true,
      creation: { codes: /^SSLPolicy/, suspect: 2 },
    },
    mutualAuthentication: {
      change: 'modify',
      equal: sameMutual,
      optional: true,
      unsaid: ({ protocol }) => (protocol === 'HTTPS' ? { mode: 'off' } : undefined),
      action: 'ModifyListener',
      creation: { codes: /^TrustStore/ },
    },
    attributes: {
      change: 'modify',
      equal: sameAttributes,
      entries: mapEntries,
      unsaid: ({ protocol }) => listenerDefaults(protocol),
      action: 'ModifyListenerAttributes',
    },
    tags: { change: 'modify', equal: sameTags, entries: mapEntries },
  },
  parent: ({ spec }) => spec.loadBalancer.ref,
};
