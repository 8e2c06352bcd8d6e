// Once: what is computed from an object is remembered with it. Only for objects that nobody changes.

/** The function with a memory for each object; it is forgotten with the object. */
export function once<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => known.getOrInsertComputed(key, compute);
}
