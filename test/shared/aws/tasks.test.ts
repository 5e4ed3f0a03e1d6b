import {
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listTasksOn } from '../../../shared/aws/tasks.ts';
import {
  awsError,
  cluster,
  describedInstance,
  describedTask,
  instanceArn,
  many,
  taskArn,
  taskDefinitionArn,
} from './builders.ts';
import { anyPaging, page } from './pages.ts';
import { strictEcs } from './strict-client.ts';

const containerInstance = instanceArn(1);

test('lists running and stopping tasks once each, however the pages are cut, and leaves out forgotten ones', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 250 }),
      fc.nat({ max: 250 }),
      anyPaging,
      async (runningCount, stoppedFrom, paging) => {
        const desired: Record<string, string[]> = {
          RUNNING: many(runningCount, taskArn),
          // Overlaps: a task is told to stop between the two listings.
          STOPPED: many(120, (index) => taskArn(stoppedFrom + index)),
        };
        const isForgotten = (arn: string) => arn.endsWith('7');
        const { ecs, mock } = strictEcs();
        mock
          .on(ListTasksCommand, { cluster, containerInstance })
          .callsFake(({ desiredStatus, nextToken, maxResults }) => {
            expect(maxResults).toBe(100);
            const { items, next } = page(desired[desiredStatus] ?? [], paging, nextToken, maxResults);
            return { taskArns: items, nextToken: next };
          });
        mock.on(DescribeTasksCommand, { cluster }).callsFake(({ tasks }) => {
          expect(tasks.length).toBeGreaterThan(0);
          expect(tasks.length).toBeLessThanOrEqual(100);
          return {
            tasks: tasks.filter((arn: string) => !isForgotten(arn)).map((arn: string) => describedTask(arn)),
            failures: tasks.filter(isForgotten).map((arn: string) => ({ arn, reason: 'MISSING' })),
          };
        });

        const found = await listTasksOn(ecs, cluster, containerInstance);

        const all = new Set([...(desired.RUNNING ?? []), ...(desired.STOPPED ?? [])]);
        expect(found.map(({ arn }) => arn)).toEqual([...all].filter((arn) => !isForgotten(arn)));
      },
    ),
  );
});

test('does not miss a task that is told to stop between the two listings', async () => {
  const { ecs, mock } = strictEcs();
  let desiredStatus = 'RUNNING';
  mock.on(ListTasksCommand).callsFake((request) => {
    const isListed = request.desiredStatus === desiredStatus;
    desiredStatus = 'STOPPED';
    return { taskArns: isListed ? [taskArn(1)] : [] };
  });
  mock.on(DescribeTasksCommand).callsFake(() => ({ tasks: [describedTask(taskArn(1), { desiredStatus })] }));

  expect(await listTasksOn(ecs, cluster, containerInstance)).toHaveLength(1);
});

test('describes nothing when there are no tasks', async () => {
  const { ecs, mock } = strictEcs();
  mock.on(ListTasksCommand).resolves({ taskArns: [] });

  expect(await listTasksOn(ecs, cluster, containerInstance)).toEqual([]);
});

describe('a description', () => {
  test('is taken over as far as decisions need it', async () => {
    const ecs = oneTask({
      group: 'family:report',
      startedBy: 'nightly',
      taskDefinitionArn: taskDefinitionArn(3),
      lastStatus: 'DEACTIVATING',
      desiredStatus: 'STOPPED',
      startedAt: new Date(1_790_000_000_000),
      stoppingAt: new Date(1_790_000_060_000),
      stoppedReason: 'Scaling activity initiated by deployment',
    });

    expect(await listTasksOn(ecs, cluster, containerInstance)).toEqual([
      {
        arn: taskArn(1),
        clusterArn: cluster,
        containerInstanceArn: containerInstance,
        group: 'family:report',
        startedBy: 'nightly',
        taskDefinitionArn: taskDefinitionArn(3),
        lastStatus: 'DEACTIVATING',
        desiredStatus: 'STOPPED',
        startedAtMs: 1_790_000_000_000,
        stoppingAtMs: 1_790_000_060_000,
        stoppedReason: 'Scaling activity initiated by deployment',
      },
    ]);
  });

  test('without a group belongs to no service', async () => {
    expect(await listTasksOn(oneTask({ group: undefined }), cluster, containerInstance)).toMatchObject([{ group: '' }]);
  });

  test.each(['taskArn', 'lastStatus', 'desiredStatus'] as const)('without %s is refused', async (field) => {
    await expect(listTasksOn(oneTask({ [field]: undefined }), cluster, containerInstance)).rejects.toThrow(
      expect.objectContaining({ name: 'IncompleteAnswerError', message: expect.stringContaining(field) }),
    );
  });

  test('that fails for another reason than MISSING fails by name', async () => {
    const { ecs, mock } = strictEcs();
    mock.on(ListTasksCommand).resolves({ taskArns: [taskArn(1)] });
    mock.on(DescribeTasksCommand).resolves({ failures: [{ arn: taskArn(1), reason: 'ACCESS' }] });

    await expect(listTasksOn(ecs, cluster, containerInstance)).rejects.toThrow(
      `DescribeTasks failed for ${taskArn(1)} (ACCESS)`,
    );
  });
});

describe('a container instance that ECS no longer knows', () => {
  test.each(['ClientException', 'InvalidParameterException'])('has no tasks (%s)', async (name) => {
    const { ecs, mock } = strictEcs();
    mock.on(ListTasksCommand).rejects(awsError(name));
    mock
      .on(DescribeContainerInstancesCommand, { cluster, containerInstances: [containerInstance] })
      .resolves({ failures: [{ arn: containerInstance, reason: 'MISSING' }] });

    expect(await listTasksOn(ecs, cluster, containerInstance)).toEqual([]);
  });

  test('has no tasks when its cluster is gone', async () => {
    const { ecs, mock } = strictEcs();
    mock.on(ListTasksCommand).rejects(awsError('ClusterNotFoundException'));

    expect(await listTasksOn(ecs, cluster, containerInstance)).toEqual([]);
  });

  test('is not asked for when the error says nothing about it', async () => {
    const { ecs, mock } = strictEcs();
    const error = awsError('ThrottlingException');
    mock.on(ListTasksCommand).rejects(error);

    await expect(listTasksOn(ecs, cluster, containerInstance)).rejects.toBe(error);
    expect(mock.commandCalls(DescribeContainerInstancesCommand)).toHaveLength(0);
  });

  test('is not believed in while ECS still describes it', async () => {
    const { ecs, mock } = strictEcs();
    const refusal = awsError('InvalidParameterException', 'nextToken is not valid');
    mock.on(ListTasksCommand).rejects(refusal);
    mock
      .on(DescribeContainerInstancesCommand)
      .resolves({ containerInstances: [describedInstance(containerInstance, { status: 'DRAINING' })] });

    await expect(listTasksOn(ecs, cluster, containerInstance)).rejects.toBe(refusal);
  });
});

/** ECS with one task on the container instance. */
function oneTask(overrides: { [Field in keyof Task]?: Task[Field] | undefined }) {
  const { ecs, mock } = strictEcs();
  mock.on(ListTasksCommand).resolves({ taskArns: [] });
  mock.on(ListTasksCommand, { desiredStatus: 'STOPPED' }).resolves({ taskArns: [taskArn(1)] });
  mock.on(DescribeTasksCommand).resolves({ tasks: [{ ...describedTask(taskArn(1)), ...overrides } as Task] });
  return ecs;
}
