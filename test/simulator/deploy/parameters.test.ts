import { describe, expect, it } from 'vitest';
import { deployTemplate } from './deploy-template.ts';

describe('parameters', () => {
  const Parameters = {
    Minutes: { Type: 'Number', Default: 5 },
    Result: { Type: 'String', AllowedValues: ['CONTINUE', 'ABANDON'] },
    Email: { Type: 'String', AllowedPattern: '.*@.*', Default: 'a@b' },
  };

  it.each([
    [{ Type: 'String', MinLength: 3 }, 'ab', 'must not be "ab": it needs at least 3 characters'],
    [{ Type: 'String', MaxLength: '2' }, 'abc', 'must not be "abc": it may have at most 2 characters'],
    [{ Type: 'Number', MinValue: 1 }, '0', 'must not be "0": the smallest value is 1'],
    [{ Type: 'Number', MaxValue: 9 }, '10', 'must not be "10": the largest value is 9'],
    [{ Type: 'String', AllowedValues: ['a', 'b'] }, 'c', 'must not be "c": allowed are a, b'],
    [{ Type: 'List<Number>' }, '1,x', 'must not be "x": it is no number'],
    [{ Type: 'String', NoEcho: true, MinLength: 9 }, 'secret', 'must not be what was given: it needs at least 9'],
    [{ Type: 'Number', ConstraintDescription: 'a number of minutes' }, 'x', 'must not be "x": a number of minutes'],
    [
      { Type: 'AWS::SSM::Parameter::Value<String>' },
      '/team/cluster',
      'is of type AWS::SSM::Parameter::Value<String>, which the simulator does not read',
    ],
  ])('%j does not take %s', (parameter, value, message) => {
    expect(() => deployTemplate({ Parameters: { P: parameter }, Resources: {} }, { P: value })).toThrow(`P ${message}`);
  });

  it('are reported together when they are wrong', () => {
    const given = { Minutes: 'many', Email: 'nobody', Colour: 'red' };

    expect(() => deployTemplate({ Parameters, Resources: {} }, given)).toThrow(
      'Parameters: Colour is not a parameter of the template; Minutes must not be "many": it is no number; Result has no value; Email must not be "nobody": it does not match .*@.*',
    );
  });
});
