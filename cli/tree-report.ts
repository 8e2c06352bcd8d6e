// What groups have in AWS, as trees for people and as data for programs. Pure.

import type {
  GroupTree,
  ListenerNode,
  LoadBalancerNode,
  RuleNode,
  TargetGroupNode,
} from '../controller/inspection/tree.ts';
import type { TargetSeen } from '../controller/targets/target-health.ts';
import { many } from './output.ts';
import type { Colour, Paint } from './paint.ts';
import { actionWords, conditionWords, type NameOf } from './rule-words.ts';

interface Branch {
  readonly line: string;
  readonly below: readonly Branch[];
}

function drawn({ line, below }: Branch, before: string, last: boolean): string[] {
  const inside = `${before}${last ? '   ' : '│  '}`;
  return [`${before}${last ? '└─ ' : '├─ '}${line}`, ...drawnAll(below, inside)];
}

const drawnAll = (branches: readonly Branch[], before: string): string[] =>
  branches.flatMap((branch, at) => drawn(branch, before, at === branches.length - 1));

const COLOURS: Readonly<Record<string, Colour>> = {
  healthy: 'green',
  initial: 'yellow',
  draining: 'dim',
  unused: 'dim',
};

function targetBranch({ id, port, state, reason, description }: TargetSeen, paint: Paint): Branch {
  const because = [reason, description].filter((text) => text !== undefined && text !== '').join(': ');
  const health = paint(COLOURS[state] ?? 'red', state);
  return { line: `${id}:${port} ${health}${because === '' ? '' : ` (${because})`}`, below: [] };
}

/** Draws one group; the targets of a target group are listed where it comes first. */
class Drawing {
  readonly #paint: Paint;
  readonly #shown = new Set<string>();

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  targetGroup({ arn, name, spec, targets }: TargetGroupNode): Branch {
    const healthy = targets.filter(({ state }) => state === 'healthy').length;
    const kind = spec === undefined ? '' : ` ${spec.protocol}:${spec.port} ${spec.targetType}`;
    const foreign = spec === undefined ? ' (not of this group)' : '';
    const colour = healthy === targets.length && healthy > 0 ? 'green' : healthy === 0 ? 'red' : 'yellow';
    const count = this.#paint(colour, `${healthy}/${targets.length} healthy`);
    const again = this.#shown.has(arn);
    this.#shown.add(arn);
    return {
      line: `target group ${this.#paint('bold', name)}${kind}${foreign} ${count}${again ? ', as above' : ''}`,
      below: again ? [] : targets.map((target) => targetBranch(target, this.#paint)),
    };
  }

  rule({ priority, foreign, conditions, actions, transforms, targetGroups }: RuleNode): Branch {
    const names = new Map(targetGroups.map(({ arn, name }) => [arn, name]));
    const nameOf: NameOf = (arn) => names.get(arn) ?? arn;
    const does = actionWords(actions, transforms, nameOf);
    const who = foreign ? ' (not ours)' : '';
    const line =
      priority === 'default'
        ? `otherwise → ${does}`
        : `rule ${priority}${who}: ${conditionWords(conditions)} → ${does}`;
    return { line, below: targetGroups.map((one) => this.targetGroup(one)) };
  }

  listener({ spec, rules }: ListenerNode): Branch {
    const certificates =
      spec.certificates.length === 0 ? '' : `, ${many(spec.certificates.length, 'certificate')}`;
    const policy = spec.sslPolicy === undefined ? '' : `, ${spec.sslPolicy}`;
    const line = `listener ${this.#paint('bold', `${spec.protocol} ${spec.port}`)}${policy}${certificates}`;
    return { line, below: rules.map((rule) => this.rule(rule)) };
  }

  loadBalancer({ spec, state, dnsName, listeners }: LoadBalancerNode): Branch {
    const health = this.#paint(state === 'active' ? 'green' : 'yellow', state);
    return {
      line: `load balancer ${this.#paint('bold', spec.name)} ${spec.scheme} ${health} ${dnsName}`,
      below: listeners.map((listener) => this.listener(listener)),
    };
  }
}

function groupText({ group, loadBalancers, unused, orphan }: GroupTree, paint: Paint): string {
  const drawing = new Drawing(paint);
  const branches = [
    ...loadBalancers.map((one) => drawing.loadBalancer(one)),
    ...(unused.length === 0
      ? []
      : [{ line: 'not used by any listener', below: unused.map((one) => drawing.targetGroup(one)) }]),
  ];
  const name = paint('bold', group.includes('/') ? `Ingress ${group}` : `group ${group}`);
  const fate = orphan === undefined ? '' : `, an orphan: ${paint('yellow', orphan)}`;
  return [`${name}${fate}${branches.length === 0 ? ': nothing in AWS' : ''}`, ...drawnAll(branches, '')].join(
    '\n',
  );
}

/** One tree for each group. Without a line end behind it. */
export function treeText(trees: readonly GroupTree[], paint: Paint, none = 'nothing in AWS'): string {
  return trees.length === 0 ? none : trees.map((tree) => groupText(tree, paint)).join('\n\n');
}

/** The same as data, with conditions and actions in words beside them. */
export function treeData(trees: readonly GroupTree[]): object {
  const rule = ({ targetGroups, ...one }: RuleNode): object => {
    const names = new Map(targetGroups.map(({ arn, name }) => [arn, name]));
    return {
      ...one,
      when: conditionWords(one.conditions),
      does: actionWords(one.actions, one.transforms, (arn) => names.get(arn) ?? arn),
      targetGroups: targetGroups.map(targetGroup),
    };
  };
  const targetGroup = ({ spec, ...one }: TargetGroupNode): object => ({ ...spec, ...one });
  return {
    groups: trees.map(({ group, loadBalancers, unused, orphan }) => ({
      group,
      ...(orphan === undefined ? {} : { orphan }),
      loadBalancers: loadBalancers.map(({ spec, listeners, ...balancer }) => ({
        ...spec,
        ...balancer,
        listeners: listeners.map(({ spec: of, arn, rules }) => ({ ...of, arn, rules: rules.map(rule) })),
      })),
      unused: unused.map(targetGroup),
    })),
  };
}
