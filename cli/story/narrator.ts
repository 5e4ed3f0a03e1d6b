import type { Fact } from '../../simulator/invariants/facts.ts';
import type { Ledger, LiveTask } from '../../simulator/invariants/ledger.ts';
import type { TraceEntry } from '../../simulator/kernel/trace.ts';
import type { Style } from '../display/terminal.ts';
import { count, duration } from '../display/text.ts';
import type { Drain, DrainStep, Drains } from './drains.ts';

/** One line of the story. */
export interface Moment {
  readonly atMs: number;
  /** What happened, in a word. */
  readonly what: string;
  readonly style: Style | undefined;
  readonly ec2InstanceId: string | undefined;
  readonly text: string;
}

/**
 * Picks out of everything that happens what a reader wants to see: drains, alerts, repairs, and the instances that the
 * story is about at the moment. The busy services' own coming and going is left out.
 */
export class Narrator {
  readonly #ledger: Ledger;
  readonly #drains: Drains;
  readonly #spotlight = new Set<string>();
  /** Container instance ARN -> since when its agent is away. */
  readonly #away = new Map<string, number>();

  constructor(ledger: Ledger, drains: Drains) {
    this.#ledger = ledger;
    this.#drains = drains;
  }

  /** From now on, what happens to this instance is told. */
  watch(ec2InstanceId: string): void {
    this.#spotlight.add(ec2InstanceId);
  }

  unwatch(ec2InstanceId: string): void {
    this.#spotlight.delete(ec2InstanceId);
  }

  /** @param fact what the entry says of the world; the ledger has recorded it already */
  tell(entry: TraceEntry, fact: Fact | undefined): Moment | undefined {
    const atMs = Date.parse(entry.at);
    const told = fact === undefined || fact.kind === 'log' ? this.#tellLog(entry) : this.#tellFact(entry, fact);
    return told && { style: undefined, ec2InstanceId: undefined, ...told, atMs };
  }

  #tellFact(entry: TraceEntry, fact: Fact): Told {
    const drained = this.#drains.record(fact);
    if (drained !== undefined) return this.#tellDrain(drained.drain, drained.step);
    switch (fact.kind) {
      case 'registration':
        return this.#tellRegistration(fact);
      case 'ec2 instance':
        return this.#tellEc2(fact);
      case 'alert':
        return tellAlert(entry, fact);
      default:
        return undefined;
    }
  }

  #tellDrain(drain: Drain, step: DrainStep): Told {
    const { ec2InstanceId, group } = drain;
    const tasks = this.#drains.tasksOn(drain);
    switch (step) {
      case 'hook':
        return {
          what: 'hook',
          style: 'info',
          ec2InstanceId,
          text: `${group} waits, ${count(tasks.length, 'task')} on it`,
        };
      case 'draining':
        return { what: 'draining', style: 'info', ec2InstanceId, text: groupsOf(tasks) };
      case 'counted out':
        return { what: 'count is 0', ec2InstanceId, text: `still shutting down: ${groupsOf(tasks)}` };
      case 'first heartbeat':
        return { what: 'heartbeat', ec2InstanceId, text: 'the hook is kept alive from now on' };
      case 'last task stopped':
        return { what: 'all stopped', style: 'good', ec2InstanceId, text: 'the last task is STOPPED' };
      case 'completed':
        return tellCompletion(drain, groupsOf(tasks));
    }
  }

  #tellRegistration({ containerInstanceArn: arn, ec2InstanceId, change, atMs }: Fact & { kind: 'registration' }): Told {
    const awaySince = this.#away.get(arn);
    if (change === 'agent disconnected') this.#away.set(arn, atMs);
    if (change === 'agent connected') this.#away.delete(arn);
    if (!this.#spotlight.has(ec2InstanceId)) return undefined;
    const id = arn.slice(arn.lastIndexOf('/') + 1, arn.lastIndexOf('/') + 9);
    switch (change) {
      case 'agent disconnected':
        return { what: 'agent away', style: 'warning', ec2InstanceId, text: `registration ${id}` };
      case 'agent connected':
        if (awaySince === undefined) return { what: 'agent here', ec2InstanceId, text: `registration ${id}` };
        return { what: 'agent back', style: 'good', ec2InstanceId, text: `after ${duration(atMs - awaySince)}` };
      case 'registered': {
        const others = this.#ledger.registrationsOf(ec2InstanceId).filter(({ status }) => status !== 'INACTIVE');
        const text = others.length > 1 ? `again, as ${id}: ${others.length} registrations now` : `as ${id}`;
        return { what: 'registered', ec2InstanceId, text };
      }
      default:
        return undefined;
    }
  }

  #tellEc2({ ec2InstanceId, state }: Fact & { kind: 'ec2 instance' }): Told {
    if (!this.#spotlight.has(ec2InstanceId) || TRANSITIONAL.has(state)) return undefined;
    return { what: 'EC2', ec2InstanceId, text: state };
  }

  /** The world says what was done; only Ebbtide says why. */
  #tellLog({ kind, line }: TraceEntry): Told {
    if (kind !== 'log' || typeof line !== 'object' || line === null) return undefined;
    const { message, effect = {} } = line as LogLine;
    const { operation, subject, reason } = effect;
    if (message !== 'acted') return undefined;
    if (operation !== 'DeregisterContainerInstance' || subject === undefined) return undefined;
    const id = subject.slice(subject.lastIndexOf('/') + 1, subject.lastIndexOf('/') + 9);
    const ec2InstanceId = this.#ledger.registrations.get(subject)?.ec2InstanceId;
    return { what: 'cleaned up', style: 'good', ec2InstanceId, text: `registration ${id} removed: a ${reason}` };
  }
}

