import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseContainerInstanceChange } from '../../shared/events/container-instance-change.ts';
import { parseContainerInstanceHealthChange } from '../../shared/events/container-instance-health-change.ts';
import { parseDrainDue } from '../../shared/events/drain-due.ts';
import { parseEc2StateChange } from '../../shared/events/ec2-state-change.ts';
import { type EventBridgeEvent, MalformedEventError, parseEnvelope } from '../../shared/events/envelope.ts';
import { parseLifecycleAction } from '../../shared/events/lifecycle-action.ts';
import { parseRebalance } from '../../shared/events/rebalance.ts';
import { parseScheduledChange } from '../../shared/events/scheduled-change.ts';
import { parseSpotInterruption } from '../../shared/events/spot-interruption.ts';
import { parseTaskStopped } from '../../shared/events/task-stopped.ts';
import { recorded } from '../shared/events/recorded.ts';
import { anyJson, anyText, garbled, type Json, mutated, runs } from './arbitrary.ts';

const parsers: Readonly<Record<string, (event: EventBridgeEvent) => { readonly kind: string }>> = {
  parseContainerInstanceChange,
  parseContainerInstanceHealthChange,
  parseDrainDue,
  parseEc2StateChange,
  parseLifecycleAction,
  parseRebalance,
  parseScheduledChange,
  parseSpotInterruption,
  parseTaskStopped,
};

const fixtures = readdirSync(new URL('../shared/events/fixtures', import.meta.url)).map((file) => file.slice(0, -5));

/** What may become of a message's body: something with a kind, or the error that sends it to the dead-letter queue. */
function expectSense(body: string, parse: (event: EventBridgeEvent) => { readonly kind: string }): void {
  let outcome: unknown;
  try {
    outcome = parse(parseEnvelope(body)).kind;
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedEventError);
    outcome = (error as Error).message;
    expect(outcome).toMatch(/^Malformed /);
    // It becomes the attribute of a message, and a line of a log.
    expect(String(outcome).length).toBeLessThan(5_000);
  }
  expect(outcome).toEqual(expect.stringMatching(/./));
}

describe.each(Object.entries(parsers))('%s', (_, parse) => {
  test.each(fixtures)('makes sense of %s whatever is changed in it, or says what is malformed', (fixture) => {
    const event = recorded(fixture) as unknown as Json;
    fc.assert(
      fc.property(mutated(event), (changed) => expectSense(JSON.stringify(changed), parse)),
      runs(60),
    );
  });

  test('says what is malformed about any other text or JSON', () => {
    const text = JSON.stringify(recorded('terminate'));
    const body = fc.oneof(
      anyText,
      garbled(text),
      anyJson.map((json) => JSON.stringify(json)),
    );
    fc.assert(
      fc.property(body, (given) => expectSense(given, parse)),
      runs(300),
    );
  });
});
