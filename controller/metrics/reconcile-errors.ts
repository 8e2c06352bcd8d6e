// Failed work under the name and the categories of the LBC (aws-model 12.3), where they mean the same: a group that could not be
// planned or carried out, and writes at the API server.
import { Counter, type Registry } from 'prom-client';
import type { Untold } from '../status/pass-result.ts';

/** Categories of the LBC's controller of Ingresses. */
export type ReconcileError =
  | 'build_model_error'
  | 'deploy_model_error'
  | 'add_group_finalizer_error'
  | 'remove_group_finalizer_error'
  | 'dns_resolve_and_update_status_error';

/** What a pass over a group counts as: at most one error, the earlier one. Pure. */
export function errorOfPass({
  failure,
  decided,
  outcomes,
}: Pick<Untold, 'failure' | 'decided' | 'outcomes'>): ReconcileError | undefined {
  if (failure !== undefined || !decided) return 'build_model_error';
  return outcomes.some(({ result }) => result === 'failed') ? 'deploy_model_error' : undefined;
}

/** Steps at the API server that have a category of their own there. */
const STEPS: Readonly<Record<string, ReconcileError>> = {
  'claim binding': 'add_group_finalizer_error',
  'hold Ingress': 'add_group_finalizer_error',
  'exchange finalizers': 'remove_group_finalizer_error',
  'release binding': 'remove_group_finalizer_error',
  'release Ingress': 'remove_group_finalizer_error',
  'write address': 'dns_resolve_and_update_status_error',
  'take address': 'dns_resolve_and_update_status_error',
};

/** Counts them. */
export interface ReconcileErrors {
  pass(pass: Pick<Untold, 'failure' | 'decided' | 'outcomes'>): void;
  /** A write failed; steps that the LBC does not have are not counted. */
  step(name: string): void;
}

/** Registers the counter. */
export function reconcileErrors(registry: Registry): ReconcileErrors {
  const counter = new Counter({
    name: 'awslbc_controller_reconcile_errors_total',
    help: 'Failed work, by the controller and the category that the AWS Load Balancer Controller has for it.',
    labelNames: ['controller', 'error_category'],
    registers: [registry],
  });
  const count = (category: ReconcileError | undefined): void => {
    if (category !== undefined) counter.inc({ controller: 'ingress', error_category: category });
  };
  return {
    pass: (pass) => count(errorOfPass(pass)),
    step: (name) => count(Object.hasOwn(STEPS, name) ? STEPS[name] : undefined),
  };
}
