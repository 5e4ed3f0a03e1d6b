import { DescribeTasksCommand, GetTaskProtectionCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { getTaskProtections, stopTask } from '../../../shared/aws/tasks.ts';
import { awsError, cluster, describedTask, many, taskArn } from './builders.ts';
import { strictEcs } from './strict-client.ts';

describe('stopping a task', () => {
  const arn = taskArn(1);
  const stop = (ecs: ReturnType<typeof strictEcs>['ecs']) => stopTask(ecs, cluster, arn, 'Ebbtide drains i-1');

  test('gives the reason, which ECS shows on the task', async () => {
    const { ecs, mock } = strictEcs();
    mock.on(StopTaskCommand).resolves({ task: describedTask(arn, { desiredStatus: 'STOPPED' }) });

    expect(await stop(ecs)).toBe('stopping');
    expect(mock.call(0).args[0].input).toEqual({ cluster, task: arn, reason: 'Ebbtide drains i-1' });
  });

  test('has nothing left to do when the task had stopped before', async () => {
    const { ecs, mock } = strictEcs();
    mock.on(StopTaskCommand).resolves({ task: describedTask(arn, { lastStatus: 'STOPPED' }) });

    expect(await stop(ecs)).toBe('already-gone');
  });

  test.each(['InvalidParameterException', 'ClientException'])(
    'has nothing left to do when ECS no longer knows the task (%s)',
    async (name) => {
      const { ecs, mock } = strictEcs();
      mock.on(StopTaskCommand).rejects(awsError(name, 'The referenced task was not found.'));
      mock
        .on(DescribeTasksCommand, { cluster, tasks: [arn] })
        .resolves({ tasks: [], failures: [{ arn, reason: 'MISSING' }] });

      expect(await stop(ecs)).toBe('already-gone');
    },
  );

  test('has nothing left to do when the cluster is gone', async () => {
    const { ecs, mock } = strictEcs();
    mock.on(StopTaskCommand).rejects(awsError('ClusterNotFoundException'));

    expect(await stop(ecs)).toBe('already-gone');
  });

  test('fails when ECS refuses although the task still runs', async () => {
    const { ecs, mock } = strictEcs();
    const refusal = awsError('InvalidParameterException', 'reason is too long');
    mock.on(StopTaskCommand).rejects(refusal);
    mock.on(DescribeTasksCommand).resolves({ tasks: [describedTask(arn)] });

    await expect(stop(ecs)).rejects.toBe(refusal);
  });

  test('fails by name when ECS does not say what became of the task', async () => {
    const { ecs, mock } = strictEcs();
    mock.on(StopTaskCommand).rejects(awsError('ClientException'));
    mock.on(DescribeTasksCommand).resolves({ failures: [{ arn, reason: 'ACCESS' }] });

    await expect(stop(ecs)).rejects.toThrow(`DescribeTasks failed for ${arn} (ACCESS)`);
  });
});

describe('the protections', () => {
  test('are asked for at most 100 tasks at a time, and tell only of protected tasks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 250 }), async (count) => {
        const arns = many(count, taskArn);
        const kindOf = (arn: string) =>
          (['protected', 'not', 'standalone', 'forgotten'] as const)[arns.indexOf(arn) % 4];
        const untilMs = (arn: string) => 1_790_000_000_000 + arns.indexOf(arn);
        const { ecs, mock } = strictEcs();
        mock.on(GetTaskProtectionCommand, { cluster }).callsFake(({ tasks }) => {
          expect(tasks.length).toBeGreaterThan(0);
          expect(tasks.length).toBeLessThanOrEqual(100);
          const of = (kind: string) => tasks.filter((arn: string) => kindOf(arn) === kind);
          return {
            protectedTasks: [
              ...of('not').map((arn: string) => ({ taskArn: arn, protectionEnabled: false })),
              ...of('protected').map((arn: string) => ({
                taskArn: arn,
                protectionEnabled: true,
                expirationDate: new Date(untilMs(arn)),
              })),
            ],
            failures: [
              ...of('standalone').map((arn: string) => ({ arn, reason: 'TASK_NOT_VALID' })),
              ...of('forgotten').map((arn: string) => ({ arn, reason: 'MISSING' })),
            ],
          };
        });

        const found = await getTaskProtections(ecs, cluster, [...arns, ...arns]);

        expect([...found]).toEqual(arns.filter((arn) => kindOf(arn) === 'protected').map((arn) => [arn, untilMs(arn)]));
      }),
    );
  });

  test('are not asked for without tasks, which ECS would refuse', async () => {
    expect(await getTaskProtections(strictEcs().ecs, cluster, [])).toEqual(new Map());
  });

  test('end with the cluster', async () => {
    const { ecs, mock } = strictEcs();
    mock.on(GetTaskProtectionCommand).rejects(awsError('ClusterNotFoundException'));

    expect(await getTaskProtections(ecs, cluster, [taskArn(1)])).toEqual(new Map());
  });

  test('fail by name when ECS cannot tell for another reason', async () => {
    const { ecs, mock } = strictEcs();
    mock.on(GetTaskProtectionCommand).resolves({
      failures: [
        { arn: taskArn(1), reason: 'TASK_NOT_VALID', detail: 'The task belongs to no service' },
        { arn: taskArn(2), reason: 'ACCESS', detail: 'denied' },
      ],
    });

    await expect(getTaskProtections(ecs, cluster, [taskArn(1), taskArn(2)])).rejects.toThrow(
      `GetTaskProtection failed for ${taskArn(2)} (ACCESS: denied)`,
    );
  });

  test.each(['taskArn', 'expirationDate'])('are refused without %s', async (field) => {
    const { ecs, mock } = strictEcs();
    const task = { taskArn: taskArn(1), protectionEnabled: true, expirationDate: new Date(0), [field]: undefined };
    mock.on(GetTaskProtectionCommand).resolves({ protectedTasks: [task] });

    await expect(getTaskProtections(ecs, cluster, [taskArn(1)])).rejects.toThrow(
      expect.objectContaining({ name: 'IncompleteAnswerError', message: expect.stringContaining(field) }),
    );
  });
});
