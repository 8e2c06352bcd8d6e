// Reading and writing what protects, against clients on paper: how many calls, and what a refusal leaves.
import { ShieldClient } from '@aws-sdk/client-shield';
import { WAFV2Client } from '@aws-sdk/client-wafv2';
import { beforeEach, describe, expect, test } from 'vitest';
import { AwsFailure, kindOf } from '../../alb/failures/failure.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { schemas } from '../../alb/kinds/kinds.ts';
import { interpret } from '../../alb/laws/interpret.ts';
import { ingress, service, WEB_ACL_ARN, wantedBy } from '../../alb/laws/paper.ts';
import { plan } from '../../alb/plan/plan.ts';
import { apply } from '../apply/apply.ts';
import type { Aws } from '../aws/client.ts';
import { readShield, writeShield, writeWebAcl } from '../aws/kinds/protections.ts';
import { protections } from './protections.ts';

const ONE = WEB_ACL_ARN('one');
const TWO = WEB_ACL_ARN('two');
const sheet = (said: Record<string, string>) => ({ ingresses: [ingress({ said })], services: [service()] });
const plain = interpret(plan(schemas, wantedBy(sheet({})).resources, []), []);
const balancer = (arn: string): Found<'loadBalancer'> => {
  const one = plain.find(({ kind }) => kind === 'loadBalancer') as Found<'loadBalancer'>;
  return { ...one, arn };
};

/** What AWS has, and every call. */
let has: { webAcls: Map<string, string>; names: Map<string, string> };
let calls: string[];
/** Codes with which actions are refused. */
let refusals: Record<string, string>;

const config = { region: 'us-west-2', credentials: { accessKeyId: 'paper', secretAccessKey: 'paper' } };
const first = { step: 'initialize', name: 'paper', priority: 'high' } as const;

interface Input {
  readonly ResourceArn?: string;
  readonly WebACLArn?: string;
  readonly Name?: string;
  readonly ProtectionId?: string;
}

function answer(
  action: string,
  { ResourceArn = '', WebACLArn = '', Name = '', ProtectionId = '' }: Input,
): object {
  calls.push(action);
  const refusal = refusals[action];
  const fail = (code: string): never => {
    throw new AwsFailure({ action, code, message: 'no', kind: kindOf(code), status: 400 });
  };
  if (refusal !== undefined) fail(refusal);
  const ARN = has.webAcls.get(ResourceArn);
  const protection = has.names.get(ResourceArn);
  switch (action) {
    case 'GetWebACLForResource':
      return ARN === undefined ? {} : { WebACL: { ARN } };
    case 'ListResourcesForWebACL':
      return { ResourceArns: [...has.webAcls].flatMap(([arn, acl]) => (acl === WebACLArn ? [arn] : [])) };
    case 'AssociateWebACL':
      has.webAcls.set(ResourceArn, WebACLArn);
      return {};
    case 'DisassociateWebACL':
      has.webAcls.delete(ResourceArn);
      return {};
    case 'DescribeProtection':
      return protection === undefined
        ? fail('ResourceNotFound')
        : { Protection: { Id: ResourceArn, Name: protection } };
    case 'CreateProtection':
      has.names.set(ResourceArn, Name);
      return {};
    default:
      has.names.delete(ProtectionId);
      return {};
  }
}

function onPaper(): Aws {
  const wafv2 = new WAFV2Client(config);
  const shield = new ShieldClient(config);
  const actionOf = (name = ''): string => name.replace(/Command$/, '');
  wafv2.middlewareStack.add(
    (_next, { commandName }) =>
      async ({ input }) => ({
        response: {},
        output: { $metadata: {}, ...answer(actionOf(commandName), input as Input) },
      }),
    first,
  );
  shield.middlewareStack.add(
    (_next, { commandName }) =>
      async ({ input }) => ({
        response: {},
        output: { $metadata: {}, ...answer(actionOf(commandName), input as Input) },
      }),
    first,
  );
  return { wafv2, shield } as Partial<Aws> as Aws;
}

beforeEach(() => {
  has = { webAcls: new Map(), names: new Map() };
  calls = [];
  refusals = {};
});

