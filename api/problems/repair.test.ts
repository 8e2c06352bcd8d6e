// What people meant by texts that went wrong on their way into an annotation, by the kind of the value.
import { describe, expect, test } from 'vitest';
import { descriptorOf, REGISTRY } from '../registry.ts';
import { check } from '../validate/check.ts';

const checked = (suffix: string, text: string) => {
  const known = descriptorOf(suffix);
  if (known === undefined) throw new Error(`no annotation ${suffix}`);
  return check(known.descriptor, text);
};

type Row = readonly [suffix: string, text: string, meant: string, because?: string];

const CASES: Readonly<Record<string, readonly Row[]>> = {
  'true or false': [
    ['enable-frontend-nlb', 'true ', 'true', 'blanks'],
    ['enable-frontend-nlb', '"true"', 'true', 'quotes'],
    ['enable-frontend-nlb', "'false'", 'false', 'quotes'],
    ['enable-frontend-nlb', 'true\n', 'true', 'line end'],
    ['enable-frontend-nlb', 'true,', 'true'],
    ['enable-frontend-nlb', 'yes', 'true'],
    ['enable-frontend-nlb', '\u201ctrue\u201d', 'true'],
  ],
  numbers: [
    ['healthcheck-interval-seconds', '30s', '30'],
    ['healthcheck-interval-seconds', '1m', '60', 'seconds'],
    ['healthcheck-interval-seconds', '1m30s', '90'],
    ['healthcheck-interval-seconds', '2 minutes', '120'],
    ['healthcheck-interval-seconds', '"15"', '15'],
    ['healthcheck-interval-seconds', '15\n', '15', 'line end'],
    ['healthcheck-interval-seconds', '15.0', '15'],
    ['healthcheck-interval-seconds', '15 s', '15'],
    ['healthcheck-interval-seconds', '5000ms', '5'],
    ['auth-session-timeout', '604,800', '604800'],
    ['ssl-redirect', 'HTTPS:443', '443'],
    ['ssl-redirect', 'port 443', '443'],
  ],
  'one of some words': [
    ['scheme', 'Internet-Facing', 'internet-facing'],
    ['scheme', 'internet-facing\n', 'internet-facing', 'line end'],
    ['scheme', '"internal"', 'internal', 'quotes'],
    ['scheme', 'internal ', 'internal', 'blanks'],
    ['target-type', 'IP', 'ip'],
    ['backend-protocol', 'https', 'HTTPS'],
    ['healthcheck-protocol', 'http\n', 'HTTP'],
  ],
  'texts with a form': [
    ['healthcheck-port', 'override 30071', '30071'],
    ['success-codes', '"200"', '200'],
    ['success-codes', '200,\n', '200'],
    [
      'certificate-arn',
      '"arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"',
      'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555',
    ],
  ],
  lists: [
    ['inbound-cidrs', '["10.0.0.0/8","192.168.0.0/16"]', '10.0.0.0/8,192.168.0.0/16', 'JSON'],
    ['inbound-cidrs', '10.0.0.0/8\n192.168.0.0/16\n', '10.0.0.0/8,192.168.0.0/16', 'lines'],
    ['inbound-cidrs', '- 10.0.0.0/8\n- 192.168.0.0/16', '10.0.0.0/8,192.168.0.0/16', 'lines'],
    ['inbound-cidrs', '10.0.0.0/8 192.168.0.0/16', '10.0.0.0/8,192.168.0.0/16'],
    ['inbound-cidrs', '10.0.0.0/8; 192.168.0.0/16', '10.0.0.0/8,192.168.0.0/16'],
    ['inbound-cidrs', '"10.0.0.0/8","192.168.0.0/16"', '10.0.0.0/8,192.168.0.0/16', 'quotes'],
    ['inbound-cidrs', '[10.0.0.0/8, 192.168.0.0/16]', '10.0.0.0/8, 192.168.0.0/16', 'brackets'],
    ['subnets', 'subnet-0a1b2c3d\nsubnet-0a1b2c3e', 'subnet-0a1b2c3d,subnet-0a1b2c3e', 'lines'],
  ],
  pairs: [
    [
      'load-balancer-attributes',
      'access_logs.s3.enabled=true\naccess_logs.s3.bucket=my-bucket\n',
      'access_logs.s3.enabled=true,access_logs.s3.bucket=my-bucket',
      'lines',
    ],
    ['load-balancer-attributes', 'idle_timeout.timeout_seconds: 60', 'idle_timeout.timeout_seconds=60'],
    [
      'load-balancer-attributes',
      '{"idle_timeout.timeout_seconds":"60"}',
      'idle_timeout.timeout_seconds=60',
      'JSON',
    ],
    [
      'load-balancer-attributes',
      'idle_timeout.timeout_seconds=60;routing.http2.enabled=true',
      'idle_timeout.timeout_seconds=60,routing.http2.enabled=true',
    ],
    [
      'load-balancer-attributes',
      'idle_timeout.timeout_seconds=60 routing.http2.enabled=true',
      'idle_timeout.timeout_seconds=60,routing.http2.enabled=true',
    ],
    ['load-balancer-attributes', "'routing.http2.enabled=true'", 'routing.http2.enabled=true', 'quotes'],
    ['load-balancer-attributes', 'routing.http2.enabled="true"', 'routing.http2.enabled=true'],
    [
      'load-balancer-attributes',
      '[{"Key":"routing.http2.enabled","Value":"true"}]',
      'routing.http2.enabled=true',
      'JSON',
    ],
    [
      'listener-attributes.HTTPS-443',
      'routing.http.response.access_control_allow_methods.header_value=GET,POST,OPTIONS',
      'routing.http.response.access_control_allow_methods.header_value=GET\\,POST\\,OPTIONS',
      '\\,',
    ],
    ['tags', 'team:shop,stage:dev', 'team=shop,stage=dev'],
    ['tags', 'Key=team,Value=shop', 'Key=team,Value=shop'],
  ],
  JSON: [
    ['listen-ports', "[{'HTTP': 80}]", '[{"HTTP": 80}]', 'single'],
    ['listen-ports', '[{\u201cHTTP\u201d: 80}]', '[{"HTTP": 80}]', 'typographic'],
    ['listen-ports', '[{"HTTP": 80},]', '[{"HTTP": 80}]', 'last item'],
    ['listen-ports', '[{HTTP: 80}, {HTTPS: 443}]', '[{"HTTP": 80}, {"HTTPS": 443}]', 'names'],
    ['listen-ports', '{"HTTP": 80}', '[{"HTTP": 80}]', 'list'],
    ['listen-ports', '"[{\\"HTTP\\": 80}]"', '[{"HTTP": 80}]', 'quotes'],
    ['listen-ports', '[{\\"HTTP\\": 80}]', '[{"HTTP": 80}]', 'escaped'],
    ['listen-ports', 'HTTP:80,HTTPS:443', '[{"HTTP":80},{"HTTPS":443}]'],
    [
      'actions.redirect',
      "{'type':'redirect','redirectConfig':{'protocol':'HTTPS','port':'443','statusCode':'HTTP_301'}}",
      '{"type":"redirect","redirectConfig":{"protocol":"HTTPS","port":"443","statusCode":"HTTP_301"}}',
      'single',
    ],
    [
      'conditions.web',
      '{"field":"host-header","hostHeaderConfig":{"values":["a.example.com"]}}',
      '[{"field":"host-header","hostHeaderConfig":{"values":["a.example.com"]}}]',
      'list',
    ],
  ],
};

