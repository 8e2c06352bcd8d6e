// Shapes of actions, conditions and transforms, as CreateRule and CreateListener take them (API version 2015-12-01).
import { flag, integer, list, map, oneOf, structure, text } from './shape.ts';

const string = text();
const strings = list(string);

const session = {
  SessionCookieName: string,
  Scope: string,
  SessionTimeout: integer(),
  AuthenticationRequestExtraParams: map,
  OnUnauthenticatedRequest: oneOf('deny', 'allow', 'authenticate'),
};

/** aws-limits A1, A3 and the field limits of section 3.3. */
export const actions = list(
  structure(
    {
      Type: oneOf(
        'forward',
        'authenticate-oidc',
        'authenticate-cognito',
        'redirect',
        'fixed-response',
        'jwt-validation',
      ),
      TargetGroupArn: string,
      Order: integer(1, 50000),
      ForwardConfig: structure({
        TargetGroups: list(structure({ TargetGroupArn: string, Weight: integer() })),
        TargetGroupStickinessConfig: structure({ Enabled: flag, DurationSeconds: integer() }),
      }),
      RedirectConfig: structure(
        {
          Protocol: text({ pattern: /^(HTTPS?|#\{protocol\})$/ }),
          Port: string,
          Host: text({ min: 1, max: 128 }),
          Path: text({ min: 1, max: 128 }),
          Query: text({ max: 128 }),
          StatusCode: oneOf('HTTP_301', 'HTTP_302'),
        },
        'StatusCode',
      ),
      FixedResponseConfig: structure(
        {
          MessageBody: text({ max: 1024 }),
          StatusCode: text({ pattern: /^(2|4|5)\d\d$/ }),
          ContentType: text({ max: 32 }),
        },
        'StatusCode',
      ),
      AuthenticateOidcConfig: structure(
        {
          Issuer: string,
          AuthorizationEndpoint: string,
          TokenEndpoint: string,
          UserInfoEndpoint: string,
          ClientId: string,
          ClientSecret: string,
          UseExistingClientSecret: flag,
          ...session,
        },
        'Issuer',
        'AuthorizationEndpoint',
        'TokenEndpoint',
        'UserInfoEndpoint',
        'ClientId',
      ),
      AuthenticateCognitoConfig: structure(
        { UserPoolArn: string, UserPoolClientId: string, UserPoolDomain: string, ...session },
        'UserPoolArn',
        'UserPoolClientId',
        'UserPoolDomain',
      ),
      JwtValidationConfig: structure(
        {
          JwksEndpoint: string,
          Issuer: string,
          AdditionalClaims: list(
            structure(
              {
                Format: oneOf('single-string', 'string-array', 'space-separated-values'),
                Name: string,
                Values: strings,
              },
              'Format',
              'Name',
              'Values',
            ),
          ),
        },
        'JwksEndpoint',
        'Issuer',
      ),
    },
    'Type',
  ),
);

const valuesOrRegex = structure({ Values: strings, RegexValues: strings });
export const conditions = list(
  structure({
    Field: text({ max: 64 }),
    Values: strings,
    RegexValues: strings,
    HostHeaderConfig: valuesOrRegex,
    PathPatternConfig: valuesOrRegex,
    HttpHeaderConfig: structure({ HttpHeaderName: string, Values: strings, RegexValues: strings }),
    QueryStringConfig: structure({ Values: list(structure({ Key: string, Value: string })) }),
    HttpRequestMethodConfig: structure({ Values: strings }),
    SourceIpConfig: structure({ Values: strings, IpAddressType: oneOf('ipv4', 'ipv6') }),
  }),
);
const rewrites = structure({
  Rewrites: list(structure({ Regex: string, Replace: string }, 'Regex', 'Replace')),
});
export const transforms = list(
  structure(
    {
      Type: oneOf('host-header-rewrite', 'url-rewrite'),
      HostHeaderRewriteConfig: rewrites,
      UrlRewriteConfig: rewrites,
    },
    'Type',
  ),
);
