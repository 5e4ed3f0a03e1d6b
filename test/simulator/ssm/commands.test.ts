import { describe, expect, it } from 'vitest';
import type { CommandOutcome } from '../../../simulator/services/ssm/commands.ts';
import { createWorld, type World } from '../messaging-world.ts';

function setUp(outcome: CommandOutcome): World {
  return createWorld(undefined, { onCommand: () => outcome });
}

function send(world: World, input: object = {}): string {
  const given = {
    DocumentName: 'AWS-RunShellScript',
    InstanceIds: ['i-1'],
    Parameters: { commands: ['systemctl restart ecs'] },
  };
  return world.call<{ Command: { CommandId: string } }>('ssm', 'SendCommand', { ...given, ...input }).Command.CommandId;
}

function read(world: World, CommandId: string) {
  return world.call<Record<string, unknown>>('ssm', 'GetCommandInvocation', { CommandId, InstanceId: 'i-1' });
}

describe('Run Command', () => {
  it('cannot be read at once, then goes on and ends as the instance says', async () => {
    const world = setUp({ kind: 'ran', exitCode: 0, durationMs: 20_000, output: 'done' });
    const id = send(world);
    expect(() => read(world, id)).toThrow(expect.objectContaining({ code: 'InvocationDoesNotExist' }));
    await world.kernel.clock.runFor(10_000);
    expect(read(world, id)).toMatchObject({ Status: 'InProgress', ResponseCode: -1 });
    await world.kernel.clock.runFor(30_000);
    expect(read(world, id)).toMatchObject({ Status: 'Success', ResponseCode: 0, StandardOutputContent: 'done' });
  });

  it('tells a failing command', async () => {
    const world = setUp({ kind: 'ran', exitCode: 5, durationMs: 0 });
    const id = send(world);
    await world.kernel.clock.runFor(60_000);
    expect(read(world, id)).toMatchObject({ Status: 'Failed', ResponseCode: 5 });
  });

  it('gives up after its delivery time-out when the agent does not answer', async () => {
    const world = setUp({ kind: 'undelivered' });
    const id = send(world, { TimeoutSeconds: 60 });
    await world.kernel.clock.runFor(59_000);
    expect(read(world, id)).toMatchObject({ Status: 'Pending' });
    await world.kernel.clock.runFor(1_000);
    expect(read(world, id)).toMatchObject({ Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut' });
  });

  it('refuses instances that are not managed, and documents it does not know', () => {
    const code = (name: string) => expect.objectContaining({ code: name });
    expect(() => send(setUp({ kind: 'unmanaged' }))).toThrow(code('InvalidInstanceId'));
    const world = setUp({ kind: 'ran', exitCode: 0, durationMs: 0 });
    expect(() => send(world, { DocumentName: 'AWS-RunPowerShellScript' })).toThrow(code('InvalidDocument'));
    expect(() => send(world, { Parameters: {} })).toThrow(code('InvalidParameters'));
  });
});
