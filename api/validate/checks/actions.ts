// What AWS asks of an action beyond its schema (aws-limits 3.3).
import { type ActionValue, targetsOf } from '../../annotations/actions.ts';
import { type Finding, refuse, warn } from '../../problems/finding.ts';

/** What is wrong or doubtful with an action. */
export function actionFindings(action: ActionValue): Finding[] {
  switch (action.type) {
    case 'fixed-response':
      return action.fixedResponseConfig === undefined ? [missing('.fixedResponseConfig')] : [];
    case 'redirect':
      return action.redirectConfig === undefined
        ? [missing('.redirectConfig')]
        : redirectFindings(action.redirectConfig);
    case 'forward':
      return forwardFindings(action);
  }
}

const missing = (at: string): Finding => refuse('Malformed', { at, because: 'the member is missing' });

type RedirectConfig = NonNullable<ActionValue['redirectConfig']>;

/** Placeholders by the member they may stand in (aws-limits 3.3, redirect). */
const PLACEHOLDERS = {
  protocol: ['protocol'],
  host: ['host'],
  port: ['port'],
  path: ['host', 'path', 'port'],
  query: ['protocol', 'host', 'port', 'path', 'query'],
} as const;

/** AWS refuses a redirect that changes none of these (aws-limits 3.3). */
export const isLoop = ({
  protocol,
  host,
  port,
  path,
}: Partial<Record<'protocol' | 'host' | 'port' | 'path', string | undefined>>): boolean =>
  (protocol === undefined || protocol === '#{protocol}') &&
  (host === undefined || host === '#{host}') &&
  (port === undefined || port === '#{port}') &&
  (path === undefined || path === '/#{path}');

function redirectFindings(redirect: RedirectConfig): Finding[] {
  const found = Object.entries(PLACEHOLDERS).flatMap(([member, allowed]) =>
    placeholderFindings(member, redirect[member as keyof typeof PLACEHOLDERS] ?? '', allowed),
  );
  const { host, port, query } = redirect;
  if (port !== undefined && /^[0-9]+$/.test(port) && !(Number(port) >= 1 && Number(port) <= 65535)) {
    const allowed = 'a port from 1 to 65535, or #{port}';
    found.push(refuse('OutOfRange', { at: '.redirectConfig.port', value: port, allowed }));
  }
  if (isLoop(redirect)) {
    // With another query AWS is asked for it, and refuses; without, the rule is left out (spec annotations 15.8).
    const asked = query !== undefined && query !== '#{query}';
    const because = 'it redirects to itself: change protocol, host, port or path';
    found.push((asked ? refuse : warn)('Contradiction', { at: '.redirectConfig', because }));
  }
  if (query?.startsWith('?') === true) {
    const because = 'AWS adds the "?" itself';
    found.push(warn('InvalidFormat', { at: '.redirectConfig.query', value: query, because }));
  }
  if (host !== undefined && !/^[A-Za-z0-9.-]*$/.test(host.replaceAll('#{host}', ''))) {
    const because = 'a host name has only letters, digits, "-" and "."';
    found.push(warn('InvalidFormat', { at: '.redirectConfig.host', value: host, because }));
  }
  return found;
}

function placeholderFindings(member: string, text: string, allowed: readonly string[]): Finding[] {
  const at = `.redirectConfig.${member}`;
  const names = [...text.matchAll(/#\{([^}]{0,40})\}/g)].map((match) => match[1] ?? '');
  const foreign = names.find((name) => !allowed.includes(name));
  const words = allowed.map((name) => `#{${name}}`).join(', ');
  if (foreign !== undefined) {
    const known = Object.hasOwn(PLACEHOLDERS, foreign);
    const about = { at, value: `#{${foreign}}`, allowed: `one of ${words}` };
    return [known ? refuse('NotAllowed', about) : warn('NotAllowed', about)];
  }
  if (member !== 'path' || new Set(names).size === names.length) return [];
  return [refuse('NotAllowed', { at, value: text, because: 'each placeholder may stand in a path once' })];
}

type ForwardedTarget = NonNullable<ActionValue['forwardConfig']>['targetGroups'][number];

function forwardFindings(action: ActionValue): Finding[] {
  const { forwardConfig, targetGroupARN, targetGroupName } = action;
  const short = targetGroupARN !== undefined || targetGroupName !== undefined;
  const place = '.forwardConfig';
  if (forwardConfig === undefined) {
    const because = 'the member is missing, and so are targetGroupARN and targetGroupName';
    return short ? [] : [refuse('Malformed', { at: place, because })];
  }
  if (short)
    return [
      refuse('Contradiction', { at: place, because: 'it excludes targetGroupARN and targetGroupName' }),
    ];
  const { targetGroups: targets, targetGroupStickinessConfig: sticky } = forwardConfig;
  const found = targets.flatMap((target, index) => targetFindings(target, index, targets.length));
  if (sticky?.enabled === true && sticky.durationSeconds === undefined) {
    const at = '.forwardConfig.targetGroupStickinessConfig.durationSeconds';
    found.push(refuse('Malformed', { at, because: 'stickiness needs it: an integer from 1 to 604800' }));
  }
  if (targets.length > 1 && targets.every((target) => target.weight === 0)) {
    found.push(warn('Contradiction', { at: '.forwardConfig.targetGroups', because: 'all weights are 0' }));
  }
  const named = targetsOf(action).map(({ weight: _, ...target }) => JSON.stringify(target));
  if (new Set(named).size < named.length) {
    found.push(
      warn('Contradiction', { at: '.forwardConfig.targetGroups', because: 'a target group is named twice' }),
    );
  }
  return found;
}

function targetFindings(target: ForwardedTarget, index: number, count: number): Finding[] {
  const at = `.forwardConfig.targetGroups[${index}]`;
  const external = target.targetGroupARN !== undefined || target.targetGroupName !== undefined;
  const found: Finding[] = [];
  if (target.serviceName !== undefined && external) {
    found.push(
      refuse('Contradiction', { at, because: 'serviceName excludes targetGroupARN and targetGroupName' }),
    );
  } else if (target.serviceName === undefined && !external) {
    const because = 'serviceName, targetGroupARN or targetGroupName is missing';
    found.push(refuse('Malformed', { at, because }));
  } else if (target.serviceName !== undefined && target.servicePort === undefined) {
    found.push(missing(`${at}.servicePort`));
  }
  if (count > 1 && target.weight === undefined) {
    const because = 'with several target groups each needs a weight from 0 to 999';
    found.push(refuse('Malformed', { at: `${at}.weight`, because }));
  }
  return found;
}
