// What the shapes of many actions are made of.
import { integer, list, oneOf, structure, text } from './shape.ts';

/** aws-limits TA1, TA2: length and characters of tag keys and values. */
const TAG_CHARACTERS = /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u;

export const string = text();
export const strings = list(string);
export const tags = list(
  structure(
    {
      Key: text({ min: 1, max: 128, pattern: TAG_CHARACTERS }),
      Value: text({ max: 256, pattern: TAG_CHARACTERS }),
    },
    'Key',
  ),
  { min: 1 },
);
export const paged = { Marker: string, PageSize: integer(1, 400) };
export const arn = (name: string) => structure({ [name]: string }, name);

export const onOff = oneOf('on', 'off');
