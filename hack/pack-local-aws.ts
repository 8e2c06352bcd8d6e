// Before `npm pack -w local-aws`: the local AWS as plain JavaScript in `local-aws/dist`, since Node runs no TypeScript under
// node_modules, with the libraries that it uses in it, so that nothing else is downloaded to run it.
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeBundle } from './bundle.ts';

const ROOM = fileURLToPath(new URL('../local-aws', import.meta.url));
const DIST = join(ROOM, 'dist');

/** Files that are no code, beside the code that opens them. */
const BESIDE = ['moto/start-moto.py', 'moto/requirements.txt', '../LICENSE'];

/** The directory of the library that a source file belongs to. */
const LIBRARY = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** Name, version and licence of a library, as its own files have them. */
async function noticeOf(library: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(library, 'package.json'), 'utf8'));
  const file = (await readdir(library)).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? '' : `\n\n${(await readFile(join(library, file), 'utf8')).trim()}`;
  return `${name} ${version} (${license})${text}`;
}

const files = await writeBundle(DIST, { 'albatross-local-aws': 'local-aws/albatross-local-aws.ts' });
for (const path of BESIDE) await copyFile(join(ROOM, path), join(DIST, basename(path)));
const libraries = new Set(files.flatMap((file) => LIBRARY.exec(file) ?? []));
const notices = await Promise.all([...libraries].sort().map(noticeOf));
await writeFile(
  join(DIST, 'LIBRARIES.txt'),
  `Libraries whose code is part of this program\n\n${notices.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`,
);
