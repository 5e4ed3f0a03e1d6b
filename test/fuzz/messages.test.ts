import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Box, minutes, openBox } from '../scenarios/box.ts';
import { bootGroup, hookEnd } from '../scenarios/fleet.ts';
import { recorded } from '../shared/events/recorded.ts';
import { anyJson, anyText, garbled, type Json, mutated, runs } from './arbitrary.ts';

const QUEUES = ['lifecycle', 'container-instance', 'active-instance', 'task', 'interruption'] as const;
const fixtures = readdirSync(new URL('../shared/events/fixtures', import.meta.url)).map((file) => file.slice(0, -5));

/** What is done to the fleet, and has no cause but an event that somebody made up. */
const NEVER_ON_HEARSAY = [
  'CompleteLifecycleAction',
  'DeregisterContainerInstance',
  'SetInstanceHealth',
  'TerminateInstanceInAutoScalingGroup',
  'StopTask',
  'SendCommand',
];

/** The recorded event, as if it were about an instance of this fleet. */
function about(
  fixture: string,
  { ec2InstanceId, arn }: { readonly ec2InstanceId: string; readonly arn: string },
): Json {
  const text = JSON.stringify(recorded(fixture))
    .replaceAll(/\bm?i-[0-9a-f]{17}\b/g, ec2InstanceId)
    .replaceAll(/arn:aws:ecs:[^"]*:container-instance\/[^"]*/g, arn)
    .replaceAll(/arn:aws:ecs:[^"]*:cluster\/[^"]*/g, 'arn:aws:ecs:eu-central-1:111122223333:cluster/prod')
    .replaceAll(/"AutoScalingGroupName":"[^"]*"/g, '"AutoScalingGroupName":"web"')
    .replaceAll(/"time":"[^"]*"/g, '"time":"2026-01-05T08:05:00Z"');
  return JSON.parse(text) as Json;
}

async function send(box: Box, queue: string, body: string): Promise<void> {
  const { QueueUrl } = (await box.simulator.call('sqs', 'GetQueueUrl', { QueueName: `ebbtide-${queue}` })) as {
    QueueUrl: string;
  };
  await box.simulator.call('sqs', 'SendMessage', { QueueUrl, MessageBody: body });
}

/** Characters that SQS refuses (SQS API Reference, SendMessage): such a message is never received by anybody. */
const isSendable = (body: string): boolean => /^[\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u.test(body);

/** Agents' own reconnecting keeps bringing events. @returns the queues that are at no time empty within a minute */
async function untilEmpty(box: Box): Promise<string[]> {
  const isOfRule = (name: string) => QUEUES.some((queue) => name === `ebbtide-${queue}`);
  let full = box.simulator.messaging.queues.all().filter(({ name }) => isOfRule(name));
  for (let second = 0; second < 60 && full.length > 0; second++) {
    await box.run(1_000);
    full = full.filter((queue) => {
      const { visible, inFlight, delayed } = queue.measure();
      return visible + inFlight + delayed > 0;
    });
  }
  return full.map(({ name }) => name);
}

test('whatever comes into its queues is handled, or ends in the dead-letter queue with its reason; and work goes on', async () => {
  const box = await openBox();
  const [id = '', ...others] = await bootGroup(box, { desired: 3 });
  const registrations = box.views.containerInstances();
  const events = fixtures.flatMap((fixture) => registrations.map((one) => about(fixture, one)));
  const body = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .constantFrom(...events)
        .chain(mutated)
        .map((json) => JSON.stringify(json)),
    },
    { weight: 2, arbitrary: fc.constantFrom(...events).chain((json) => garbled(JSON.stringify(json))) },
    { weight: 1, arbitrary: anyJson.map((json) => JSON.stringify(json)) },
    { weight: 1, arbitrary: anyText },
  );
  const message = fc.record({ queue: fc.constantFrom(...QUEUES), body: body.filter(isSendable) });
  const { seed, numRuns } = runs(400);
  const messages = fc.sample(message, { ...(seed !== undefined && { seed }), ...(numRuns && { numRuns }) });

  for (const one of messages) await send(box, one.queue, one.body);
  await box.run(minutes(20));

  const { entries } = box.simulator.kernel.trace;
  const failed = entries.filter(({ kind, phase }) => kind === 'invocation' && phase === 'error');
  expect(failed.map(({ errorMessage }) => errorMessage)).toEqual([]);
  expect(await untilEmpty(box)).toEqual([]);
  const dead = box.deadLetters();
  expect(dead.length).toBeGreaterThan(messages.length / 20);
  for (const letter of dead) expect(JSON.stringify(letter.attributes)).toMatch(/MalformedEventError: Malformed /);
  expect(box.calls(...NEVER_ON_HEARSAY).filter(({ error }) => error === undefined)).toEqual([]);

  box.world.terminateInstanceInGroup(id, 'shrink');
  await box.run(minutes(15));
  expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
  expect(others).toHaveLength(2);
});
