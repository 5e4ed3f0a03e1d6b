import { expect, test } from 'vitest';
import { parseUserDocument } from '../../../simulator/fleet-document/parse.ts';
import { functionsSchema } from '../../../simulator/serve/functions/schema.ts';

const parse = (text: string) => parseUserDocument(text, 'functions.yml', functionsSchema);

test('all that is wrong is told at once: fields, what contradicts another, and names that come twice', () => {
  const text = `
functions:
  - name: drainer
    http: http://127.0.0.1:8080
    command: [python3, drainer.py]
    timeoutSeconds: soon
  - name: drainer
    colour: red
    events: [{ queue: 7, topic: news }, { schedule: never, batchSize: many }]
  - 7
`;
  let problems = '';
  try {
    parse(text);
  } catch (error) {
    problems = (error as Error).message;
  }
  expect(problems.split('\n').sort()).toEqual([
    'functions.yml:10: functions[2]: Invalid input: expected object, received number',
    'functions.yml:3: functions[0]: has both http and command, and needs one of them',
    'functions.yml:6: functions[0].timeoutSeconds: Invalid input: expected number, received string',
    'functions.yml:7: functions[1].name: there is another function drainer',
    'functions.yml:7: functions[1]: needs http or command',
    'functions.yml:8: functions[1].colour: there is no such field',
    'functions.yml:9: functions[1].events[0].queue: Invalid input: expected string, received number',
    'functions.yml:9: functions[1].events[0]: needs one of pattern, schedule, queue and topic',
    'functions.yml:9: functions[1].events[1].batchSize: Invalid input: expected number, received string',
    expect.stringMatching(/^functions\.yml:9: functions\[1\]\.events\[1\]\.schedule: /),
  ]);
});

test('a document without a list of functions is told as that', () => {
  expect(() => parse('functions: none')).toThrow('functions.yml:1: functions: Invalid input: expected array');
  expect(() => parse('none')).toThrow('functions.yml:1: the document: Invalid input: expected object');
});
