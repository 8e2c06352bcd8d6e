// Wishes for protection in listeners and rules, and every reason for which each cannot be had (protections.test.ts).
import { CERTIFICATE, STORE } from '../../alb/laws/paper.ts';
import { forwards } from './reachable.ts';
import {
  denied,
  EACH,
  failing,
  lookups,
  missing,
  NO_STATE,
  OWN_TEXT,
  type Said,
  UNASKED,
  type Wish,
} from './wish.ts';

const HTTPS = { 'listen-ports': '[{"HTTPS":443}]', 'certificate-arn': CERTIFICATE('one') };
const BOTH = { 'listen-ports': '[{"HTTP":80},{"HTTPS":443}]', 'certificate-arn': CERTIFICATE('one') };
const BARE = { 'listen-ports': '[{"HTTP":80},{"HTTPS":443}]', 'ssl-redirect': '443' };
const SECURE = 'https://mine.example.com';
const PLAIN = 'http://mine.example.com';
const TLS13 = 'ELBSecurityPolicy-TLS13-1-2-2021-06';
const GONE_STORE = STORE.replace('corp', 'gone');
const MUTUAL = (trustStore: string): Said => ({
  ...HTTPS,
  'mutual-authentication': JSON.stringify([{ port: 443, mode: 'verify', trustStore }]),
});
const COGNITO = {
  'auth-type': 'cognito',
  'auth-idp-cognito':
    '{"userPoolARN":"arn:aws:cognito-idp:us-west-2:123456789012:userpool/us-west-2_a","userPoolClientID":"a1","userPoolDomain":"shop"}',
};
const OIDC = {
  'auth-type': 'oidc',
  'auth-idp-oidc':
    '{"issuer":"https://i.example.org","authorizationEndpoint":"https://i.example.org/a","tokenEndpoint":"https://i.example.org/t","userInfoEndpoint":"https://i.example.org/u","secretName":"login"}',
};
const TOKEN = { 'jwt-validation': '{"jwksEndpoint":"https://login.example.org/keys","issuer":"shop"}' };
const SOURCE_IP = '[{"field":"source-ip","sourceIPConfig":{"values":["198.51.100.0/24"]}}]';

/** A guard in front of each rule's action. */
function guard(
  names: Wish['names'],
  said: Said,
  invalid: Said,
  type: string,
  rows: Partial<Wish['rows']> = {},
): Wish {
  const wish = { ...HTTPS, ...said };
  return {
    ...{ names, said: wish, request: SECURE },
    holds: ({ actions }) => actions[0]?.Type === type,
    rows: {
      ...{ unknown: UNASKED, denied: UNASKED, unavailable: UNASKED, notReady: NO_STATE, deleted: OWN_TEXT },
      invalid: { said: { ...wish, ...invalid }, ready: new RegExp(Object.keys(invalid).join()) },
      invalidLater: { before: wish, said: { ...wish, ...invalid }, ready: /auth|jwt/ },
      refusedAtCreate: {
        refuse: { CreateRule: 'InvalidLoadBalancerAction' },
        ready: /InvalidLoadBalancerAction/,
      },
      refusedAtModify: {
        before: wish,
        said: { ...wish, 'auth-session-timeout': '3600', tags: 'team=a' },
        refuse: denied('ModifyRule', 'CreateRule'),
        ready: /AccessDenied/,
      },
      lost: EACH,
      ...rows,
    },
  };
}

