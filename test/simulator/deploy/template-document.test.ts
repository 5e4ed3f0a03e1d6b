// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's placeholders look like JavaScript's
import { describe, expect, test } from 'vitest';
import { parseTemplate } from '../../../simulator/deploy/template-document.ts';

function read(yaml: string): unknown {
  return (parseTemplate(`Value: ${yaml}`, 'stack.yml') as { Value: unknown }).Value;
}

describe('a template in YAML', () => {
  test.each([
    ['!Ref Queue', { Ref: 'Queue' }],
    ['!GetAtt Queue.Arn', { 'Fn::GetAtt': 'Queue.Arn' }],
    ['!GetAtt [Queue, Arn]', { 'Fn::GetAtt': ['Queue', 'Arn'] }],
    ["!Sub 'a-${B}'", { 'Fn::Sub': 'a-${B}' }],
    ["!Sub ['${x}', { x: !Ref B }]", { 'Fn::Sub': ['${x}', { x: { Ref: 'B' } }] }],
    ["!Join [',', [a, !Sub 'b']]", { 'Fn::Join': [',', ['a', { 'Fn::Sub': 'b' }]] }],
    ['!If [Yes, !Ref A, !Ref "AWS::NoValue"]', { 'Fn::If': ['Yes', { Ref: 'A' }, { Ref: 'AWS::NoValue' }] }],
    ['!Not [!Condition Yes]', { 'Fn::Not': [{ Condition: 'Yes' }] }],
    ['{ a: !Select [0, !Split [":", x]] }', { a: { 'Fn::Select': [0, { 'Fn::Split': [':', 'x'] }] } }],
    ['2012-10-17', '2012-10-17'],
  ])('has the short form %s', (yaml, expected) => {
    expect(read(yaml)).toEqual(expected);
  });

  test.each([
    ['a: [1', /^stack\.yml:1: Flow sequence/],
    ['a: 1\nb: !Nonsense x', /^stack\.yml:2: Unresolved tag: !Nonsense$/],
    ['- a', /^stack\.yml:1: it is no template$/],
    ['', /^stack\.yml:1: it is no template$/],
  ])('that is wrong is told where: %j', (text, message) => {
    expect(() => parseTemplate(text, 'stack.yml')).toThrow(message);
  });
});

test('a template in JSON is one in YAML', () => {
  expect(parseTemplate('{"Resources": {"A": {"Ref": "B"}}}', 'stack.json')).toEqual({ Resources: { A: { Ref: 'B' } } });
});