interface LogLine {
  readonly message?: string;
  readonly effect?: Readonly<Record<string, string>>;
}

type Told = (Pick<Moment, 'what' | 'text'> & Partial<Moment>) | undefined;

const TRANSITIONAL: ReadonlySet<string> = new Set(['pending', 'stopping', 'shutting-down']);

function tellCompletion(drain: Drain, left: string): Told {
  const { ec2InstanceId, result, lastStoppedAtMs, completedAtMs = 0, hookAtMs, heartbeats } = drain;
  const beats = heartbeats === 0 ? '' : ` (${count(heartbeats, 'heartbeat')})`;
  if (drain.left > 0) {
    const text = `${result} after ${duration(completedAtMs - hookAtMs)}${beats}; not stopped: ${left}`;
    return { what: 'released', style: 'warning', ec2InstanceId, text };
  }
  const text = `${result}, ${duration(completedAtMs - (lastStoppedAtMs ?? hookAtMs))} later${beats}`;
  return { what: 'released', style: 'good', ec2InstanceId, text };
}

function tellAlert({ subject, attributes }: TraceEntry, { id, state }: Fact & { kind: 'alert' }): Told {
  const text = String(subject);
  if (id !== '') {
    const { severity } = attributes as Readonly<Record<string, string>>;
    if (state === 'resolved') return { what: 'RESOLVED', style: 'good', text };
    if (severity === 'info') return { what: 'NOTICE', style: 'info', text };
    return { what: 'ALERT', style: severity === 'critical' ? 'bad' : 'warning', text };
  }
  // CloudWatch tells of each alarm once when the stack is new.
  return text.startsWith('ALARM') ? { what: 'ALARM', style: 'bad', text } : undefined;
}

/** `6 x service:checkout, 1 x family:export` */
function groupsOf(tasks: readonly LiveTask[]): string {
  const groups = [...Map.groupBy(tasks, ({ group }) => group.slice(group.indexOf(':') + 1))];
  return groups.map(([name, members]) => `${members.length} ${name}`).join(', ') || 'no tasks';
}
