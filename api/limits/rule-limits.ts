// What AWS accepts in the conditions, transforms and actions of rules (aws-limits 3).

/** Longest value or regular expression of a condition, in characters (aws-limits 3.1). */
export const CONDITION_VALUE_MAX = 128;
/** Values and regular expressions in all conditions of one rule (aws-limits R4). */
export const CONDITION_VALUES_MAX = 5;
/** Wildcards in all conditions of one rule: five in most accounts, six in some (aws-limits R6). */
export const WILDCARDS_USUAL = 5;
export const WILDCARDS_MAX = 6;

/** A header name: an RFC 7230 token without the wildcard "*" (aws-limits 3.1, http-header). */
export const HEADER_NAME = "^[!#$%&'+.^_`|~0-9A-Za-z-]+$";
/** aws-limits 3.1, http-request-method. */
export const METHOD = '^[A-Z_-]+$';

/** Longest regular expression and replacement of a transform, in characters (aws-limits T4). */
export const REWRITE_MAX = 1024;

/** A full URL of a provider (aws-limits 3.3, authenticate-oidc and jwt-validation). */
export const HTTPS_URL = '^https://[^/?#: ]+(:[0-9]+)?([/?#].*)?$';

/** Seven days, the longest login and stickiness in seconds (aws-limits 3.3). */
export const WEEK_SECONDS = 604_800;
