import { describe, expect, it } from 'vitest';
import { AwsError } from '../../simulator/wire/aws-error.ts';
import { type Box, minutes, openBox } from './box.ts';
import { bootGroup } from './fleet.ts';
import { outageOf } from './outage.ts';

/** The drains that the bus was told of, by instance. */
function told(box: Box): string[] {
  return box.simulator.kernel.trace.entries.flatMap(({ kind, event }) => {
    const { source, detail } = (event ?? {}) as {
      source?: string;
      detail: { change: string; incident: { ec2InstanceId: string } };
    };
    return kind === 'event' && source === 'ebbtide' ? [`${detail.incident.ec2InstanceId} ${detail.change}`] : [];
  });
}

function reasons(box: Box): string[] {
  return box.deadLetters().map(({ attributes }) => JSON.stringify(attributes));
}

describe('a record of the table that cannot be told', () => {
  it('as it is of a newer version, is a dead letter with its reason, and what comes behind it is told at once', async () => {
    const box = await openBox();
    const [id = ''] = await bootGroup(box, { desired: 1 });
    const { TableName } = box.calls('PutItem')[0]?.input ?? {};

    await box.simulator.call('dynamodb', 'PutItem', {
      TableName,
      Item: { id: { S: 'weather#1' }, kind: { S: 'weather' } },
    });
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(4));

    expect(told(box)).toEqual([`${id} opened`, `${id} closed`]);
    expect(reasons(box)).toEqual([expect.stringContaining('kind')]);
    expect(box.deadLetters()[0]?.body).toContain('weather#1');
  });

  it('as EventBridge refuses it for good, is a dead letter with its reason, and what comes behind it is told at once', async () => {
    const refused: { id?: string } = {};
    const box = await openBox({
      intercept: ({ operation, input }) =>
        operation === 'PutEvents' && refused.id !== undefined && JSON.stringify(input).includes(refused.id)
          ? { effect: 'none', answer: new AwsError('ValidationException', 'Total size of the entries exceeded') }
          : undefined,
    });
    const [first = '', second = ''] = await bootGroup(box, { desired: 2 });
    refused.id = first;

    for (const id of [first, second]) box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(4));

    expect(told(box)).toEqual([`${second} opened`, `${second} closed`]);
    expect(reasons(box).length).toBeGreaterThan(0);
    for (const reason of reasons(box)) expect(reason).toContain('Total size of the entries exceeded');
  });
});

describe('while the bus takes nothing', () => {
  it('for hours, what is to be told waits: nothing is given up', async () => {
    const { outage, intercept } = outageOf(({ operation }) => operation === 'PutEvents');
    const box = await openBox({ intercept });
    const [id = ''] = await bootGroup(box, { desired: 1 });

    outage.isOn = true;
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(300));
    outage.isOn = false;
    await box.run(minutes(5));

    expect(told(box)).toEqual([`${id} opened`, `${id} closed`]);
    expect(box.deadLetters()).toEqual([]);
  });
});
