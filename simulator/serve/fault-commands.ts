import * as z from 'zod';
import { CALL_FAULT_KINDS, type CallFault, FAULT_CALLERS } from '../faults/call-faults.ts';
import { EVENT_FAULT_KINDS, type EventFault } from '../faults/delivery-faults.ts';
import type { FaultTerms, InjectedFault } from '../faults/fault.ts';
import type { Faults } from '../faults/faults.ts';
import { entryOf } from '../kernel/entry-of.ts';
import { compilePattern, type EventPredicate } from '../services/event-bridge/pattern.ts';
import type { Simulator } from '../simulator.ts';
import { AwsError } from '../wire/aws-error.ts';
import { type ControlCommand, command, WrongInput } from './command.ts';

const HOUR_SECONDS = 3_600;
const terms = z.strictObject({
  rate: z.number().positive().max(1).default(1).describe('the share that it strikes, above 0, up to 1'),
  forSeconds: z
    .number()
    .positive()
    .max(7 * 24 * HOUR_SECONDS)
    .optional()
    .describe('ends after that; left out: until it is cleared'),
});
const callFault = terms.extend({
  kind: z.enum(CALL_FAULT_KINDS),
  service: z.string().optional().describe('such as ecs; left out: all'),
  operation: z.string().optional().describe('such as DescribeTasks; left out: all'),
  caller: z.enum(FAULT_CALLERS).default('both').describe('deployed functions, clients over HTTP, or both'),
  delayMs: z
    .int()
    .min(1)
    .max(HOUR_SECONDS * 1_000)
    .default(5_000)
    .describe('of slow'),
});
const eventFault = terms.extend({
  kind: z.enum(EVENT_FAULT_KINDS),
  pattern: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .optional()
    .describe('event pattern, as text or object; left out: all events'),
  rule: z.string().optional().describe('only deliveries of this rule'),
  delaySeconds: z
    .number()
    .min(0)
    .max(24 * HOUR_SECONDS)
    .default(60)
    .describe('of delayed, and of the second copy of doubled'),
});

/** Breaks what lies between the callers and AWS, and between the bus and its targets. */
export const faultCommands = {
  'inject-faults': command(
    'Makes API calls fail: throttled, server-error, lost-before or lost-after (their effect), slow, stale (reads)',
    callFault,
    (simulator, { forSeconds, ...given }) => {
      requireOperation(simulator, given);
      const fault = simulator.faults.ofCalls.inject({ ...given, forMs: milliseconds(forSeconds) });
      return { fault: describeCallFault(fault) };
    },
  ),
  'inject-event-faults': command(
    'Loses, doubles or delays deliveries of events to the targets of rules',
    eventFault,
    (simulator, { forSeconds, delaySeconds, pattern, ...given }) => {
      requireRule(simulator, given.rule);
      const fault = simulator.faults.ofEvents.inject({
        ...given,
        matches: predicateOf(pattern),
        pattern: typeof pattern === 'object' ? JSON.stringify(pattern) : pattern,
        delayMs: delaySeconds * 1_000,
        forMs: milliseconds(forSeconds),
      });
      return { fault: describeEventFault(fault) };
    },
  ),
  'list-faults': command('Lists the faults in force, and how often each has struck', z.strictObject({}), ({ faults }) =>
    listFaults(faults),
  ),
  'clear-faults': command(
    'Ends one fault, or all',
    z.strictObject({ id: z.string().optional().describe('left out: all') }),
    ({ faults }, { id }) => {
      const lists = [faults.ofCalls, faults.ofEvents];
      if (id === undefined) for (const list of lists) list.clearAll();
      else if (!lists.some((list) => list.clear(id))) {
        throw new WrongInput('id', `there is no fault ${id} in force; list-faults lists them`);
      }
      return listFaults(faults);
    },
  ),
} satisfies Record<string, ControlCommand>;

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1_000;
}

function listFaults({ ofCalls, ofEvents }: Faults): object {
  return {
    callFaults: ofCalls.inForce().map(describeCallFault),
    eventFaults: ofEvents.inForce().map(describeEventFault),
  };
}

function describeCallFault({ settings, ...fault }: InjectedFault<CallFault>): object {
  const { kind, service, operation, caller, delayMs } = settings;
  return {
    ...describeTerms({ settings, ...fault }),
    kind,
    service,
    operation,
    caller,
    ...(kind === 'slow' && { delayMs }),
  };
}

function describeEventFault({ settings, ...fault }: InjectedFault<EventFault>): object {
  const { kind, pattern, rule, delayMs } = settings;
  return {
    ...describeTerms({ settings, ...fault }),
    kind,
    pattern,
    rule,
    ...(kind !== 'lost' && { delaySeconds: delayMs / 1_000 }),
  };
}

function describeTerms({ id, untilMs, strikes, settings: { rate } }: InjectedFault<FaultTerms>): object {
  return { id, rate, strikes, until: untilMs === undefined ? undefined : new Date(untilMs).toISOString() };
}

/** A fault that can never strike would look like a tool that withstands it. */
function requireOperation(
  { services }: Simulator,
  { service: name, operation }: { readonly service?: string | undefined; readonly operation?: string | undefined },
): void {
  const known = services.map((service) => service.name).sort();
  if (name !== undefined && !known.includes(name)) {
    throw new WrongInput('service', `there is no service ${name}; there are ${known.join(', ')}`);
  }
  if (operation === undefined) return;
  const meant = services.filter((service) => name === undefined || service.name === name);
  if (meant.some((service) => entryOf(service.operations, operation) !== undefined)) return;
  throw new WrongInput(
    'operation',
    `${name ?? 'no service'} has ${name === undefined ? 'an' : 'no'} operation ${operation}`,
  );
}

function requireRule({ messaging }: Simulator, name: string | undefined): void {
  if (name === undefined || messaging.bus.rules().some((rule) => rule.name === name)) return;
  throw new WrongInput('rule', `there is no rule ${name} on the default bus`);
}

function predicateOf(pattern: string | object | undefined): EventPredicate {
  if (pattern === undefined) return () => true;
  try {
    return compilePattern(pattern);
  } catch (error) {
    if (error instanceof AwsError) throw new WrongInput('pattern', error.message);
    throw error;
  }
}
