// The Query protocol: forms in, XML out.
import { describe, expect, test } from 'vitest';
import { codeOf } from '../elb/in-memory.ts';
import { ACTIONS } from '../elb/model.ts';
import { AwsRefusal } from '../elb/refusal.ts';
import { errorXml, parseQuery, resultXml } from './query.ts';

const parse = (action: keyof typeof ACTIONS, form: string) =>
  parseQuery(new URLSearchParams(form), ACTIONS[action]);

describe('parseQuery', () => {
  test('texts, numbers, booleans, lists of structures, in their order', () => {
    const form =
      'Action=CreateRule&Version=2015-12-01&ListenerArn=a&Priority=7' +
      '&Conditions.member.1.Field=path-pattern&Conditions.member.1.PathPatternConfig.Values.member.1=%2Fa%20b' +
      '&Actions.member.10.Order=10&Actions.member.2.Order=2' +
      '&Actions.member.2.ForwardConfig.TargetGroupStickinessConfig.Enabled=true';
    expect(parse('CreateRule', form)).toEqual({
      ListenerArn: 'a',
      Priority: 7,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/a b'] } }],
      Actions: [
        { Order: 2, ForwardConfig: { TargetGroupStickinessConfig: { Enabled: true } } },
        { Order: 10 },
      ],
    });
  });

  test('maps, empty lists, and unknown members left out', () => {
    const oidc = 'DefaultActions.member.1.AuthenticateOidcConfig.AuthenticationRequestExtraParams';
    const form = `ListenerArn=a&Certificates=&Moon=full&${oidc}.entry.1.key=k&${oidc}.entry.1.value=v`;
    expect(parse('ModifyListener', form)).toEqual({
      ListenerArn: 'a',
      Certificates: [],
      DefaultActions: [{ AuthenticateOidcConfig: { AuthenticationRequestExtraParams: { k: 'v' } } }],
    });
  });

  test.each(['Priority=x', 'Priority=', 'Priority=1.5'])('%s is no number', (form) => {
    expect(codeOf(() => parse('CreateRule', form))).toBe('ValidationError');
  });

  test('ResetTransforms=yes is no boolean', () => {
    expect(codeOf(() => parse('ModifyRule', 'ResetTransforms=yes'))).toBe('ValidationError');
  });
});

describe('XML', () => {
  test('lists, maps, dates and nothing for what is undefined', () => {
    const output = {
      List: [{ Name: 'a' }, { Name: 'b' }],
      Texts: ['x'],
      Empty: [],
      AuthenticationRequestExtraParams: { k: 'v' },
      Time: new Date(0),
      Flag: false,
      Gone: undefined,
    };
    expect(resultXml('Do', output, 'id')).toBe(
      '<DoResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><DoResult>' +
        '<List><member><Name>a</Name></member><member><Name>b</Name></member></List>' +
        '<Texts><member>x</member></Texts><Empty></Empty>' +
        '<AuthenticationRequestExtraParams><entry><key>k</key><value>v</value></entry></AuthenticationRequestExtraParams>' +
        '<Time>1970-01-01T00:00:00.000Z</Time><Flag>false</Flag>' +
        '</DoResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></DoResponse>',
    );
  });

  test('markup and white space survive', () => {
    expect(resultXml('Do', { Body: ' <a>&"\n' }, 'id')).toContain(
      '<Body>&#32;&lt;a&gt;&amp;&quot;&#10;</Body>',
    );
  });

  test('errors say whose fault it is', () => {
    const sender = errorXml(new AwsRefusal('RuleNotFound', 'no <rule>'), 'id');
    expect(sender).toContain(
      '<Type>Sender</Type><Code>RuleNotFound</Code><Message>no &lt;rule&gt;</Message>',
    );
    expect(errorXml(new AwsRefusal('InternalFailure', '', 500), 'id')).toContain('<Type>Receiver</Type>');
  });
});
