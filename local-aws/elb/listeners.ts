// Listeners: create, describe, modify, delete. Their default actions live in their default rule.
import type {
  Action,
  CreateListenerInput,
  DeleteListenerInput,
  DescribeListenersInput,
  DescribeListenersOutput,
  Listener as ListenerView,
  ModifyListenerInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { checkSslPolicy } from './account-limits.ts';
import { defaultCertificate } from './certificates.ts';
import { held, listenerOf, loadBalancerOf } from './find.ts';
import { checkLinks, link, unlink } from './links.ts';
import { checkMutualAuthentication } from './mutual-authentication.ts';
import { page } from './page.ts';
import { checkListenerPlacement } from './placement.ts';
import { invalid, refuse } from './refusal.ts';
import { actionViews, checkActions, normalActions } from './rule-actions.ts';
import {
  arnOf,
  type CallContext,
  type ElbState,
  hexOf,
  type ListenerRecord,
  type LoadBalancerRecord,
  nextId,
  type RuleRecord,
} from './state.ts';
import { newTags } from './tags.ts';

/** aws-limits N11: the API's default. */
const DEFAULT_SSL_POLICY = 'ELBSecurityPolicy-2016-08';

type ListenerFields = Pick<
  ListenerRecord,
  'loadBalancerArn' | 'port' | 'protocol' | 'sslPolicy' | 'certificate' | 'mutualAuthentication'
> & { actions: Action[] };

/**
 * Creates a listener; an identical one on the same port is answered as it is (aws-limits N3).
 * Refuses by aws-limits N1 to N5, N11 to N21, 3.3 and the quota TooManyListeners.
 */
export function createListener(
  state: ElbState,
  input: CreateListenerInput,
  context: CallContext,
): { Listeners: ListenerView[] } {
  const lb = loadBalancerOf(state, input.LoadBalancerArn);
  const tags = newTags(input.Tags);
  const wanted = settingsOf(state, lb, input, undefined, context);
  const present = lb.listeners[wanted.port];
  if (present !== undefined) {
    const existing = held(state.listeners, present);
    if (key({ ...existing, actions: defaultActions(state, existing) }) !== key(wanted))
      duplicate(lb, wanted.port);
    return { Listeners: [view(state, existing)] };
  }
  checkLinks(state, wanted, wanted.actions, context);
  checkSiblings(state, lb, wanted);
  const limit = context.limits['listeners-per-application-load-balancer'];
  if (Object.keys(lb.listeners).length >= limit)
    refuse(
      'TooManyListeners',
      `You've reached the limit of ${limit} listeners for load balancer '${lb.arn}'`,
    );
  const listener = store(state, lb, wanted, tags, context);
  return { Listeners: [view(state, listener)] };
}

function store(
  state: ElbState,
  lb: LoadBalancerRecord,
  { actions, ...settings }: ListenerFields,
  tags: Record<string, string>,
  context: CallContext,
): ListenerRecord {
  const { serial, hex } = nextId(state);
  const path = `app/${lb.name}/${hexOf(lb.arn)}/${hex}`;
  const own = nextId(state);
  const rule: RuleRecord = {
    arn: arnOf(context, `listener-rule/${path}/${own.hex}`),
    serial: own.serial,
    listenerArn: arnOf(context, `listener/${path}`),
    conditions: [],
    actions,
    transforms: [],
    tags: {},
  };
  const listener: ListenerRecord = {
    arn: rule.listenerArn,
    serial,
    ...settings,
    extraCertificates: [],
    attributes: {},
    tags,
    defaultRule: rule.arn,
    rules: {},
  };
  state.listeners.set(listener.arn, listener);
  state.rules.set(rule.arn, rule);
  lb.listeners[listener.port] = listener.arn;
  link(state, lb.arn, actions);
  return listener;
}

/** aws-limits N3. */
function duplicate(lb: LoadBalancerRecord, port: number): never {
  return refuse(
    'DuplicateListener',
    `A listener already exists on this port for this load balancer: port ${port} of '${lb.arn}'`,
  );
}

/** Everything about a listener that is asked for, over what is there. */
function settingsOf(
  state: ElbState,
  lb: LoadBalancerRecord,
  input: CreateListenerInput | ModifyListenerInput,
  present: ListenerFields | undefined,
  context: CallContext,
): ListenerFields {
  const port = input.Port ?? present?.port;
  const protocol = input.Protocol ?? present?.protocol;
  if (port === undefined) invalid('A listener port must be specified'); // N1
  if (protocol === undefined) invalid('A listener protocol must be specified'); // N2
  if (protocol !== 'HTTP' && protocol !== 'HTTPS')
    invalid(`Listener protocol '${protocol}' must be one of 'HTTP, HTTPS'`); // N2
  const [alpn] = input.AlpnPolicy ?? [];
  if (alpn !== undefined) invalid("You cannot set ALPN policy on load balancers of type 'application'"); // N13
  const actions =
    input.DefaultActions === undefined
      ? (present?.actions ?? [])
      : normalActions(input.DefaultActions, present?.actions);
  checkActions(actions, { protocol, limits: context.limits }); // N19
  const listener = { protocol, loadBalancerArn: lb.arn };
  const authentication = checkMutualAuthentication(input.MutualAuthentication, listener, state, context);
  const security = protocol === 'HTTPS' ? secure(input, present, context) : refuseSecure(input);
  checkListenerPlacement(lb.placement, security, actions);
  return {
    loadBalancerArn: lb.arn,
    port,
    protocol,
    actions,
    ...security,
    ...(protocol === 'HTTPS'
      ? { mutualAuthentication: authentication ?? present?.mutualAuthentication ?? { Mode: 'off' } }
      : {}),
  };
}

function secure(
  input: CreateListenerInput | ModifyListenerInput,
  present: ListenerFields | undefined,
  context: CallContext,
): Pick<ListenerFields, 'sslPolicy' | 'certificate'> {
  const certificate = defaultCertificate(input.Certificates, present?.certificate, context);
  const sslPolicy = input.SslPolicy ?? present?.sslPolicy ?? DEFAULT_SSL_POLICY;
  checkSslPolicy(sslPolicy); // N11
  return { certificate, sslPolicy };
}

/** aws-limits N5. A change from HTTPS to HTTP drops certificate and policy (N22). */
function refuseSecure(
  input: CreateListenerInput | ModifyListenerInput,
): Pick<ListenerFields, 'sslPolicy' | 'certificate'> {
  if ((input.Certificates ?? []).length > 0) invalid('A certificate cannot be specified for HTTP listeners');
  if (input.SslPolicy !== undefined && input.SslPolicy !== '')
    // AWS spells it so.
    invalid('An SSL policy cannot be specifed for HTTP listeners');
  return {};
}

/** aws-limits N12, N18: what the HTTPS listeners of one load balancer must agree on. */
function checkSiblings(
  state: ElbState,
  lb: LoadBalancerRecord,
  wanted: ListenerFields,
  self?: ListenerRecord,
): void {
  const others = Object.values(lb.listeners)
    .map((arn) => held(state.listeners, arn))
    .filter((listener) => listener !== self && listener.protocol === 'HTTPS');
  const fips = (listener: { sslPolicy?: string }) => listener.sslPolicy?.includes('-FIPS-') ?? false;
  const unlike = others.find((other) => fips(other) !== fips(wanted));
  if (wanted.protocol === 'HTTPS' && unlike !== undefined)
    refuse(
      'InvalidConfigurationRequest',
      `FIPS and non-FIPS security policies cannot be used on the same load balancer: '${wanted.sslPolicy}' and '${unlike.sslPolicy}'`,
    );
  const verifying = [...others, wanted].filter((l) => l.mutualAuthentication?.Mode === 'verify').length;
  if (verifying > 2)
    refuse(
      'InvalidConfigurationRequest',
      'You have reached the maximum number of listeners with mutual authentication with verify mode that you can associate ' +
        `with load balancer '${lb.arn}': [2]`,
    );
}

function key(settings: ListenerFields): string {
  return JSON.stringify([
    settings.port,
    settings.protocol,
    settings.sslPolicy,
    settings.certificate,
    settings.mutualAuthentication,
    settings.actions,
  ]);
}

function defaultActions(state: ElbState, listener: ListenerRecord): Action[] {
  return held(state.rules, listener.defaultRule).actions;
}

function view(state: ElbState, listener: ListenerRecord): ListenerView {
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: listener.loadBalancerArn,
    Port: listener.port,
    Protocol: listener.protocol,
    ...(listener.certificate === undefined
      ? {}
      : { Certificates: [{ CertificateArn: listener.certificate }] }),
    ...(listener.sslPolicy === undefined ? {} : { SslPolicy: listener.sslPolicy }),
    DefaultActions: actionViews(defaultActions(state, listener)),
    ...(listener.mutualAuthentication === undefined
      ? {}
      : { MutualAuthentication: listener.mutualAuthentication }),
  };
}

