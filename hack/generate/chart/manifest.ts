// An object of config/ on its way to a template.

/** An object of config/, as far as it is looked into here. */
export interface Manifest {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: object; annotations?: object };
  [field: string]: unknown;
}

/** A part of it. */
export type Json = Record<string, unknown>;
