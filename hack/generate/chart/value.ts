// One value of the chart: everything that is known of it. values.yaml, its schema, the flags of the processes, what the notes say of
// values without meaning, and the page of values are made from these.

/** JSON Schema of a value that is said. */
export type ValueSchema = Readonly<Record<string, unknown>>;

interface Place {
  /** `serviceAccount.annotations`. */
  readonly path: string;
  readonly doc: string;
}

/** A value that means something here. */
export interface UsedValue extends Place {
  readonly schema: ValueSchema;
  /** Null: unset; the process's own default holds. */
  readonly unset: unknown;
  /** Not one of the chart of the AWS Load Balancer Controller. */
  readonly own?: true;
  /** The flag that it becomes, by process. `form`: how maps and lists are written. */
  readonly flag?: {
    readonly name: string;
    readonly of: readonly Process[];
    readonly form?: 'pairs' | 'list';
  };
}

/** A value of the chart of the AWS Load Balancer Controller that means nothing here; `doc` says why. */
export interface IgnoredValue extends Place {
  readonly ignored: true;
}

export type ChartValue = UsedValue | IgnoredValue;
export type Process = 'controller' | 'webhook';

export const isUsed = (value: ChartValue): value is UsedValue => !('ignored' in value);