describe('reading', () => {
  test('one call serves all load balancers of a web ACL; another one is looked at itself', async () => {
    has.webAcls = new Map([
      ['a', ONE],
      ['b', ONE],
      ['c', TWO],
    ]);
    const read = protections(onPaper());
    const known = [];
    for (const arn of ['a', 'b', 'c', 'd'])
      known.push((await read.complete(balancer(arn), { webAcl: ONE })).spec.webAcl);
    expect(known).toEqual([ONE, ONE, TWO, 'none']);
    expect(calls).toEqual(['ListResourcesForWebACL', 'GetWebACLForResource', 'GetWebACLForResource']);
  });

  test('what nobody wants is not read, and what is known neither', async () => {
    const read = protections(onPaper());
    const one = await read.complete(balancer('a'), {});
    expect(one.spec.webAcl).toBeUndefined();
    await read.complete(
      { ...one, spec: { ...one.spec, webAcl: ONE, shield: 'off' } },
      { webAcl: TWO, shield: 'on' },
    );
    expect(calls).toEqual([]);
  });

  test('where lists are not allowed each is looked at; where nothing is allowed nothing is known', async () => {
    has.webAcls.set('a', ONE);
    refusals = { ListResourcesForWebACL: 'AccessDenied' };
    const read = protections(onPaper());
    expect((await read.complete(balancer('a'), { webAcl: ONE })).spec.webAcl).toBe(ONE);
    refusals = { ...refusals, GetWebACLForResource: 'AccessDenied', DescribeProtection: 'Throttling' };
    const { spec } = await read.complete(balancer('a'), { webAcl: ONE, shield: 'on' });
    expect(spec).toMatchObject({ webAcl: 'unknown', shield: 'unknown' });
  });

  test('who lost the web ACL it is known to have is found with one call; a refusal finds nobody', async () => {
    has.webAcls.set('a', ONE);
    const known = ['a', 'b'].map((arn) => ({
      ...balancer(arn),
      spec: { ...balancer(arn).spec, webAcl: ONE },
    }));
    const bereft = async () => (await protections(onPaper()).bereft(known)).map(({ arn }) => arn);
    expect(await bereft()).toEqual(['b']);
    expect(calls).toEqual(['ListResourcesForWebACL']);
    refusals = { ListResourcesForWebACL: 'AccessDenied' };
    expect(await bereft()).toEqual([]);
  });

  test('our own change is seen at once', async () => {
    const read = protections(onPaper());
    expect((await read.complete(balancer('a'), { webAcl: ONE })).spec.webAcl).toBe('none');
    has.webAcls.set('a', ONE);
    read.changed();
    expect((await read.complete(balancer('a'), { webAcl: ONE })).spec.webAcl).toBe(ONE);
  });
});

describe('writing', () => {
  test('a web ACL that could not be read is read before it is written', async () => {
    has.webAcls.set('a', ONE);
    expect(await writeWebAcl(onPaper(), 'a', { wanted: ONE, known: 'unknown' })).toBe(ONE);
    expect(calls).toEqual(['GetWebACLForResource']);
    expect(await writeWebAcl(onPaper(), 'a', { wanted: 'none', known: ONE })).toBe('none');
    expect(has.webAcls.size).toBe(0);
  });

  test.each([
    ['managed by aws-load-balancer-controller', 'on', 'off'],
    ['managed by aws-alb-ingress-controller', 'on', 'off'],
    ['security team', 'foreign', 'foreign'],
  ] as const)('a protection named %s is %s, and afterwards %s', async (name, before, after) => {
    has.names.set('a', name);
    expect(await readShield(onPaper(), 'a')).toBe(before);
    expect(await writeShield(onPaper(), 'a', 'off')).toBe(after);
    expect(has.names.has('a')).toBe(after === 'foreign');
  });

  test('ours is made once', async () => {
    expect(await writeShield(onPaper(), 'a', 'on')).toBe('on');
    expect(has.names.get('a')).toBe('managed by aws-load-balancer-controller');
    await writeShield(onPaper(), 'a', 'on');
    expect(calls.filter((action) => action === 'CreateProtection')).toHaveLength(1);
  });
});

describe('carrying out', () => {
  const said = { 'wafv2-acl-arn': ONE, 'shield-advanced-protection': 'true' };
  const found = plain.map(
    (one): Found =>
      one.kind === 'loadBalancer' ? { ...one, spec: { ...one.spec, webAcl: 'none', shield: 'off' } } : one,
  );
  const carriedOut = async () => {
    const planned = plan(schemas, wantedBy(sheet(said)).resources, found);
    const put: Found[] = [];
    const ledger = { put: (one: Found) => put.push(one), remove: () => undefined };
    const matched = planned.matched;
    const outcomes = await apply(planned.operations, {
      ...{ aws: onPaper(), ledger, found, matched, waitsFor: () => undefined },
    });
    return { outcomes: outcomes.map(({ result }) => result), last: put.at(-1)?.spec };
  };

  test('both, and what is noted at last has both', async () => {
    expect(await carriedOut()).toMatchObject({
      outcomes: ['done', 'done'],
      last: { webAcl: ONE, shield: 'on' },
    });
  });

  test('WAF refuses: Shield is told all the same', async () => {
    refusals = { AssociateWebACL: 'AccessDenied' };
    expect(await carriedOut()).toMatchObject({
      outcomes: ['failed', 'done'],
      last: { webAcl: 'none', shield: 'on' },
    });
  });

  test('WAF does not see the load balancer yet: that waits', async () => {
    refusals = { AssociateWebACL: 'WAFUnavailableEntity' };
    expect(await carriedOut()).toMatchObject({ outcomes: ['waiting', 'done'] });
  });
});
