// The page for people: what there is, where each listener really listens, and what was done.
import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { lineOf } from '../call-log.ts';
import { COVERS } from '../coverage.ts';
import { groupsOf } from '../elb/links.ts';
import type {
  ElbState,
  ListenerRecord,
  LoadBalancerRecord,
  RuleRecord,
  TargetGroupRecord,
} from '../elb/state.ts';
import { healthOf } from '../elb/targets.ts';
import { type ControlApi, listenerLocations } from './control-api.ts';

/** HTML that may be put into other HTML as it is. */
class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type HtmlPart = string | number | Html | readonly Html[];

/** Every value that is not HTML itself is escaped. */
function html(parts: TemplateStringsArray, ...values: HtmlPart[]): Html {
  return new Html(parts.map((part, at) => `${part}${written(values[at] ?? '')}`).join(''));
}

function written(value: HtmlPart): string {
  if (value instanceof Html) return value.text;
  if (typeof value !== 'object') return escaped(String(value));
  return value.map(({ text }) => text).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

const STYLE = new Html(
  'body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}' +
    'code{background:#8882;padding:.1em .3em;border-radius:3px}li{margin:.2rem 0}' +
    '.healthy{color:#178a3a}.unhealthy{color:#c22}.draining,.initial,.unused{color:#986801}' +
    'td{padding:0 1rem 0 0}:root{color-scheme:light dark}',
);

const LAST_MUTATIONS = 30;

/** The page as HTML. */
export function pageOf(control: ControlApi): string {
  const { state, callLog } = control;
  const balancers = [...state.loadBalancers.values()];
  const used = new Set(balancers.flatMap((one) => Object.keys(one.targetGroups)));
  const unused = [...state.targetGroups.values()].filter(({ arn }) => !used.has(arn));
  const calls = callLog.calls().sort((a, b) => b.count - a.count);
  const last = callLog.mutations().slice(-LAST_MUTATIONS).reverse();
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>local AWS</title><style>${STYLE}</style></head><body>
<h1>Local AWS</h1>
<p>Region ${control.context().region}, account ${control.context().account}. As JSON:
${['faults', 'calls', 'mutations', 'targets', 'doors'].map((name) => html`<a href="/_local/${name}">${name}</a> `)}
To begin anew: <code>POST /_local/reset</code>. ${COVERS}</p>
<h2>Load balancers</h2>${balancers.length === 0 ? html`<p>None.</p>` : balancers.map((one) => balancer(control, one))}
${unused.length === 0 ? html`` : html`<h2>Target groups that are not in use</h2><ul>${unused.map((one) => html`<li>${group(control, one)}</li>`)}</ul>`}
<h2>Last mutations</h2><ul>${last.map((one) => html`<li><code>${lineOf(one)}</code></li>`)}</ul>
<h2>Calls</h2><table>${calls.map((one) => html`<tr><td>${one.count}</td><td>${one.service}</td><td>${one.action}</td></tr>`)}</table>
</body></html>
`.text;
}

function balancer(control: ControlApi, lb: LoadBalancerRecord): Html {
  const listeners = Object.values(lb.listeners).flatMap((arn) => control.state.listeners.get(arn) ?? []);
  const locations = new Map(
    listenerLocations(control).map((location) => [`${location.dnsName}:${location.port}`, location]),
  );
  const state = lb.activeAt > control.context().now ? 'provisioning' : 'active';
  return html`<h3>${lb.name}</h3><p>${lb.scheme}, ${state}, <code>${lb.dnsName}</code></p><ul>${listeners.map(
    (listener) => {
      const curl = locations.get(`${lb.dnsName}:${listener.port}`)?.curl;
      return html`<li>${listener.protocol} ${listener.port} ${
        curl === undefined ? html`(no address yet)` : html`<br><code>${curl}</code>`
      }<ul>${rulesOf(control.state, listener).map((one) => rule(control, one))}</ul></li>`;
    },
  )}</ul>`;
}

/** By priority, the default rule last. */
function rulesOf(state: ElbState, listener: ListenerRecord): RuleRecord[] {
  const arns = [...Object.values(listener.rules), listener.defaultRule];
  return arns.flatMap((arn) => state.rules.get(arn) ?? []);
}

function rule(control: ControlApi, { priority, conditions, actions }: RuleRecord): Html {
  const when = conditions.map(({ Field: field, ...rest }) => {
    return `${field} ${valuesOf(rest).join(' or ')}`;
  });
  const groups = groupsOf(actions).flatMap((arn) => control.state.targetGroups.get(arn) ?? []);
  const what = actions.map(({ Type: type }) => type).join(', then ');
  return html`<li>${priority ?? 'default'}: ${when.join(' and ')} → ${what}<ul>${groups.map(
    (one) => html`<li>${group(control, one)}</li>`,
  )}</ul></li>`;
}

/** The values of a condition, each once: AWS shows those of hosts and paths in two places. */
function valuesOf(condition: Omit<RuleCondition, 'Field'>): string[] {
  const { HttpHeaderConfig: header, QueryStringConfig: query, ...others } = condition;
  if (query !== undefined)
    return (query.Values ?? []).map(({ Key, Value }) => (Key === undefined ? `${Value}` : `${Key}=${Value}`));
  const texts = textsIn(header === undefined ? others : [header.Values, header.RegexValues]);
  const unique = [...new Set(texts)];
  return header === undefined ? unique : unique.map((value) => `${header.HttpHeaderName}: ${value}`);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function group(control: ControlApi, one: TargetGroupRecord): Html {
  const context = control.context();
  const targets = Object.entries(one.targets).map(([key, target]) => {
    const { State: state = '', Description: description = '' } = healthOf(
      control.state,
      one,
      target,
      context,
    );
    const at = control.targets.get(key);
    const where = at === undefined ? '' : ` at ${at.host}:${at.port}`;
    return html`<li>${key}${where} <b class="${state}">${state}</b> ${description}</li>`;
  });
  return html`${one.name} (${[one.targetType, one.protocol, one.port].filter(Boolean).join(' ')})<ul>${targets}</ul>`;
}
