import { expect, test } from 'vitest';
import { createFaults } from '../../../simulator/faults/faults.ts';
import { createKernel } from '../../../simulator/kernel/kernel.ts';
import type { Caller } from '../../../simulator/wire/service.ts';

const FUNCTION: Caller = { kind: 'function', functionName: 'sweep', roleArn: 'arn', requestId: 'r' };
const OPERATOR: Caller = { kind: 'operator', name: 'me' };
const terms = { rate: 1, delayMs: 1_000 } as const;

function attempt(caller: Caller) {
  return { service: 'ecs', operation: 'ListTasks', caller, requestId: 'r', input: {} };
}

test('A fault of functions strikes theirs, one of HTTP clients theirs, and one of both all calls', () => {
  const struck = (caller: 'functions' | 'http' | 'both') => {
    const { calls, ofCalls } = createFaults(createKernel({ seed: 1 }), () => []);
    ofCalls.inject({ ...terms, kind: 'slow', caller });
    return [FUNCTION, OPERATOR].map((one) => calls.intercept(attempt(one))?.extraLatencyMs);
  };
  expect(struck('functions')).toEqual([1_000, undefined]);
  expect(struck('http')).toEqual([undefined, 1_000]);
  expect(struck('both')).toEqual([1_000, 1_000]);
});

test('A fault more changes nothing about when the others strike', () => {
  const strikes = (more: number) => {
    const { calls, ofCalls } = createFaults(createKernel({ seed: 7 }), () => []);
    ofCalls.inject({ ...terms, kind: 'slow', caller: 'both', rate: 0.5 });
    for (let count = 0; count < more; count++) {
      ofCalls.inject({ ...terms, kind: 'throttled', caller: 'both', rate: 0.5 });
    }
    return Array.from({ length: 50 }, () => calls.intercept(attempt(OPERATOR))?.extraLatencyMs === 1_000);
  };
  expect(new Set(strikes(0)).size).toBe(2);
  expect(strikes(2)).toEqual(strikes(0));
});

test('Without a fault, nothing is drawn and nothing struck', () => {
  const { calls, deliveryFault } = createFaults(createKernel({ seed: 1 }), () => []);
  expect(calls.intercept(attempt(OPERATOR))).toBeUndefined();
  const event = { source: 'me', 'detail-type': 'x', resources: [], detail: {} };
  const envelope = { ...event, version: '0', id: '1', account: '1', time: '', region: '' } as const;
  expect(deliveryFault({ event: envelope, rule: 'r', target: 't' })).toEqual([0]);
});