for (const [kind, rows] of Object.entries(CASES))
  describe(kind, () => {
    test.each(rows.map((row) => ({ name: `${row[0]}: ${row[1]}`, row })))('$name', ({ row }) => {
      const [suffix, text, meant, because = ''] = row;
      const { value, findings } = checked(suffix, text);
      if (text === meant) {
        expect(value).toBeDefined();
        return;
      }
      expect(findings).toHaveLength(1);
      expect(findings[0]).toMatchObject({ severity: 'refuse', suggestion: meant });
      expect(findings[0]?.because ?? '').toContain(because);
    });
  });

describe('a template that was not filled in', () => {
  const TEXTS: readonly (readonly [string, string])[] = [
    ['scheme', '{{ .Values.scheme }}'],
    ['certificate-arn', '$(CERTIFICATE_ARN)'],
    ['load-balancer-attributes', 'access_logs.s3.enabled={{ .Values.logs }}'],
    ['healthcheck-interval-seconds', '<no value>'],
  ];
  test.each(TEXTS)('%s: %s', (suffix, text) => {
    const [finding] = checked(suffix, text).findings;
    expect(finding?.because).toContain('was not filled in');
    expect(finding?.suggestion).toBeUndefined();
  });
});

test('what is taken and looks like a mistake is told', () => {
  const texts: readonly (readonly [suffix: string, text: string])[] = [
    ['healthcheck-path', '/health\n'],
    ['load-balancer-attributes', 'access_logs.s3.prefix=a\nrouting.http2.enabled=true'],
    ['security-groups', 'one\ntwo'],
  ];
  for (const [suffix, text] of texts) {
    const { value, findings } = checked(suffix, text);
    expect(value).toBeDefined();
    expect(findings.map(({ severity }) => severity)).toEqual(['warn']);
  }
});

test('a suggestion is always taken, whatever the annotation', () => {
  const spoilt: readonly ((text: string) => string)[] = [
    (text) => `"${text}"`,
    (text) => `${text}\n`,
    (text) => ` ${text},`,
    (text) => text.replaceAll('"', "'"),
    (text) => text.replaceAll(',', '\n'),
    (text) => text.replaceAll(',', ';'),
    (text) => text.toUpperCase(),
    (text) => `{{ ${text} }}`,
  ];
  for (const { name, examples } of REGISTRY) {
    for (const example of examples.good) {
      for (const spoil of spoilt) {
        const suffix = name.replace('*', name.startsWith('target-control') ? 'a.80' : 'a');
        const text = spoil(example);
        for (const { at = '', value, suggestion } of checked(suffix, text).findings) {
          if (at !== '' || value !== text || suggestion === undefined) continue;
          const again = checked(suffix, suggestion).findings.filter(({ severity }) => severity === 'refuse');
          expect({ suffix, suggestion, again }).toEqual({ suffix, suggestion, again: [] });
        }
      }
    }
  }
});
