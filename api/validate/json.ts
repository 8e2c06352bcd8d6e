// A JSON reader that keeps what JSON.parse loses: repeated members and integers as they were written (RFC 8259;
// the rules the LBC's users rely on are in spec annotations 1.2).

export type JsonNode =
  | {
      readonly kind: 'object';
      readonly members: readonly (readonly [string, JsonNode])[];
      readonly raw: string;
    }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[]; readonly raw: string }
  | { readonly kind: 'string'; readonly text: string; readonly raw: string }
  | { readonly kind: 'number' | 'boolean' | 'null'; readonly raw: string };

/** Objects and arrays inside each other; deeper text is refused, so that no input exhausts the stack. */
const DEPTH_MAX = 1000;

export class NotJson extends Error {
  readonly at: number;
  constructor(because: string, at: number) {
    super(because);
    this.at = at;
  }
}

const BLANK = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;

/** The text of a JSON string in its quotes; lone surrogates become U+FFFD, as in Go. */
function parsed(raw: string): string | undefined {
  try {
    return String(JSON.parse(raw)).toWellFormed();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Reads exactly one JSON value. Throws only `NotJson`, which `readJson` turns into a value. */
class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonNode {
    const node = this.#value(0);
    this.#take(BLANK);
    if (this.#at < this.#text.length) throw new NotJson('text follows the JSON value', this.#at);
    return node;
  }

  #take(token: RegExp): string | undefined {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #string(): { text: string; raw: string } | undefined {
    const start = this.#at;
    if (this.#text[start] !== '"') return undefined;
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1;
    const raw = this.#text.slice(start, end + 1);
    const text = parsed(raw);
    if (text === undefined)
      throw new NotJson('a JSON string is not closed or holds a forbidden character', start);
    this.#at = end + 1;
    return { text, raw };
  }

  #value(depth: number): JsonNode {
    if (depth > DEPTH_MAX) throw new NotJson(`JSON is nested deeper than ${DEPTH_MAX} levels`, this.#at);
    this.#take(BLANK);
    const start = this.#at;
    const first = this.#text[start];
    if (first === '{')
      return { kind: 'object', members: this.#members(depth), raw: this.#text.slice(start, this.#at) };
    if (first === '[')
      return { kind: 'array', items: this.#items(depth), raw: this.#text.slice(start, this.#at) };
    const string = this.#string();
    if (string !== undefined) return { kind: 'string', ...string };
    const word = this.#take(WORD);
    if (word !== undefined) return { kind: word === 'null' ? 'null' : 'boolean', raw: word };
    const number = this.#take(NUMBER);
    if (number !== undefined) return { kind: 'number', raw: number };
    throw new NotJson(
      first === undefined ? 'the JSON text ends too early' : 'a JSON value is expected',
      start,
    );
  }

  #members(depth: number): (readonly [string, JsonNode])[] {
    return this.#list('}', () => {
      const name = this.#string();
      if (name === undefined) throw new NotJson('a JSON member name in double quotes is expected', this.#at);
      this.#take(BLANK);
      this.#expect(':');
      return [name.text, this.#value(depth + 1)] as const;
    });
  }

  #items(depth: number): JsonNode[] {
    return this.#list(']', () => this.#value(depth + 1));
  }

  #list<T>(close: string, element: () => T): T[] {
    const found: T[] = [];
    this.#at++;
    this.#take(BLANK);
    if (this.#text[this.#at] === close) {
      this.#at++;
      return found;
    }
    for (;;) {
      this.#take(BLANK);
      found.push(element());
      this.#take(BLANK);
      if (this.#text[this.#at] === close) {
        this.#at++;
        return found;
      }
      this.#expect(',');
    }
  }

  #expect(sign: string): void {
    if (this.#text[this.#at] !== sign) throw new NotJson(`"${sign}" is expected in the JSON text`, this.#at);
    this.#at++;
  }
}

/** The text as a tree, or why it is none, with the position in characters counted from 1. Linear in the text's length. */
export function readJson(text: string): { readonly node: JsonNode } | { readonly because: string } {
  try {
    return { node: new JsonReader(text).document() };
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    return { because: `${error.message} (at character ${error.at + 1})` };
  }
}
