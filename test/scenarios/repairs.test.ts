import { describe, expect, it } from 'vitest';
import { AwsError } from '../../simulator/wire/aws-error.ts';
import { type Box, type BoxOptions, minutes, openBox, seconds } from './box.ts';
import { bootGroup } from './fleet.ts';
import { isEcs, outageOf } from './outage.ts';

const UNAVAILABLE = new AwsError('InternalServerError', 'Service Unavailable', { status: 500 });

/** Two instances; calls of this operation get no answer but an error. Nothing else breaks connections. */
async function twoInstances(settings: BoxOptions['settings'], failing: string) {
  const box = await openBox({
    settings: { outageCountMin: '5', ...settings },
    agentConnectionsEnd: false,
    intercept: ({ operation }) => (operation === failing ? { effect: 'none', answer: UNAVAILABLE } : undefined),
  });
  const [id = ''] = await bootGroup(box, { desired: 2 });
  return { box, id };
}

const subjects = (box: Box) => box.alerts().map(({ subject }) => subject);

describe('an agent that stays away', () => {
  it('is told of although Systems Manager does not say what became of its restart', async () => {
    const { box, id } = await twoInstances({ disconnectedRestartMinutes: '5' }, 'GetCommandInvocation');

    box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(14));

    expect(box.calls('SendCommand')).toHaveLength(1);
    expect(subjects(box)).toEqual([expect.stringContaining(`Agent of ${id} disconnected`)]);
  });

  it('under both registrations of its instance is told of once, and repaired once', async () => {
    const settings = { disconnectedRestartMinutes: '5', disconnectedReplaceMinutes: '30', repairsPerHourMax: '2' };
    const { box, id } = await twoInstances(settings, 'none');

    box.world.reRegisterAgent(id);
    await box.run(minutes(3));
    box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(36));

    expect(box.calls('SendCommand', 'SetInstanceHealth').map(({ operation }) => operation)).toEqual([
      'SendCommand',
      'SetInstanceHealth',
    ]);
    expect(subjects(box)).toEqual([expect.stringContaining('disconnected'), expect.stringContaining('being replaced')]);
  });

  it('uses up one of the repairs that are allowed, however often its deregistration fails', async () => {
    const settings = { disconnectedDeregisterMinutes: '15', disconnectedDeregisterRunning: 'yes' };
    const { box, id } = await twoInstances(settings, 'DeregisterContainerInstance');

    box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(30));

    expect(box.calls('DeregisterContainerInstance').length).toBeGreaterThan(9);
    expect(subjects(box)).toEqual([expect.stringContaining(`Agent of ${id} disconnected`)]);
  });
});

it.each([
  ['restarted', { disconnectedRestartMinutes: '15' }],
  ['replaced', { disconnectedReplaceMinutes: '15' }],
])(
  'an agent that comes back while a slow sweep is under way, of which no event tells, is not %s',
  async (_, settings) => {
    let isSlow = false;
    const box: Box = await openBox({
      settings: { outageCountMin: '5', ...settings },
      agentConnectionsEnd: false,
      deliveryFault: ({ event }) => (event['detail-type'].startsWith('ECS Container Instance') ? [] : [0]),
      intercept({ operation, caller }) {
        if (!isSlow || operation !== 'DescribeInstances' || caller.kind !== 'function') return undefined;
        box.world.reconnectAgent(id);
        return { effect: 'happens', extraLatencyMs: seconds(4) };
      },
    });
    const [id = ''] = await bootGroup(box, { desired: 2 });

    box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(14) + seconds(30));
    expect(subjects(box)).toEqual([expect.stringContaining('disconnected')]);
    isSlow = true;
    await box.run(minutes(5));

    expect(box.calls('SendCommand', 'SetInstanceHealth')).toEqual([]);
    expect(subjects(box)).toEqual([expect.stringContaining('disconnected'), expect.stringContaining('reconnected')]);
  },
);

it('repairs that are held are not told of as over because ECS does not answer for some minutes', async () => {
  const { outage, intercept } = outageOf(isEcs);
  const box = await openBox({
    settings: { outageCountMin: '10', repairsPerHourMax: '1', disconnectedReplaceMinutes: '15' },
    agentConnectionsEnd: false,
    intercept,
  });
  const ids = await bootGroup(box, { desired: 12 });
  const ofRepairs = () => box.alerts().filter(({ attributes }) => attributes.kind === 'outage');

  for (const id of ids.slice(0, 3)) box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(20));
  expect(ofRepairs()).toMatchObject([{ subject: '[prod] Repairs held: 1 within the hour' }]);
  outage.isOn = true;
  await box.run(minutes(5));
  outage.isOn = false;
  await box.run(minutes(10));

  expect(ofRepairs()).toHaveLength(1);
});