export function describeListeners(state: ElbState, input: DescribeListenersInput): DescribeListenersOutput {
  const arns = input.ListenerArns ?? [];
  if (arns.length > 0 && input.LoadBalancerArn !== undefined)
    invalid('You can specify only one of listener ARNs and a load balancer ARN');
  if (arns.length === 0 && input.LoadBalancerArn === undefined)
    invalid('You must specify either listener ARNs or a load balancer ARN');
  const asked =
    arns.length > 0 ? arns : Object.values(loadBalancerOf(state, input.LoadBalancerArn).listeners);
  const listeners = [...new Set(asked)]
    .map((arn) => listenerOf(state, arn))
    .sort((a, b) => a.serial - b.serial);
  const { items, marker } = page(listeners, (listener) => listener.serial, input);
  return { Listeners: items.map((listener) => view(state, listener)), ...marker };
}

/** Replaces what is given; judged as at creation, on the result (moto-coverage 3). */
export function modifyListener(
  state: ElbState,
  input: ModifyListenerInput,
  context: CallContext,
): { Listeners: ListenerView[] } {
  const listener = listenerOf(state, input.ListenerArn);
  const lb = held(state.loadBalancers, listener.loadBalancerArn);
  const rule = held(state.rules, listener.defaultRule);
  const wanted = settingsOf(state, lb, input, { ...listener, actions: rule.actions }, context);
  const onPort = lb.listeners[wanted.port];
  if (onPort !== undefined && onPort !== listener.arn) duplicate(lb, wanted.port);
  for (const other of Object.values(listener.rules)) {
    const { actions } = held(state.rules, other);
    checkActions(actions, { protocol: wanted.protocol, limits: context.limits });
    checkLinks(state, wanted, actions, context);
  }
  checkLinks(state, wanted, wanted.actions, context);
  checkSiblings(state, lb, wanted, listener);
  link(state, lb.arn, wanted.actions);
  unlink(state, lb.arn, rule.actions);
  rule.actions = wanted.actions;
  delete lb.listeners[listener.port];
  lb.listeners[wanted.port] = listener.arn;
  const { actions: _inTheRule, ...settings } = wanted;
  for (const name of ['sslPolicy', 'certificate', 'mutualAuthentication'] as const) delete listener[name];
  Object.assign(listener, settings);
  if (listener.protocol === 'HTTP') listener.extraCertificates = [];
  return { Listeners: [view(state, listener)] };
}

export function deleteListener(state: ElbState, input: DeleteListenerInput): Record<never, never> {
  const arn = input.ListenerArn ?? '';
  // This call names the one it misses, others do not.
  if (!state.listeners.has(arn) && arn.includes(':listener/'))
    refuse('ListenerNotFound', `Listener '${arn}' not found`);
  removeListener(state, listenerOf(state, arn));
  return {};
}

/** Takes a listener with all its rules out of the state. */
export function removeListener(state: ElbState, listener: ListenerRecord): void {
  const lb = held(state.loadBalancers, listener.loadBalancerArn);
  for (const arn of [...Object.values(listener.rules), listener.defaultRule]) {
    unlink(state, lb.arn, held(state.rules, arn).actions);
    state.rules.delete(arn);
  }
  lb.ruleCount -= Object.keys(listener.rules).length;
  delete lb.listeners[listener.port];
  state.listeners.delete(listener.arn);
}
