import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../simulator/services/event-bridge/pattern.ts';

/** The event of the guide's page "Comparison operators for use in event patterns", and a little more. */
const EVENT = {
  version: '0',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '123456789012',
  time: '2017-12-22T18:43:48Z',
  region: 'us-west-1',
  resources: ['arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0', 'arn:aws:ec2:x:1:volume/v'],
  detail: {
    'instance-id': ' i-1234567890abcdef0',
    state: 'terminated',
    'c-count': 5,
    'd-count': 3,
    'x-limit': 301.8,
    'source-ip': '10.0.0.33',
    ip6: '2001:db8::1',
    path: '/home/lib/file.png',
    'user-type': 'CUSTOMER',
    flag: true,
    nothing: null,
    empty: '',
    none: [],
    nested: { deep: { value: 'here' } },
    attributes: [
      { name: 'color', value: 'red' },
      { name: 'size', value: 'large' },
    ],
    grid: [['a', 'b'], ['c']],
  },
} as const;

const inDetail = (detail: unknown) => ({ detail });

const MATCHING: readonly [string, unknown][] = [
  ['a string', { source: ['aws.ec2'] }],
  ['one of several values', inDetail({ state: ['running', 'terminated'] })],
  ['an array in the event, by any element', { resources: ['arn:aws:ec2:x:1:volume/v'] }],
  ['nested arrays, flattened', inDetail({ grid: ['c'] })],
  ['a number, however it is written', inDetail({ 'c-count': [5.0] })],
  ['true', inDetail({ flag: [true] })],
  ['null', inDetail({ nothing: [null] })],
  ['an empty string', inDetail({ empty: [''] })],
  ['a prefix', { time: [{ prefix: '2017-12-22' }] }],
  ['a prefix, ignoring case', { source: [{ prefix: { 'equals-ignore-case': 'AWS.' } }] }],
  ['a suffix', inDetail({ path: [{ suffix: '.png' }] })],
  ['a suffix, ignoring case', inDetail({ path: [{ suffix: { 'equals-ignore-case': '.PNG' } }] })],
  ['a value, ignoring case', inDetail({ state: [{ 'equals-ignore-case': 'TERMINATED' }] })],
  ['anything but a value', inDetail({ state: [{ 'anything-but': 'initializing' }] })],
  ['anything but numbers', inDetail({ 'x-limit': [{ 'anything-but': [100, 200, 300] }] })],
  ['anything but a string, for a number', inDetail({ 'c-count': [{ 'anything-but': 'five' }] })],
  ['anything but a prefix', inDetail({ state: [{ 'anything-but': { prefix: 'init' } }] })],
  ['anything but several prefixes', inDetail({ state: [{ 'anything-but': { prefix: ['init', 'run'] } }] })],
  ['anything but a suffix', inDetail({ path: [{ 'anything-but': { suffix: '.jpg' } }] })],
  ['anything but a value in any case', inDetail({ state: [{ 'anything-but': { 'equals-ignore-case': 'RUNNING' } }] })],
  ['anything but a wildcard', inDetail({ path: [{ 'anything-but': { wildcard: '*/bin/*' } }] })],
  ['a range', inDetail({ 'c-count': [{ numeric: ['>', 0, '<=', 5] }] })],
  ['a bound', inDetail({ 'd-count': [{ numeric: ['<', 10] }] })],
  ['numeric equality', inDetail({ 'x-limit': [{ numeric: ['=', 3.018e2] }] })],
  ['an IPv4 block', inDetail({ 'source-ip': [{ cidr: '10.0.0.0/24' }] })],
  ['an IPv6 block', inDetail({ ip6: [{ cidr: '2001:db8::/32' }] })],
  ['a field that exists', inDetail({ state: [{ exists: true }] })],
  ['a field that does not', inDetail({ 'not-there': [{ exists: false }] })],
  ['no leaf: an object in its place', inDetail({ nested: [{ exists: false }] })],
  ['no leaf: an empty array', inDetail({ none: [{ exists: false }] })],
  ['a missing field of a missing object', inDetail({ absent: { field: [{ exists: false }] } })],
  ['a wildcard', inDetail({ path: [{ wildcard: '/home/*/*.png' }] })],
  ['nested objects', inDetail({ nested: { deep: { value: ['here'] } } })],
  ['one of $or', { $or: [{ source: ['aws.ecs'] }, { region: [{ prefix: 'us-' }] }] }],
  ['$or within detail', inDetail({ $or: [{ 'c-count': [{ numeric: ['>', 9] }] }, { 'd-count': [3] }] })],
  ['one element of an array of objects', inDetail({ attributes: { name: ['size'], value: ['large'] } })],
];

