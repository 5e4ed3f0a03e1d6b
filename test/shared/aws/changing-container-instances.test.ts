import {
  DeregisterContainerInstanceCommand,
  DescribeContainerInstancesCommand,
  UpdateContainerInstancesStateCommand,
} from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deregisterContainerInstance, setContainerInstancesState } from '../../../shared/aws/container-instances.ts';
import { awsError, cluster, describedInstance, instanceArn, many } from './builders.ts';
import { strictEcs } from './strict-client.ts';

const arn = instanceArn(1);

describe('setting the state', () => {
  test('changes all, ten at a time, and tells which ECS refused within its 200', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 35 }), fc.integer({ min: 2, max: 9 }), async (count, everyNth) => {
        const arns = many(count, instanceArn);
        const isRefused = (arn: string) => arns.indexOf(arn) % everyNth === 0;
        const { ecs, mock } = strictEcs();
        mock
          .on(UpdateContainerInstancesStateCommand, { cluster, status: 'DRAINING' })
          .callsFake(({ containerInstances, status }) => {
            expect(containerInstances.length).toBeLessThanOrEqual(10);
            return {
              containerInstances: containerInstances
                .filter((arn: string) => !isRefused(arn))
                .map((arn: string) => describedInstance(arn, { status })),
              failures: containerInstances.filter(isRefused).map((arn: string) => ({ arn, reason: 'INACTIVE' })),
            };
          });

        const { changed, failures } = await setContainerInstancesState(ecs, cluster, arns, 'DRAINING');

        expect(changed.map(({ arn }) => arn)).toEqual(arns.filter((arn) => !isRefused(arn)));
        expect(changed.every(({ status }) => status === 'DRAINING')).toBe(true);
        expect(failures).toEqual(arns.filter(isRefused).map((arn) => ({ arn, reason: 'INACTIVE' })));
      }),
    );
  });
});

describe('deregistering', () => {
  test('forces it', async () => {
    const { ecs, mock } = strictEcs();
    mock.on(DeregisterContainerInstanceCommand, { cluster, containerInstance: arn, force: true }).resolves({});

    expect(await deregisterContainerInstance(ecs, cluster, arn)).toBe('deregistered');
  });

  test.each(['ClientException', 'InvalidParameterException'])(
    'counts a refusal (%s) as already gone when ECS no longer knows the instance',
    async (name) => {
      const { ecs, mock } = strictEcs();
      mock.on(DeregisterContainerInstanceCommand).rejects(awsError(name));
      mock.on(DescribeContainerInstancesCommand).resolves({ failures: [{ arn, reason: 'MISSING' }] });

      expect(await deregisterContainerInstance(ecs, cluster, arn)).toBe('already-gone');
    },
  );

  test('counts a refusal as already gone when the instance is inactive', async () => {
    const { ecs, mock } = describedAs('INACTIVE');
    mock.on(DeregisterContainerInstanceCommand).rejects(awsError('ClientException'));

    expect(await deregisterContainerInstance(ecs, cluster, arn)).toBe('already-gone');
  });

  test('counts an instance of a cluster that is gone as already gone', async () => {
    const { ecs, mock } = strictEcs();
    mock.on(DeregisterContainerInstanceCommand).rejects(awsError('ClusterNotFoundException'));

    expect(await deregisterContainerInstance(ecs, cluster, arn)).toBe('already-gone');
  });

  test('passes a refusal on when the instance is still there', async () => {
    const { ecs, mock } = describedAs('ACTIVE');
    const refusal = awsError('ClientException');
    mock.on(DeregisterContainerInstanceCommand).rejects(refusal);

    await expect(deregisterContainerInstance(ecs, cluster, arn)).rejects.toBe(refusal);
  });
});

function describedAs(status: string) {
  const { ecs, mock } = strictEcs();
  mock.on(DescribeContainerInstancesCommand).resolves({ containerInstances: [describedInstance(arn, { status })] });
  return { ecs, mock };
}
