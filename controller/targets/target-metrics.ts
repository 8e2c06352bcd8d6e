// Metrics of target groups: which Service each one is for, and how its targets are (aws-model 12.3).
import { Gauge, Histogram, type Registry } from 'prom-client';
import type { TargetGroupIndex } from './target-group-index.ts';
import type { Targets } from './targets.ts';

/** The ARN after its last colon, as the LBC labels it and CloudWatch names it: `targetgroup/NAME/ID`. */
const shortArn = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

const LABELS = ['namespace', 'service', 'target_group'] as const;

/** Shows how long readiness gates waited for the health of a target (aws-model 12.3); gives what notes one that is met. */
export function watchReadinessGates(
  registry: Registry,
): (namespace: string, targetGroup: string, seconds: number) => void {
  const histogram = new Histogram({
    name: 'awslbc_readiness_gate_ready_seconds',
    help: 'Seconds from when a readiness gate of a pod begins to wait until its target is healthy.',
    labelNames: ['namespace', 'name'],
    buckets: [10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600],
    registers: [registry],
  });
  return (namespace, name, seconds) => histogram.observe({ namespace, name }, seconds);
}

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
