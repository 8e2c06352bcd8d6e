// Which words about a web ACL decide in a group, and which are held against whoever says them.
import { describe, expect, test } from 'vitest';
import type { Settings } from '../generated/binding.ts';
import { contradicts, deciding, sameWebAcl, type WebAclWord, webAclWord } from './web-acl.ts';

const ARN = (name: string): string =>
  `arn:aws:wafv2:us-west-2:123456789012:regional/webacl/${name}/12345678-1234-1234-1234-123456789012`;
const say = <T>(value: T, from = 'Ingress') => ({ value, from });
const CLASS = 'IngressClassParams edge';

const name = (value: string, pinned = false): WebAclWord => ({ by: 'wafv2-acl-name', value, pinned });
const arn = (value: string, pinned = false): WebAclWord => ({ by: 'wafv2-acl-arn', value, pinned });

describe('the word of one member', () => {
  test.each<[string, Settings, WebAclWord | undefined]>([
    ['nothing', {}, undefined],
    ['an ARN', { 'wafv2-acl-arn': say(ARN('a')) }, arn(ARN('a'))],
    ['none', { 'wafv2-acl-arn': say('none') }, arn('none')],
    ['a name before an ARN', { 'wafv2-acl-arn': say('none'), 'wafv2-acl-name': say('a') }, name('a')],
    ['an empty name is none', { 'wafv2-acl-arn': say('none'), 'wafv2-acl-name': say('') }, arn('none')],
    ['an empty name alone', { 'wafv2-acl-name': say('') }, undefined],
    ['one of a class', { 'wafv2-acl-arn': say('none', CLASS) }, arn('none', true)],
  ])('%s', (_, settings, expected) => expect(webAclWord(settings)).toEqual(expected));
});

test.each<[string, WebAclWord[], WebAclWord[]]>([
  ['names over ARNs', [arn('none'), name('a')], [name('a')]],
  ['all ARNs', [arn('none'), arn(ARN('a'))], [arn('none'), arn(ARN('a'))]],
  ['the ARN of a class over a name', [arn(ARN('a'), true), name('b')], [arn(ARN('a'), true)]],
  ['a name of a class over an ARN of a class', [arn('none', true), name('b', true)], [name('b', true)]],
])('%s', (_, words, expected) => expect(deciding(words)).toEqual(expected));

test('a name and the ARN that ends in it are the same', () => {
  expect(sameWebAcl(name('shop'), arn(ARN('shop')))).toBe(true);
  expect(sameWebAcl(name('none'), arn('none'))).toBe(true);
  expect(sameWebAcl(name('shop'), arn(ARN('shop-2')))).toBe(false);
});

test.each<[string, WebAclWord, WebAclWord, boolean]>([
  ['two ARNs', arn('none'), arn(ARN('a')), true],
  ['two names', name('a'), name('b'), true],
  ['an ARN beside a name, as with the LBC', arn('none'), name('b'), false],
  ['a name beside an ARN', name('b'), arn('none'), false],
  ['a name beside the ARN of a class', name('b'), arn(ARN('a'), true), true],
  ['the name of what the class pins', name('a'), arn(ARN('a'), true), false],
  ['an ARN beside the name of a class', arn('none'), name('a', true), false],
  ['the ARN of a class beside a name', arn(ARN('a'), true), name('b'), false],
])('%s', (_, mine, theirs, expected) => expect(contradicts(mine, theirs, [mine, theirs])).toBe(expected));
