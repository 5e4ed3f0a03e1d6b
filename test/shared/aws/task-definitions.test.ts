import { DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { describeStopTimeouts } from '../../../shared/aws/task-definitions.ts';
import { awsError, taskDefinitionArn } from './builders.ts';
import { strictEcs } from './strict-client.ts';

const arn = taskDefinitionArn(1);
const other = taskDefinitionArn(2);

test.each([
  [[{ stopTimeout: 10 }, { stopTimeout: 120 }, { stopTimeout: 45 }], 120],
  [[{ stopTimeout: 5 }], 5],
  [[{ stopTimeout: 0 }], 0],
  [[{ stopTimeout: 5 }, {}], 30],
  [[{}], 30],
  [[], 30],
  [undefined, 30],
])('takes the longest among the containers of %j: %d seconds', async (containerDefinitions, seconds) => {
  const { ecs, mock } = strictEcs();
  mock
    .on(DescribeTaskDefinitionCommand, { taskDefinition: arn })
    .resolves({ taskDefinition: { ...(containerDefinitions && { containerDefinitions }) } });

  expect(await describeStopTimeouts(ecs, [arn])).toEqual(new Map([[arn, seconds]]));
});

test('asks once for each task definition, as it never changes', async () => {
  const { ecs, mock } = strictEcs();
  mock.on(DescribeTaskDefinitionCommand, { taskDefinition: arn }).resolves(stopsIn(7));
  mock.on(DescribeTaskDefinitionCommand, { taskDefinition: other }).resolves(stopsIn(9));

  await describeStopTimeouts(ecs, [arn, arn]);

  expect(await describeStopTimeouts(ecs, [other, arn])).toEqual(
    new Map([
      [other, 9],
      [arn, 7],
    ]),
  );
  expect(mock.calls().map(({ args }) => args[0].input)).toEqual([{ taskDefinition: arn }, { taskDefinition: other }]);
});

test('answers for what was asked, not for all that it remembers', async () => {
  const { ecs, mock } = strictEcs();
  mock.on(DescribeTaskDefinitionCommand).resolves(stopsIn(7));
  await describeStopTimeouts(ecs, [arn]);

  expect([...(await describeStopTimeouts(ecs, [other])).keys()]).toEqual([other]);
  expect(await describeStopTimeouts(ecs, [])).toEqual(new Map());
});

test('remembers nothing of another account or region', async () => {
  for (const seconds of [7, 9]) {
    const { ecs, mock } = strictEcs();
    mock.on(DescribeTaskDefinitionCommand).resolves(stopsIn(seconds));

    expect((await describeStopTimeouts(ecs, [arn])).get(arn)).toBe(seconds);
  }
});

test.each(['ClientException', 'InvalidParameterException'])(
  'leaves out what ECS no longer describes (%s), and asks again later',
  async (name) => {
    const { ecs, mock } = strictEcs();
    mock.on(DescribeTaskDefinitionCommand, { taskDefinition: other }).resolves(stopsIn(9));
    mock
      .on(DescribeTaskDefinitionCommand, { taskDefinition: arn })
      .rejectsOnce(awsError(name, 'Unable to describe task definition.'))
      .resolves(stopsIn(7));

    expect(await describeStopTimeouts(ecs, [arn, other])).toEqual(new Map([[other, 9]]));
    expect((await describeStopTimeouts(ecs, [arn])).get(arn)).toBe(7);
  },
);

test('refuses an answer without the task definition', async () => {
  const { ecs, mock } = strictEcs();
  mock.on(DescribeTaskDefinitionCommand).resolves({});

  await expect(describeStopTimeouts(ecs, [arn])).rejects.toThrow(`AWS described ${arn} without taskDefinition`);
});

function stopsIn(stopTimeout: number) {
  return { taskDefinition: { containerDefinitions: [{ stopTimeout }] } };
}