const REDIRECT: Wish = {
  ...{ names: ['ssl-redirect'], said: { ...BOTH, 'ssl-redirect': '443' }, request: PLAIN },
  holds: (met) => !forwards(met),
  rows: {
    unknown: {
      said: BARE,
      ...lookups({ certificates: async () => missing('CertificateNotFound', 'ACM has none') }),
      ready:
        /^CertificateNotFound .*HTTPS port 443 has no certificate: ACM has none; port 80 redirects there, and nothing is served until there is one/,
    },
    denied: {
      said: BARE,
      ...lookups({ certificates: failing('ListCertificates', 'AccessDeniedException') }),
      ready: /ListCertificates answered AccessDenied/,
    },
    unavailable: { refuse: { CreateListener: 'ServiceUnavailable' }, ready: /ServiceUnavailable/ },
    notReady: {
      said: { ...BOTH, 'ssl-redirect': '443' },
      refuse: { CreateListener: 'UnsupportedCertificate' },
      ready: /UnsupportedCertificate/,
    },
    invalid: { said: { ...BOTH, 'ssl-redirect': '8443' }, ready: /8443/ },
    invalidLater: {
      before: { ...BOTH, 'ssl-redirect': '443' },
      said: { ...BOTH, 'ssl-redirect': 'https' },
      ready: /ssl-redirect/,
    },
    refusedAtCreate: { refuse: denied('CreateListener'), ready: /AccessDenied/ },
    refusedAtModify: { before: BOTH, refuse: denied('ModifyListener'), ready: /AccessDenied/ },
    lost: { elder: { 'listen-ports': '[{"HTTP":80},{"HTTP":443}]' }, ready: /GroupConflict/ },
    deleted: {
      before: { ...BOTH, 'ssl-redirect': '443' },
      said: { ...BARE, 'listen-ports': '[{"HTTP":80},{"HTTPS":8443}]' },
      ready: /ssl-redirect/,
    },
  },
};

const CLIENTS: Wish = {
  ...{ names: ['mutual-authentication'], said: MUTUAL(STORE), request: SECURE },
  holds: ({ listener }) => listener?.mode === 'verify' && listener.trustStore === STORE,
  rows: {
    unknown: { said: MUTUAL('crop'), ready: /^TrustStoreNotFound/ },
    denied: {
      said: MUTUAL('corp'),
      ...lookups({ trustStores: failing('DescribeTrustStores', 'AccessDeniedException') }),
      ready: /DescribeTrustStores answered AccessDenied/,
    },
    unavailable: {
      said: MUTUAL('corp'),
      ...lookups({ trustStores: failing('DescribeTrustStores', 'ServiceUnavailable') }),
      ready: /DescribeTrustStores answered ServiceUnavailable/,
    },
    notReady: { refuse: { CreateListener: 'TrustStoreNotReady' }, ready: /TrustStoreNotReady/ },
    invalid: { said: { ...HTTPS, 'mutual-authentication': '[{"port":443,"mode":"verfy"}]' }, ready: /verfy/ },
    invalidLater: {
      before: MUTUAL(STORE),
      said: { ...HTTPS, 'mutual-authentication': '[' },
      ready: /mutual/,
    },
    refusedAtCreate: { said: MUTUAL(GONE_STORE), ready: /TrustStoreNotFound/ },
    refusedAtModify: { before: HTTPS, refuse: denied('ModifyListener'), ready: /AccessDenied/ },
    lost: {
      elder: { ...HTTPS, 'mutual-authentication': '[{"port":443,"mode":"off"}]' },
      ready: /^GroupConflict/,
    },
    deleted: { before: MUTUAL(STORE), said: MUTUAL('corp'), ready: /^TrustStoreNotFound/ },
  },
};

const LOGIN = missing('SecretNotFound', 'Secret shop/login was not found');

