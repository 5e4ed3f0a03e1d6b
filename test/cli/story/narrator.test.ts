import { expect, test } from 'vitest';
import { Drains } from '../../../cli/story/drains.ts';
import { Narrator } from '../../../cli/story/narrator.ts';
import { readFact } from '../../../simulator/invariants/facts.ts';
import { Ledger } from '../../../simulator/invariants/ledger.ts';
import { Trace } from '../../../simulator/kernel/trace.ts';

const EC2 = 'i-00000000000000001';
const INSTANCE = 'arn:aws:ecs:eu-central-1:111122223333:container-instance/shop/0123456789abcdef';

/** What the narrator tells of a trace that is written while it listens, as `what: text`. */
function told(write: (trace: Trace, narrator: Narrator, pass: (seconds: number) => void) => void): string[] {
  let nowMs = Date.UTC(2026, 0, 5, 8);
  const trace = new Trace(() => nowMs);
  const ledger = new Ledger();
  const narrator = new Narrator(ledger, new Drains(ledger, (hook) => hook.startsWith('ebbtide-')));
  const moments: string[] = [];
  trace.onEntry((entry) => {
    const fact = readFact(entry);
    if (fact !== undefined) ledger.record(fact);
    const moment = narrator.tell(entry, fact);
    if (moment !== undefined) moments.push(`${moment.what}: ${moment.text}`);
  });
  write(trace, narrator, (seconds) => {
    nowMs += seconds * 1_000;
  });
  return moments;
}

const world = (change: string, subject = INSTANCE) => ({ subject, change, ec2InstanceId: EC2 });

test('An agent is told of while its instance is watched, with how long it was away', () => {
  const moments = told((trace, narrator, pass) => {
    trace.add('world', world('registered'));
    trace.add('world', world('agent connected'));
    narrator.watch(EC2);
    trace.add('world', world('agent disconnected'));
    pass(91);
    trace.add('world', world('agent connected'));
    narrator.unwatch(EC2);
    trace.add('world', world('agent disconnected'));
  });
  expect(moments).toEqual(['agent away: registration 01234567', 'agent back: after 91 s']);
});

test('The tasks of a busy service come and go untold', () => {
  const moments = told((trace) => {
    trace.add('world', world('registered'));
    for (const lastStatus of ['PENDING', 'RUNNING', 'STOPPED']) {
      const detail = { taskArn: 't', containerInstanceArn: INSTANCE, group: 'service:checkout', lastStatus };
      trace.add('event', { event: { 'detail-type': 'ECS Task State Change', detail } });
    }
  });
  expect(moments).toEqual([]);
});

test('Alerts are told, alarms when they ring, and what they say when all is well is not', () => {
  const moments = told((trace) => {
    const attributes = { id: 'a#opened', kind: 'drain', state: 'opened', severity: 'warning' };
    trace.add('notification', { subject: 'A drain is stuck', message: '', attributes });
    trace.add('notification', { subject: 'ALARM: "late"', message: '', attributes: {} });
    trace.add('notification', { subject: 'OK: "late"', message: '', attributes: {} });
  });
  expect(moments).toEqual(['ALERT: A drain is stuck', 'ALARM: ALARM: "late"']);
});

test('A registration that was removed is told of with the reason, and one that would be is not', () => {
  const effect = { operation: 'DeregisterContainerInstance', subject: INSTANCE, reason: 'ghost' };
  const moments = told((trace) => {
    trace.add('log', { function: 'sweep', line: { message: 'would act', effect } });
    trace.add('log', { function: 'sweep', line: { message: 'acted', effect } });
  });
  expect(moments).toEqual(['cleaned up: registration 01234567 removed: a ghost']);
});
