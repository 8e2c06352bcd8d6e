// Manifests with holes: a part of an object is marked while it is data, and becomes template text when it is written. So what a
// template says beside its holes is what config/ says.
import { stringify } from 'yaml';

/** Template text for a marked place; `indent` is the column that it stands in. */
type Text = (indent: number) => string;

/** Holes of one manifest. */
export class Holes {
  readonly #texts: Text[] = [];

  /** A scalar: `{{ expression }}`. */
  scalar(expression: string): string {
    return this.#mark(() => `{{ ${expression} }}`);
  }

  /** Lines in place of a key of a map: spread it into the map. */
  lines(text: Text): Readonly<Record<string, null>> {
    return { [this.#mark(text)]: null };
  }

  /** Lines in place of an item of a list. */
  item(text: Text): string {
    return this.#mark(text);
  }

  #mark(text: Text): string {
    this.#texts.push(text);
    return `HOLE-${this.#texts.length - 1}-`;
  }

  /** The manifest as template text. */
  render(manifest: object): string {
    const yaml = stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false });
    const whole = yaml.replaceAll(
      /^( *)(?:- )?HOLE-(\d+)-(?:: null)?\n/gm,
      (_, indent: string, at: string) => {
        const text = this.#textOf(at)(indent.length);
        return `${text.startsWith('{{-') ? '' : indent}${text}\n`;
      },
    );
    return whole.replaceAll(/HOLE-(\d+)-/g, (_, at: string) => this.#textOf(at)(0));
  }

  #textOf(at: string): Text {
    const text = this.#texts[Number(at)];
    if (text === undefined) throw new Error(`there is no hole ${at}`);
    return text;
  }
}

/** `key:` with a value as YAML, where it says something. */
export const optional =
  (key: string, value: string): Text =>
  (indent) =>
    [
      `{{- with ${value} }}`,
      `${' '.repeat(indent)}${key}:`,
      `${' '.repeat(indent + 2)}{{- toYaml . | nindent ${indent + 2} }}`,
      '{{- end }}',
    ].join('\n');

/** The same for one word or number. */
export const optionalScalar =
  (key: string, value: string): Text =>
  (indent) =>
    `{{- with ${value} }}\n${' '.repeat(indent)}${key}: {{ . }}\n{{- end }}`;

/** Members of a map as YAML, where there are some. */
export const moreOf =
  (value: string): Text =>
  (indent) =>
    `{{- with ${value} }}\n${' '.repeat(indent)}{{- toYaml . | nindent ${indent} }}\n{{- end }}`;

/** Members of a map: those of a value where it says something, else the usual ones. */
export const membersOr =
  (value: string, usual: object): Text =>
  (indent) =>
    [
      `{{- with ${value} }}`,
      `${' '.repeat(indent)}{{- toYaml . | nindent ${indent} }}`,
      '{{- else }}',
      indented(usual, indent),
      '{{- end }}',
    ].join('\n');

/** Lines under a condition. */
export const linesWhen =
  (condition: string, members: object): Text =>
  (indent) =>
    `{{- if ${condition} }}\n${indented(members, indent)}\n{{- end }}`;

/** What a named template gives. */
export const included =
  (name: string, of = '.'): Text =>
  (indent) =>
    `{{- include "${name}" ${of} | nindent ${indent} }}`;

/** A part of a template under a condition. */
export const when = (condition: string, text: string): string =>
  `{{- if ${condition} }}\n${text.trimEnd()}\n{{- end }}\n`;

/** A value as YAML in a column. */
export const indented = (value: object, indent: number): string =>
  stringify(value, { lineWidth: 0 }).trimEnd().replaceAll(/^/gm, ' '.repeat(indent));
