// Which build this is. hack/bundle.ts puts the constants in; a checkout that is run as it is has none.
declare const ALBATROSS_VERSION: string | undefined;
declare const ALBATROSS_COMMIT: string | undefined;

/** Version of package.json; `dev` in a checkout. */
export const VERSION = typeof ALBATROSS_VERSION === 'string' ? ALBATROSS_VERSION : 'dev';

/** Commit of git; undefined in a checkout, and where neither git nor a build argument said one. */
export const COMMIT =
  typeof ALBATROSS_COMMIT === 'string' && ALBATROSS_COMMIT !== '' ? ALBATROSS_COMMIT : undefined;

/** For people: `0.1.0 (commit 1234567890ab)`, `dev`. */
export const BUILD = COMMIT === undefined ? VERSION : `${VERSION} (commit ${COMMIT})`;
