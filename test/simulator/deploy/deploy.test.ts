// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's placeholders look like JavaScript's
import { describe, expect, it } from 'vitest';
import { deployTemplate, thing } from './deploy-template.ts';

/** What `value` resolves to in a template with some of everything. */
function resolved(value: unknown): unknown {
  const { created } = deployTemplate(
    {
      Parameters: {
        Name: { Type: 'String', Default: 'blue' },
        Count: { Type: 'Number', Default: 3 },
        List: { Type: 'CommaDelimitedList', Default: 'a, b,c' },
      },
      Mappings: { Sizes: { 'eu-central-1': { small: 't3.nano' } } },
      Conditions: {
        Yes: { 'Fn::Equals': [{ Ref: 'Name' }, 'blue'] },
        No: { 'Fn::Not': [{ Condition: 'Yes' }] },
      },
      Resources: { Other: thing(), Subject: thing({ Value: value }) },
    },
    {},
  );
  return created.find(([logicalId]) => logicalId === 'Subject')?.[1].Value;
}

describe('intrinsic functions', () => {
  it.each([
    [{ Ref: 'Name' }, 'blue'],
    [{ Ref: 'Count' }, '3'],
    [{ Ref: 'List' }, ['a', 'b', 'c']],
    [{ Ref: 'Other' }, 'ref-Other'],
    [{ Ref: 'AWS::Region' }, 'eu-central-1'],
    [{ Ref: 'AWS::AccountId' }, '111122223333'],
    [{ Ref: 'AWS::Partition' }, 'aws'],
    [{ Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    [{ Ref: 'AWS::StackName' }, 'ebbtide'],
    [{ 'Fn::GetAtt': ['Other', 'Arn'] }, 'arn:Other'],
    [{ 'Fn::GetAtt': 'Other.Arn' }, 'arn:Other'],
    [{ 'Fn::GetAtt': ['Other', 'Endpoint.Port'] }, '443'],
    [
      { 'Fn::Sub': 'x-${Name}-${Other.Arn}-${Other}-${AWS::Region}-${!Name}' },
      'x-blue-arn:Other-ref-Other-eu-central-1-${Name}',
    ],
    [{ 'Fn::Sub': ['${a}/${Name}', { a: { Ref: 'Other' }, Name: 'red' }] }, 'ref-Other/red'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Name' }, 1]] }, 'a-blue-1'],
    [{ 'Fn::Join': ['', { Ref: 'List' }] }, 'abc'],
    [{ 'Fn::Select': ['1', { Ref: 'List' }] }, 'b'],
    [{ 'Fn::Select': [2, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'c'],
    [{ 'Fn::Base64': { Ref: 'Name' } }, 'Ymx1ZQ=='],
    [{ 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, 't3.nano'],
    [{ 'Fn::If': ['Yes', 'then', 'else'] }, 'then'],
    [{ 'Fn::If': ['No', { Ref: 'Nowhere' }, 'else'] }, 'else'],
    [{ a: 1, b: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] } }, { a: 1 }],
    [
      ['a', { Ref: 'AWS::NoValue' }, 'b'],
      ['a', 'b'],
    ],
    [{ Condition: { StringEquals: { a: { Ref: 'Name' } } } }, { Condition: { StringEquals: { a: 'blue' } } }],
  ])('%j gives %j', (value, expected) => {
    expect(resolved(value)).toEqual(expected);
  });

  it.each([
    [{ 'Fn::GetAZs': '' }, 'Subject (Test::Thing): The intrinsic function Fn::GetAZs is not supported'],
    [{ Ref: 'Nowhere' }, 'Subject (Test::Thing): there is no resource or parameter Nowhere'],
    [{ 'Fn::GetAtt': ['Other', 'Colour'] }, 'Subject (Test::Thing): Other has no attribute Colour'],
    [{ 'Fn::Sub': '${Nowhere.Arn}' }, 'there is no resource or parameter Nowhere'],
    [{ 'Fn::Select': [7, { Ref: 'List' }] }, 'there is no item 7'],
    [{ 'Fn::If': ['Perhaps', 1, 2] }, 'there is no condition Perhaps'],
    [{ 'Fn::FindInMap': ['Sizes', 'us-east-1', 'small'] }, 'there is no Sizes.us-east-1.small'],
    [{ 'Fn::Join': ['-', [{ a: 1 }]] }, 'Fn::Join needs text'],
  ])('%j is refused', (value, message) => {
    expect(() => resolved(value)).toThrow(message);
  });
});

describe('conditions', () => {
  const conditions = {
    Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
    Wide: { 'Fn::Equals': [{ Ref: 'Wide' }, 'yes'] },
    Both: { 'Fn::And': [{ Condition: 'Prod' }, { Condition: 'Wide' }] },
    Either: { 'Fn::Or': [{ Condition: 'Prod' }, { Condition: 'Wide' }] },
    Neither: { 'Fn::Not': [{ Condition: 'Either' }] },
  };
  it.each([
    ['prod', 'yes', ['Prod', 'Wide', 'Both', 'Either']],
    ['prod', 'no', ['Prod', 'Either']],
    ['test', 'yes', ['Wide', 'Either']],
    ['test', 'no', ['Neither']],
  ])('decide which resources exist (%s, %s)', (Stage, Wide, expected) => {
    const { created } = deployTemplate(
      {
        Parameters: { Stage: { Type: 'String' }, Wide: { Type: 'String' } },
        Conditions: conditions,
        Resources: Object.fromEntries(Object.keys(conditions).map((name) => [name, thing({}, { Condition: name })])),
      },
      { Stage, Wide },
    );

    expect(created.map(([logicalId]) => logicalId)).toEqual(expected);
  });
});

describe('order', () => {
  it('follows references of every kind and explicit dependencies, and the template otherwise', () => {
    const { created } = deployTemplate({
      Resources: {
        First: thing({ a: { 'Fn::Sub': '${Fifth.Arn}' } }),
        Second: thing({}, { DependsOn: ['Fourth'] }),
        Third: thing({ a: [{ 'Fn::GetAtt': ['Second', 'Arn'] }] }),
        Fourth: thing(),
        Fifth: thing({ a: { 'Fn::Join': ['', [{ Ref: 'Sixth' }]] } }),
        Sixth: thing(),
      },
    });

    expect(created.map(([logicalId]) => logicalId)).toEqual(['Sixth', 'Fifth', 'First', 'Fourth', 'Second', 'Third']);
  });

  it('has no circles', () => {
    const Resources = {
      A: thing({ b: { Ref: 'B' } }),
      B: thing({ c: { Ref: 'C' } }),
      C: thing({}, { DependsOn: 'A' }),
    };

    expect(() => deployTemplate({ Resources })).toThrow('Circular dependency: A -> B -> C -> A');
  });
});

describe('a template', () => {
  it('has outputs', () => {
    const { stack } = deployTemplate({
      Resources: { Other: thing() },
      Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
      Outputs: {
        Arn: { Value: { 'Fn::GetAtt': ['Other', 'Arn'] } },
        Hidden: { Value: { Ref: 'Nowhere' }, Condition: 'No' },
      },
    });

    expect(stack.outputs).toEqual({ Arn: 'arn:Other' });
    expect(stack.resources.get('Other')).toMatchObject({ type: 'Test::Thing', ref: 'ref-Other' });
  });

  it.each([
    [{ Transform: ['AWS::Include'], Resources: {} }, 'The transform AWS::Include is not supported'],
    [{ Hooks: {}, Resources: {} }, 'section Hooks is not supported'],
    [
      { Resources: { A: { Type: 'Test::Nothing' }, B: thing(), C: { Type: 'Custom::Thing' } } },
      'the simulator has no such resource type: A (Test::Nothing), C (Custom::Thing)',
    ],
    [
      { Resources: { A: { ...thing(), CreationPolicy: {} } } },
      'A: the resource attribute CreationPolicy is not supported',
    ],
  ])('is never half understood: %j', (template, message) => {
    expect(() => deployTemplate(template)).toThrow(message);
  });
});
