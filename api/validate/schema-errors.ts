// What ajv says of a value that does not fit its schema: where it is, and what stands there.
import type { ErrorObject } from 'ajv';

/** The steps of a JSON pointer (RFC 6901): names of members and indexes of items. */
export const stepsOf = ({ instancePath }: ErrorObject): string[] =>
  instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

/** The value as people write it. */
export const writtenOf = ({ data }: ErrorObject): string =>
  typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
