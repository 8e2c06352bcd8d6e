// Checks that can be switched to warnings: refused, warned about, and then read as the LBC reads the text. Others stay.
import { expect, test } from 'vitest';
import { PREFIX } from '../annotation.ts';
import { type Reading, readIngress } from '../ingress/read.ts';
import type { Ingress } from '../kube.ts';
import { STRICT_CHECKS, type StrictCheck } from './strict.ts';

const HTTPS = { 'group.name': 'shop', 'listen-ports': '[{"HTTPS":443}]' };
const GET = '{"field":"http-request-method","httpRequestMethodConfig":{"values":["GET"]}}';
const OFFICE = '{"field":"source_ip","sourceIPConfig":{"values":["192.0.2.0/24"]}}';

/** What must be said, and what the LBC makes of the last annotation. */
const CASES: Readonly<Record<StrictCheck, readonly [Record<string, string>, unknown]>> = {
  ListenPortTwice: [{ 'listen-ports': '[{"HTTP":80},{"HTTPS":80}]' }, [{ HTTP: 80 }, { HTTPS: 80 }]],
  ListenPortsEmpty: [{ 'listen-ports': '[{}]' }, [{}]],
  MutualPortTwice: [
    { ...HTTPS, 'mutual-authentication': '[{"port":443,"mode":"off"},{"port":443,"mode":"passthrough"}]' },
    [
      { port: 443, mode: 'off' },
      { port: 443, mode: 'passthrough' },
    ],
  ],
  MutualPortUnknown: [
    { ...HTTPS, 'mutual-authentication': '[{"port":8443,"mode":"off"}]' },
    [{ port: 8443, mode: 'off' }],
  ],
  ConditionFieldUnknown: [{ 'conditions.web': `[${OFFICE},${GET}]` }, [JSON.parse(GET)]],
  TrackingTag: [
    { tags: 'team=a,ingress.k8s.aws/stack=mine' },
    { team: 'a', 'ingress.k8s.aws/stack': 'mine' },
  ],
  CertificateSwitchUnreadable: [{ 'create-acm-cert': 'yes' }, false],
  WebAclEmpty: [{ 'wafv2-acl-arn': '' }, 'none'],
};

function reading(said: Readonly<Record<string, string>>, ...warnOnly: StrictCheck[]): Reading {
  const annotations = Object.fromEntries(Object.entries(said).map(([key, text]) => [PREFIX + key, text]));
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const ingress: Ingress = {
    metadata: { name: 'store', namespace: 'shop', annotations },
    spec: {
      rules: [{ host: 'www.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
  const options = {
    defaultTargetType: 'ip',
    defaultScheme: 'internal',
    warnOnly: new Set(warnOnly),
  } as const;
  return readIngress(ingress, { service: () => undefined, options });
}

const refusals = ({ problems }: Reading) =>
  problems.filter(({ severity }) => severity === 'refuse').map(({ check }) => check);

test.each(Object.keys(STRICT_CHECKS) as StrictCheck[])('%s', (check) => {
  const [said, expected] = CASES[check];
  expect(refusals(reading(said))).toEqual([check]);
  const others = (Object.keys(STRICT_CHECKS) as StrictCheck[]).filter((one) => one !== check);
  expect(refusals(reading(said, ...others))).toEqual([check]);

  const switched = reading(said, check);
  expect(refusals(switched)).toEqual([]);
  expect(switched.problems.map((problem) => problem.check)).toContain(check);
  const [stem = '', member] = (Object.keys(said).at(-1) ?? '').split('.');
  const setting = new Map<string, unknown>(Object.entries(switched.settings)).get(stem);
  const held = { value: expected, from: 'Ingress' };
  expect(setting).toEqual(member === undefined ? held : { [member]: held });
});

test('what works nowhere is refused all the same', () => {
  const all = Object.keys(STRICT_CHECKS) as StrictCheck[];
  const texts = {
    'conditions.web': `[${OFFICE},{"field":"http-request-method","httpRequestMethodConfig":{"values":["get"]}}]`,
    tags: 'ingress.k8s.aws/stack=mine,aws:team=a',
    'listen-ports': '[]',
    'wafv2-acl-arn': 'shop',
  };
  for (const [name, text] of Object.entries(texts)) {
    const { problems, settings } = reading({ [name]: text }, ...all);
    expect(
      problems.some(({ severity, check }) => severity === 'refuse' && check === undefined),
      name,
    ).toBe(true);
    expect(Object.keys(settings)).toEqual([]);
  }
});
