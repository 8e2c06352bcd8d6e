// Metrics of target groups: which Service each one is for, and how its targets are (aws-model 12.3).
import { Gauge, type Registry } from 'prom-client';
import type { TargetGroupIndex } from './target-group-index.ts';
import type { Targets } from './targets.ts';

/** The ARN after its last colon, as the LBC labels it and CloudWatch names it: `targetgroup/NAME/ID`. */
const shortArn = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

const LABELS = ['namespace', 'service', 'target_group'] as const;

/** Shows every target group that is looked after, as it is when it is asked for. */
export function watchTargetGroups(
  registry: Registry,
  targets: Pick<Targets, 'health'> & { readonly served: Pick<TargetGroupIndex, 'all'> },
): void {
  const show = (name: string, help: string, value: (arn: string) => number | undefined): void => {
    new Gauge({
      ...{ name, help, labelNames: LABELS, registers: [registry] },
      collect() {
        this.reset();
        for (const { arn, backend } of targets.served.all()) {
          const { namespace, service } = backend;
          const shown = value(arn);
          if (shown !== undefined) this.set({ namespace, service, target_group: shortArn(arn) }, shown);
        }
      },
    });
  };
  show('aws_target_group_info', 'The Service that a target group is for; always 1.', () => 1);
  show(
    'albatross_target_group_targets',
    'Targets registered in a target group.',
    (arn) => targets.health(arn)?.total,
  );
  show(
    'albatross_target_group_healthy_targets',
    'Targets of a target group that are healthy.',
    (arn) => targets.health(arn)?.healthy,
  );
}
