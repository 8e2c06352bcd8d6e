// Objects without members that are undefined, for types in which a member is there or not.

type Optional<T> = { [K in keyof T]: undefined extends T[K] ? K : never }[keyof T];

type Defined<T> = { [K in Exclude<keyof T, Optional<T>>]: T[K] } & {
  [K in Optional<T>]?: Exclude<T[K], undefined>;
};

/** The object without its members that are undefined. */
export function defined<T extends object>(object: T): Defined<T> {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(object)) {
    const value: unknown = Reflect.get(object, name);
    if (value !== undefined) copy[name] = value;
  }
  return copy as Defined<T>;
}
