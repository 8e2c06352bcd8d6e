// Conditions of rules in the form of the Elastic Load Balancing API (2015-12-01): for its calls, and to match requests.
import type { Condition } from '../aws.ts';

/** Only the list that has items: AWS refuses an empty one beside it. */
const choicesToWire = ({ values, regexValues = [] }: { values: string[]; regexValues?: string[] }) => ({
  ...(values.length === 0 ? {} : { Values: values }),
  ...(regexValues.length === 0 ? {} : { RegexValues: regexValues }),
});

/** A condition as CreateRule takes it. */
export function conditionToWire(condition: Condition) {
  const { field: Field } = condition;
  switch (condition.field) {
    case 'host-header':
      return { Field, HostHeaderConfig: choicesToWire(condition) };
    case 'path-pattern':
      return { Field, PathPatternConfig: choicesToWire(condition) };
    case 'http-header':
      return { Field, HttpHeaderConfig: { HttpHeaderName: condition.name, ...choicesToWire(condition) } };
    case 'http-request-method':
      return { Field, HttpRequestMethodConfig: { Values: condition.values } };
    case 'query-string': {
      const Values = condition.values.map(({ key = '', value }) =>
        key === '' ? { Value: value } : { Key: key, Value: value },
      );
      return { Field, QueryStringConfig: { Values } };
    }
    case 'source-ip':
      return { Field, SourceIpConfig: { Values: condition.values } };
  }
}
