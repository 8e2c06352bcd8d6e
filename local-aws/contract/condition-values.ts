// Rows for the values of conditions, field by field (aws-limits 3.1; moto-coverage 4).
import { type ContractCase, type ContractRow, from } from './row.ts';
import {
  header,
  host,
  method,
  onMoto,
  path,
  pathRegex,
  query,
  refused,
  source,
  taken,
  tryRule,
} from './try-rule.ts';

const one = (proves: string, name: string, condition: object, ...says: string[]): ContractCase =>
  tryRule(proves, name, { Conditions: [condition] }, says.length === 0 ? taken : refused(...says));

const hostOf = (length: number) => `${'a'.repeat(length - 4)}.com`;
const BAD = (value: string) => `Condition value '${value}' contains a character that is not valid`;

const hosts: readonly ContractCase[] = [
  one('3.1 host-header, moto 4.5', 'a host without a dot', host('example'), BAD('example')),
  one('3.1 host-header', 'a host with a space', host('a b.com'), BAD('a b.com')),
  one('3.1 host-header', 'a host with a port', host('a.com:80'), BAD('a.com:80')),
  one('3.1 host-header', 'an underscore after the last dot', host('a.c_m'), BAD('a.c_m')),
  onMoto(one('3.1 host-header, moto 4.4', 'a host of 129 characters', host(hostOf(129)), '128')),
  one('3.1 host-header', 'an empty host', host(''), 'empty'),
  one('3.1 host-header', 'a host of 128 characters', host(hostOf(128))),
  one('3.1 host-header', 'wildcards and an underscore', host('*.my_shop.exa?ple.com')),
  one('3.1 host-header', 'a label that is not alphabetic', host('a.xn--p1ai', 'a.*', '10.0.0.1')),
  one('3.1 host-header', 'capitals', host('Shop.Example.COM')),
];

const paths: readonly ContractCase[] = [
  one('3.1 path-pattern, moto 4.5', 'a path with a space', path('/a b'), BAD('/a b')),
  one('3.1 path-pattern', 'a path with a bracket', path('/a[0]'), BAD('/a[0]')),
  one('3.1 path-pattern', 'a path with a semicolon', path('/a;b'), BAD('/a;b')),
  one('3.1 path-pattern', 'a path beyond ASCII', path('/caf\u00e9'), BAD('/caf\u00e9')),
  onMoto(one('3.1 path-pattern, moto 4.4', 'a path of 129 characters', path(`/${'a'.repeat(128)}`), '128')),
  one('3.1 path-pattern', 'an empty path', path(''), 'empty'),
  one('3.1 path-pattern', 'a path of 128 characters', path(`/${'a'.repeat(127)}`)),
  one('3.1 path-pattern', 'every character of the list', path(`/aZ0_-.$/~"'@:+&*?`)),
  one('3.1 path-pattern', 'no slash in front', path('*.png')),
  one('3.1 path-pattern', 'a percent sign', path('/a%20b')),
];

const headers: readonly ContractCase[] = [
  one('3.1 http-header, moto 4.5', 'the header Host', header('HoSt', 'a'), "'host' as an HTTP header name"),
  one('3.1 http-header, moto 4.5', 'a header name with a space', header('x y', 'a'), 'x y'),
  one('3.1 http-header', 'a header name with a wildcard that is no token', header('x-?', 'a'), 'x-?'),
  onMoto(one('3.1 http-header, moto 4.4', 'a header name of 41', header('a'.repeat(41), 'b'), '40')),
  one(
    '3.1 http-header',
    'no header name',
    { Field: 'http-header', HttpHeaderConfig: { Values: ['a'] } },
    'name',
  ),
  one('3.1 http-header', 'a header value of 129', header('x', 'a'.repeat(129)), '128'),
  one('3.1 http-header', 'a header value beyond ASCII', header('x', '\u00e9'), '\u00e9'),
  one('3.1 http-header', 'an empty header value', header('x', ''), 'empty'),
  one('3.1 http-header', 'a header name of 40', header('a'.repeat(40), 'b')),
  one('3.1 http-header', 'a header value of 128', header('x', 'a'.repeat(128))),
  one('3.1 http-header', 'spaces and wildcards', header('User-Agent', '*Chrome (X11; Linux) "?"*')),
];

