// Keeps the expression `ours` of the webhook configuration true as IngressClasses come and go.
//
//   IngressClass changed ──┐
//                          ├─→ expression differs? ─→ apply that one field ─→ (seen by the watch) ─→ equal
//   configuration changed ─┘         ↑ somebody applied the manifest again
import type { Logger } from 'pino';
import type { IngressClass, ValidatingWebhookConfiguration } from '../api/kube.ts';
import type { KubeClient } from '../kube/client.ts';
import { KINDS } from '../kube/kinds.ts';
import { applyObject, FIELD_MANAGERS } from '../kube/objects.ts';
import type { Watched } from '../kube/watch.ts';
import { matchExpression, ourClasses } from './match-conditions.ts';

/** Names in config/webhook/configuration.yaml. */
export const CONFIGURATION = 'albatross';
const WEBHOOK = 'validate-ingress.albatross.dev';
const CONDITION = 'ours';

/** Shortest time between two writes, in milliseconds: whoever else insists on the field is not fought in a hot loop. */
const PAUSE_MS = 1_000;

/** After failures the pause doubles, up to this many times the shortest. */
const LONGEST_PAUSES = 32;

export interface ClaimOptions {
  readonly classes: Pick<Watched<IngressClass>, 'list' | 'synced'>;
  readonly configurations: Pick<Watched<ValidatingWebhookConfiguration>, 'get' | 'synced'>;
  readonly client: Pick<KubeClient, 'request'>;
  readonly log: Logger;
  /** The value of kubernetes.io/ingress.class that is ours. */
  readonly legacyClass: string;
  readonly pauseMs?: number;
}

export type ConfigurationKeeper = ReturnType<typeof keepClaim>;

/**
 * The expression to write, or undefined when all is well. A configuration without the webhook or without the condition
 * is the administrator's choice and stays as it is.
 */
export function claimOf(
  configuration: ValidatingWebhookConfiguration | undefined,
  classes: readonly IngressClass[],
  legacyClass: string,
): string | undefined {
  const webhook = configuration?.webhooks?.find(({ name }) => name === WEBHOOK);
  const condition = webhook?.matchConditions?.find(({ name }) => name === CONDITION);
  if (condition === undefined) return undefined;
  const wanted = matchExpression(ourClasses(classes, legacyClass), legacyClass);
  return condition.expression === wanted ? undefined : wanted;
}

/** Looks once both caches have synced, then whenever `look` is called; a failed write is tried again. */
export function keepClaim(options: ClaimOptions) {
  const { classes, configurations, client, log, legacyClass, pauseMs = PAUSE_MS } = options;
  let timer: NodeJS.Timeout | undefined;
  let busy = true;
  let again = false;
  let pauses = 1;

  const pass = async () => {
    const expression = claimOf(configurations.get('', CONFIGURATION), classes.list(), legacyClass);
    if (expression === undefined) return;
    const outcome = await applyObject(client, KINDS.webhookConfigurations, claimed(expression), {
      fieldManager: FIELD_MANAGERS.webhook,
    });
    if (outcome.ok) {
      pauses = 1;
      log.info({ expression }, 'webhook configuration covers our classes');
    } else {
      again = true;
      pauses = Math.min(LONGEST_PAUSES, pauses * 2);
      log.warn({ error: outcome.message }, 'webhook configuration not updated');
    }
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, pauses * pauseMs);
    });
  };
  const run = async () => {
    busy = true;
    do {
      again = false;
      await pass();
    } while (again);
    busy = false;
  };
  void Promise.all([classes.synced, configurations.synced]).then(run);
  return {
    /** Something changed: look again, soon. */
    look: (): void => {
      again = true;
      if (!busy) void run();
    },
    stop: (): void => clearTimeout(timer),
  };
}

/** Only the one field: everything else in the configuration belongs to whoever applied the manifest. */
function claimed(expression: string): ValidatingWebhookConfiguration {
  return {
    metadata: { name: CONFIGURATION },
    webhooks: [{ name: WEBHOOK, matchConditions: [{ name: CONDITION, expression }] }],
  };
}
