// Descriptor of the validation of JSON Web Tokens (spec annotations 10.8).
import { annotation, shapes } from '../annotation.ts';
import type { AnnotationValues } from '../generated/values.ts';
import { HTTPS_URL } from '../limits/rule-limits.ts';

const LENGTH_MAX = 256;

export const jwtValidation = annotation('jwt-validation', {
  on: ['Ingress'],
  schema: {
    type: 'object',
    required: ['jwksEndpoint', 'issuer'],
    properties: {
      jwksEndpoint: {
        type: 'string',
        maxLength: LENGTH_MAX,
        // The empty text is told as what it is (checks/jwt.ts).
        pattern: `${HTTPS_URL}|^$`,
        description: 'a URL of at most 256 characters that starts with https://',
      },
      issuer: { type: 'string', maxLength: LENGTH_MAX },
      additionalClaims: {
        type: 'array',
        maxItems: 10,
        description: 'a list of at most 10 claims',
        items: {
          type: 'object',
          required: ['format', 'name', 'values'],
          properties: {
            format: { type: 'string', enum: ['single-string', 'string-array', 'space-separated-values'] },
            name: { type: 'string' },
            values: {
              type: 'array',
              maxItems: 10,
              description: 'a list of 1 to 10 texts',
              items: { type: 'string', maxLength: LENGTH_MAX },
            },
          },
        },
      },
    },
  },
  merge: 'each',
  effect: shapes('all rules of the Ingress and its default backend, on HTTPS listeners'),
  protects: true,
  doc: 'Lets only requests through that carry a valid JSON Web Token. It excludes auth-type.',
  examples: {
    good: [
      '{"jwksEndpoint":"https://login.example.org/keys","issuer":"https://login.example.org"}',
      '{"jwksEndpoint":"https://login.example.org/keys","issuer":"shop","additionalClaims":[{"format":"string-array","name":"roles","values":["buyer"]}]}',
    ],
    bad: [
      '',
      'null',
      '{"issuer":"https://login.example.org"}',
      '{"jwksEndpoint":"http://login.example.org/keys","issuer":"https://login.example.org"}',
      '{"jwksEndpoint":"https://login.example.org/keys","issuer":"shop","additionalClaims":[{"format":"list","name":"roles","values":["buyer"]}]}',
      '{"jwksEndpoint":"https://login.example.org/keys","issuer":"shop","additionalClaims":[{"format":"string-array","name":"exp","values":["1"]}]}',
    ],
  },
});

export type JwtValue = AnnotationValues['jwt-validation'];