const OTHERS: readonly [string, unknown][] = [
  ['a field that every object has by birth', inDetail({ constructor: [{ exists: true }] })],
  ['another string', { source: ['aws.ecs'] }],
  ['a string for a number', inDetail({ 'c-count': ['5'] })],
  ['a number for a string', inDetail({ state: [5] })],
  ['"null" for null', inDetail({ nothing: ['null'] })],
  ['one field right and one wrong', { source: ['aws.ec2'], region: ['eu-central-1'] }],
  ['a prefix of a number', inDetail({ 'c-count': [{ prefix: '5' }] })],
  ['anything but the value', inDetail({ state: [{ 'anything-but': ['terminated', 'stopped'] }] })],
  ['anything but, where the field is missing', inDetail({ 'not-there': [{ 'anything-but': 'x' }] })],
  ['anything but its wildcard', inDetail({ path: [{ 'anything-but': { wildcard: '*/lib/*' } }] })],
  ['an open bound', inDetail({ 'c-count': [{ numeric: ['<', 5] }] })],
  ['numeric, for a string', inDetail({ state: [{ numeric: ['>', 0] }] })],
  ['another block', inDetail({ 'source-ip': [{ cidr: '10.0.1.0/24' }] })],
  ['an IPv6 block for IPv4', inDetail({ 'source-ip': [{ cidr: '::/0' }] })],
  ['exists, for an object', inDetail({ nested: [{ exists: true }] })],
  ['not exists, for null', inDetail({ nothing: [{ exists: false }] })],
  ['a wildcard that must end there', inDetail({ path: [{ wildcard: '/home/*.jp*g' }] })],
  ['an escaped asterisk', inDetail({ path: [{ wildcard: '/home\\*' }] })],
  ['fields of different elements of an array', inDetail({ attributes: { name: ['color'], value: ['large'] } })],
  ['none of $or', { $or: [{ source: ['aws.ecs'] }, { region: ['eu-west-1'] }] }],
  ['an object below a leaf', inDetail({ state: { value: ['terminated'] } })],
];

describe('An event pattern', () => {
  it.each(MATCHING)('matches %s', (_, pattern) => {
    expect(compilePattern(pattern)(EVENT)).toBe(true);
  });

  it.each(OTHERS)('does not match %s', (_, pattern) => {
    expect(compilePattern(pattern)(EVENT)).toBe(false);
  });

  it('treats $or as a field where it does not hold two objects', () => {
    expect(compilePattern({ $or: ['x'] })({ $or: 'x' })).toBe(true);
  });

  it.each([
    ['no JSON', '{"source": ["aws.ecs"]'],
    ['no object', '["aws.ecs"]'],
    ['an empty pattern', {}],
    ['an empty object', { detail: {} }],
    ['an empty array', { source: [] }],
    ['a plain string', { source: 'aws.ecs' }],
    ['an array in an array', { source: [['aws.ecs']] }],
    ['an unknown operator', { source: [{ contains: 'ecs' }] }],
    ['two operators in one', { source: [{ prefix: 'a', suffix: 'b' }] }],
    ['a prefix that is no string', { source: [{ prefix: 5 }] }],
    ['mixed types in anything-but', { source: [{ 'anything-but': ['a', 1] }] }],
    ['null in anything-but', { source: [{ 'anything-but': null }] }],
    ['an empty prefix in anything-but', { source: [{ 'anything-but': { prefix: '' } }] }],
    ['exists with a string', { source: [{ exists: 'true' }] }],
    ['a range in the wrong order', { n: [{ numeric: ['<', 5, '>', 0] }] }],
    ['an empty range', { n: [{ numeric: ['>', 5, '<', 5] }] }],
    ['a number beyond the limits', { n: [{ numeric: ['>', 6e9] }] }],
    ['half a range', { n: [{ numeric: ['>'] }] }],
    ['an address without a length', { ip: [{ cidr: '10.0.0.1' }] }],
    ['consecutive wildcards', { source: [{ wildcard: 'a**b' }] }],
    ['an unknown escape', { source: [{ wildcard: 'a\\b' }] }],
  ])('is refused for %s', (_, pattern) => {
    expect(() => compilePattern(pattern)).toThrow(/^Event pattern is not valid\. Reason: /);
  });
});