/** What stands in listeners and rules. */
export const OF_ROUTES: readonly Wish[] = [
  REDIRECT,
  guard(['auth-type', 'auth-idp-cognito'], COGNITO, { 'auth-type': 'cognitoo' }, 'authenticate-cognito'),
  guard(['auth-idp-oidc'], OIDC, { 'auth-idp-oidc': '{"issuer":1}' }, 'authenticate-oidc', {
    unknown: { secret: LOGIN, ready: /^SecretNotFound/ },
    denied: { secret: missing('SecretNotFound', 'it may not be read'), ready: /it may not be read/ },
    notReady: {
      secret: missing('SecretNotFound', 'it has no clientSecret'),
      ready: /it has no clientSecret/,
    },
    deleted: { before: { ...HTTPS, ...OIDC }, secret: LOGIN, ready: /^SecretNotFound/ },
  }),
  guard(
    ['auth-on-unauthenticated-request'],
    { ...COGNITO, 'auth-on-unauthenticated-request': 'deny' },
    { 'auth-on-unauthenticated-request': 'Deny' },
    'authenticate-cognito',
  ),
  guard(['jwt-validation'], TOKEN, { 'jwt-validation': '{"issuer":"shop"}' }, 'jwt-validation'),
  CLIENTS,
  {
    ...{ names: ['certificate-arn'], said: HTTPS, request: SECURE },
    holds: ({ listener }) => listener?.protocol === 'HTTPS',
    rows: {
      unknown: { said: { ...HTTPS, 'certificate-arn': CERTIFICATE('gone') }, ready: /CertificateNotFound/ },
      ...{ denied: UNASKED, unavailable: UNASKED, lost: 'the certificates of all members are served' },
      notReady: { refuse: { CreateListener: 'UnsupportedCertificate' }, ready: /UnsupportedCertificate/ },
      invalid: { said: { ...HTTPS, 'certificate-arn': 'mine' }, ready: /mine/ },
      invalidLater: { before: HTTPS, said: { ...HTTPS, 'certificate-arn': 'mine' }, ready: /mine/ },
      refusedAtCreate: { refuse: denied('CreateListener'), ready: /AccessDenied/ },
      refusedAtModify: {
        ...{ before: HTTPS, said: { ...HTTPS, 'certificate-arn': CERTIFICATE('gone') } },
        ready: /CertificateNotFound/,
      },
      deleted: {
        ...{ before: HTTPS, said: { 'listen-ports': '[{"HTTPS":443}]' } },
        ...lookups({ certificates: async () => missing('CertificateNotFound', 'ACM has none') }),
        ready: /^CertificateNotFound .*ACM has none/,
      },
    },
  },
  {
    ...{ names: ['ssl-policy'], said: { ...HTTPS, 'ssl-policy': TLS13 }, request: SECURE },
    holds: ({ listener }) => listener?.sslPolicy === TLS13,
    rows: {
      unknown: { said: { ...HTTPS, 'ssl-policy': 'ELBSecurityPolicy-None' }, ready: /SSLPolicyNotFound/ },
      ...{ denied: UNASKED, unavailable: UNASKED, notReady: NO_STATE, deleted: OWN_TEXT },
      invalid: { said: { ...HTTPS, 'ssl-policy': 'strict please' }, ready: /strict please/ },
      invalidLater: {
        ...{ before: { ...HTTPS, 'ssl-policy': TLS13 }, said: { ...HTTPS, 'ssl-policy': 'strict please' } },
        ready: /strict please/,
      },
      refusedAtCreate: { refuse: { CreateListener: 'SSLPolicyNotFound' }, ready: /SSLPolicyNotFound/ },
      refusedAtModify: { before: HTTPS, refuse: denied('ModifyListener'), ready: /AccessDenied/ },
      lost: { elder: { ...HTTPS, 'ssl-policy': 'ELBSecurityPolicy-2016-08' }, ready: /^GroupConflict/ },
    },
  },
  {
    ...{ names: ['conditions.*'], said: { 'conditions.web': SOURCE_IP }, request: PLAIN },
    holds: ({ conditions }) => JSON.stringify(conditions).includes('198.51.100.0/24'),
    rows: {
      ...{ unknown: UNASKED, denied: UNASKED, unavailable: UNASKED, notReady: NO_STATE, lost: EACH },
      invalid: { said: { 'conditions.web': SOURCE_IP.replace('source-ip', 'sourceip') }, ready: /sourceip/ },
      invalidLater: {
        before: { 'conditions.web': SOURCE_IP },
        said: { 'conditions.web': '[' },
        ready: /conditions/,
      },
      refusedAtCreate: {
        refuse: { CreateRule: 'InvalidConfigurationRequest' },
        ready: /InvalidConfigurationRequest/,
      },
      refusedAtModify: { before: {}, refuse: denied('ModifyRule', 'CreateRule'), ready: /AccessDenied/ },
      deleted: OWN_TEXT,
    },
  },
];
