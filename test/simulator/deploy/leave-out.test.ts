// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's placeholders look like JavaScript's
import { describe, expect, it } from 'vitest';
import { deployTemplate, thing } from './deploy-template.ts';

describe('what is not modelled', () => {
  const statement = (Resource: unknown) => ({ Effect: 'Allow', Action: 'x', Resource });
  const template = {
    Resources: {
      Api: { Type: 'AWS::ApiGateway::RestApi' },
      Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { Api: { Ref: 'Api' } } },
      Function: thing({ Environment: { API: { Ref: 'Api' }, STAGE: 'prod' } }),
      Role: thing({ Policies: [{ PolicyDocument: { Statement: [statement({ Ref: 'Api' }), statement('*')] } }] }),
      Narrow: thing({ PolicyDocument: { Statement: [statement([{ 'Fn::Sub': '${Api}/*' }, 'other'])] } }),
      Permission: thing({ FunctionName: 'f', SourceArn: { 'Fn::Join': ['', [{ Ref: 'Api' }, '/*']] } }),
      After: thing({ Permission: { Ref: 'Permission' }, SourceArn: { Ref: 'Permission' } }, { DependsOn: ['Api'] }),
      Free: thing({}, { DependsOn: 'Api' }),
    },
    Outputs: { Url: { Value: { 'Fn::Sub': 'https://${Api}' } }, Name: { Value: { Ref: 'Free' } } },
  };

  it('is told with all its logical ids', () => {
    expect(() => deployTemplate(template)).toThrow(
      'the simulator has no such resource type: Api (AWS::ApiGateway::RestApi), Stage (AWS::ApiGateway::Stage)',
    );
  });

  it('is left out on demand, with what merely refers to it', () => {
    const { created, stack } = deployTemplate(template, {}, 'leave-out');

    expect(Object.fromEntries(created)).toEqual({
      Function: { Environment: { STAGE: 'prod' } },
      Role: { Policies: [{ PolicyDocument: { Statement: [statement('*')] } }] },
      Narrow: { PolicyDocument: { Statement: [statement(['other'])] } },
      Free: {},
    });
    expect(stack.outputs).toEqual({ Name: 'ref-Free' });
    expect(stack.leftOut).toEqual([
      'Api (AWS::ApiGateway::RestApi)',
      'Stage (AWS::ApiGateway::Stage)',
      'a part of Function (Test::Thing), which refers to Api',
      'a part of Role (Test::Thing), which refers to Api',
      'a part of Narrow (Test::Thing), which refers to Api',
      'Permission (Test::Thing), which refers to Api',
      'After (Test::Thing), which refers to Permission',
    ]);
  });

  it('may be what a condition leaves out anyway', () => {
    const Conditions = { No: { 'Fn::Equals': ['a', 'b'] } };
    const Resources = { Api: { Type: 'AWS::ApiGateway::RestApi', Condition: 'No' }, A: thing() };

    expect(deployTemplate({ Conditions, Resources }).created).toEqual([['A', {}]]);
  });
});
