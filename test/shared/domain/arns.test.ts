import { expect, test } from 'vitest';
import { clusterArnOf, clusterName, regionOf, shortId } from '../../../shared/domain/arns.ts';
import { arn, clusterArn, task } from '../fleet.ts';

test('an ARN tells the name of a cluster, the id of an instance or task, and the region', () => {
  expect(clusterName(clusterArn)).toBe('shop');
  expect(shortId(arn)).toBe('0f9d6a1b2c3d4e5f60718293a4b5c6d7');
  expect(shortId(task().arn)).toBe('00000000000000000000000000000001');
  expect(regionOf(arn)).toBe('eu-west-1');
  expect(regionOf('arn:aws-cn:ecs:cn-north-1:210987654321:cluster/shop')).toBe('cn-north-1');
});

test('what is no ARN is in no region', () => {
  expect(regionOf('shop')).toBe('');
});

test.each([arn, task().arn])('the long form of %s names its cluster', (long) => {
  expect(clusterArnOf(long)).toBe(clusterArn);
});

test.each([
  'arn:aws:ecs:eu-west-1:210987654321:container-instance/0f9d6a1b',
  'arn:aws:ecs:eu-west-1:210987654321:task',
  '',
])('the short form of an ARN does not: %s', (short) => {
  expect(clusterArnOf(short)).toBeUndefined();
});