const methods: readonly ContractCase[] = [
  onMoto(one('3.1 http-request-method, moto 4.4', 'a method in lower case', method('get'), BAD('get'))),
  one('3.1 http-request-method, moto 4.5', 'a method half right', method('GETx'), BAD('GETx')),
  one('3.1 http-request-method', 'a wildcard', method('P*'), BAD('P*')),
  one('3.1 http-request-method', 'a method of 41', method('A'.repeat(41)), '40'),
  one('3.1 http-request-method', 'an empty method', method(''), 'empty'),
  one('3.1 http-request-method', 'a method of 40', method('A'.repeat(40))),
  one('3.1 http-request-method', 'a method of one\u2019s own', method('PURGE_ALL-X')),
];

const queries: readonly ContractCase[] = [
  one('3.1 query-string', 'a key without a value', query({ Key: 'a' }), 'value'),
  one('3.1 query-string', 'an empty value', query({ Key: 'a', Value: '' }), 'value'),
  one('3.1 query-string', 'a key of 129', query({ Key: 'a'.repeat(129), Value: 'b' }), '128'),
  one('3.1 query-string', 'a value of 129', query({ Value: 'a'.repeat(129) }), '128'),
  one('3.1 query-string', 'key and value of 128', query({ Key: 'a'.repeat(128), Value: 'b'.repeat(128) })),
  one('3.1 query-string', 'a character outside the list', query({ Key: 'a b', Value: '%zz|' })),
];

const sources: readonly ContractCase[] = [
  one(
    '3.1 source-ip, moto 4.5',
    'a bare address',
    source('10.0.0.1'),
    "The specified value '10.0.0.1' is not a valid CIDR block",
  ),
  one('3.1 source-ip, moto 4.5', 'the broadcast address', source('255.255.255.255/32'), '255.255.255.255/32'),
  one('3.1 source-ip', 'a prefix of 33', source('10.0.0.0/33'), '10.0.0.0/33'),
  one('3.1 source-ip', 'an IPv6 prefix of 129', source('2001:db8::/129'), '2001:db8::/129'),
  one('3.1 source-ip', 'no address', source('office'), 'office'),
  one(
    '3.1 source-ip',
    'an address type, which is for Network Load Balancers',
    { Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/8'], IpAddressType: 'ipv4' } },
    'IpAddressType',
  ),
  one(
    '3.1 source-ip',
    'networks of both families, with host bits',
    source('10.0.0.1/8', '2001:db8::1/32', '0.0.0.0/0'),
  ),
];

const regexes: readonly ContractCase[] = [
  ...(
    [
      ['look-ahead', '^/(?=a)'],
      ['negative look-ahead', '^/(?!a)'],
      ['look-behind', '(?<=a)b'],
      ['negative look-behind', '(?<!a)b'],
      ['a back-reference', '(a)\\1'],
      ['a named back-reference', '(?<n>a)\\k<n>'],
      ['an atomic group', '(?>a)b'],
      ['a possessive quantifier', 'a++'],
      ['a possessive range', 'a{2}+'],
      ['a Unicode class', '\\p{L}'],
      ['recursion', 'a(?R)?b'],
      ['a subroutine', '(a)(?1)'],
      ['a named subroutine', '(?<n>a)\\g<n>'],
    ] as const
  ).map(([name, regex]) => one('3.1 regex values', name, pathRegex(regex), regex)),
  one('3.1 regex values', 'an open group', pathRegex('^/(a'), '^/(a'),
  one('3.1 regex values', 'a regex of 129', pathRegex('a'.repeat(129)), '128'),
  one('3.1 regex values', 'an empty regex', pathRegex(''), 'empty'),
  one('3.1 regex values', 'a regex of 128', pathRegex('a'.repeat(128))),
  one('3.1 regex values', 'groups, classes and lazy quantifiers', pathRegex('^/(?:a|b)+?/[^/]*\\d{2,3}\\+$')),
  one('3.1 regex values', 'a plus after a class that ends in a plus', pathRegex('^/[*+]+\\++$')),
  one('3.1 regex values', 'flags in front, of which AWS says nothing', pathRegex('(?i)^/A$')),
  one('3.1 regex values', 'a named group', pathRegex('^/(?<name>a)$')),
];

export const conditionValueRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, HostHeaderConditionConfig', hosts),
  ...from('AWS: Elastic Load Balancing API Reference, PathPatternConditionConfig', paths),
  ...from('AWS: Elastic Load Balancing API Reference, HttpHeaderConditionConfig', headers),
  ...from('AWS: Elastic Load Balancing API Reference, HttpRequestMethodConditionConfig', methods),
  ...from('AWS: Elastic Load Balancing API Reference, QueryStringConditionConfig', queries),
  ...from('AWS: Elastic Load Balancing API Reference, SourceIpConditionConfig', sources),
  ...from('AWS: Application Load Balancers User Guide, Condition types for listener rules', regexes),
];
