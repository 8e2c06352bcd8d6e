// Colours for a terminal: none where NO_COLOR says so, or where the text does not go to a terminal.
import { styleText } from 'node:util';

export type Colour = 'green' | 'yellow' | 'red' | 'cyan' | 'bold' | 'dim';
export type Paint = (colour: Colour, text: string) => string;

/** For standard output; follows NO_COLOR, FORCE_COLOR and NODE_DISABLE_COLORS (Node.js documentation: util.styleText). */
export const paint: Paint = (colour, text) => styleText(colour, text, { stream: process.stdout });

/** Leaves a text as it is. */
export const plain: Paint = (_colour, text) => text;
