// What AWS asks of the validation of tokens beyond its schema (aws-limits 3.3, jwt-validation; spec annotations 10.8).
import type { JwtValue } from '../../annotations/jwt.ts';
import { type Finding, refuse, step, warn } from '../../problems/finding.ts';

/** Claims that are always validated. */
const BY_DEFAULT = ['exp', 'iss', 'nbf', 'iat'];

/** What is wrong or doubtful with the validation of tokens. */
export function jwtFindings({ jwksEndpoint, issuer, additionalClaims = [] }: JwtValue): Finding[] {
  return [
    ...(jwksEndpoint === '' ? [refuse('Malformed', { at: '.jwksEndpoint', because: 'it is empty' })] : []),
    ...(issuer === '' ? [refuse('Malformed', { at: '.issuer', because: 'it is empty' })] : []),
    ...additionalClaims.flatMap((claim, index) => claimFindings(claim, `.additionalClaims${step(index)}`)),
  ];
}

type JwtClaim = NonNullable<JwtValue['additionalClaims']>[number];

function claimFindings({ format, name, values }: JwtClaim, at: string): Finding[] {
  const found: Finding[] = [];
  if (name === '') found.push(refuse('Malformed', { at: `${at}.name`, because: 'it is empty' }));
  if (BY_DEFAULT.includes(name)) {
    const because = 'this claim is always validated and must not be listed';
    found.push(refuse('NotAllowed', { at: `${at}.name`, value: name, because }));
  }
  if (values.length === 0) {
    found.push(refuse('Malformed', { at: `${at}.values`, because: 'it needs at least one value' }));
  }
  if (format === 'space-separated-values') {
    const spaced = values.findIndex((value) => value.includes(' '));
    if (spaced >= 0) {
      const because = 'with space-separated-values each value is one word';
      const place = `${at}.values${step(spaced)}`;
      found.push(refuse('InvalidFormat', { at: place, value: values[spaced] ?? '', because }));
    }
  }
  if (format === 'single-string' && values.length > 1) {
    const because = 'a claim of format single-string has one value';
    found.push(warn('Contradiction', { at: `${at}.values`, because }));
  }
  return found;
}
