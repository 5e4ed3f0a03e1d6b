import type { Call, Fact } from '../../simulator/invariants/facts.ts';
import type { ActionRecord, Ledger } from '../../simulator/invariants/ledger.ts';

/** One instance that a terminate hook held, as the world saw it. Instants are epoch milliseconds. */
export interface Drain {
  readonly ec2InstanceId: string;
  readonly group: string;
  readonly token: string;
  /** Auto Scaling began to wait. */
  readonly hookAtMs: number;
  drainingAtMs: number | undefined;
  /** The instance's task counts reached zero, whatever still shut down on it. */
  countedOutAtMs: number | undefined;
  /** The last task so far that reached STOPPED, before the hook was completed. */
  lastStoppedAtMs: number | undefined;
  completedAtMs: number | undefined;
  result: string | undefined;
  /** Tasks that were not STOPPED when the hook was completed. */
  left: number;
  heartbeats: number;
  /** Every task that was on it since the hook, and its registrations: the names by which calls concern it. */
  readonly taskArns: Set<string>;
  readonly registrationArns: Set<string>;
}

/** What a fact meant for a drain. */
export type DrainStep = 'hook' | 'draining' | 'counted out' | 'first heartbeat' | 'last task stopped' | 'completed';

/** Follows each instance from its hook to the end of it. */
export class Drains {
  readonly all: Drain[] = [];
  readonly #ledger: Ledger;
  readonly #ownsHook: (hook: string) => boolean;

  constructor(ledger: Ledger, ownsHook: (hook: string) => boolean) {
    this.#ledger = ledger;
    this.#ownsHook = ownsHook;
  }

  /** Records a fact that the ledger has recorded already. @returns what it meant, if anything */
  record(fact: Fact): { readonly drain: Drain; readonly step: DrainStep } | undefined {
    switch (fact.kind) {
      case 'terminate action':
        return this.#ownsHook(fact.hook) ? { drain: this.#begin(fact), step: 'hook' } : undefined;
      case 'registration':
        return fact.change === 'draining' ? this.#draining(fact) : undefined;
      case 'task':
        return this.#task(fact);
      case 'call':
        return this.#call(fact, fact.atMs);
      default:
        return undefined;
    }
  }

  /** The one that is under way for an instance. */
  open(ec2InstanceId: string | undefined): Drain | undefined {
    return this.all.findLast((drain) => drain.ec2InstanceId === ec2InstanceId && drain.completedAtMs === undefined);
  }

  #begin({ ec2InstanceId, group, token, atMs }: Fact & { kind: 'terminate action' }): Drain {
    const registrations = this.#ledger.registrationsOf(ec2InstanceId);
    const drain: Drain = {
      ec2InstanceId,
      group,
      token,
      hookAtMs: atMs,
      drainingAtMs: undefined,
      countedOutAtMs: undefined,
      lastStoppedAtMs: undefined,
      completedAtMs: undefined,
      result: undefined,
      left: 0,
      heartbeats: 0,
      taskArns: new Set(registrations.flatMap(({ tasks }) => [...tasks.keys()])),
      registrationArns: new Set(registrations.map(({ arn }) => arn)),
    };
    this.all.push(drain);
    return drain;
  }

  #draining({ ec2InstanceId, atMs }: Fact & { kind: 'registration' }) {
    const drain = this.open(ec2InstanceId);
    if (drain === undefined) return undefined;
    drain.drainingAtMs = atMs;
    return { drain, step: 'draining' as const };
  }

  #task({ taskArn, containerInstanceArn, lastStatus, atMs }: Fact & { kind: 'task' }) {
    const drain = this.open(this.#ledger.registrations.get(containerInstanceArn)?.ec2InstanceId);
    if (drain === undefined) return undefined;
    drain.taskArns.add(taskArn);
    const left = this.tasksOn(drain);
    if (lastStatus === 'STOPPED') {
      drain.lastStoppedAtMs = atMs;
      return left.length === 0 ? { drain, step: 'last task stopped' as const } : undefined;
    }
    if (drain.countedOutAtMs !== undefined || left.some((task) => task.desiredStatus === 'RUNNING')) return undefined;
    drain.countedOutAtMs = atMs;
    return { drain, step: 'counted out' as const };
  }

  tasksOn({ ec2InstanceId }: Drain) {
    return this.#ledger.registrationsOf(ec2InstanceId).flatMap(({ tasks }) => [...tasks.values()]);
  }

  #call(call: Call, atMs: number): { drain: Drain; step: DrainStep } | undefined {
    if (call.functionName === undefined || call.errorCode !== undefined) return undefined;
    const drain = this.#ofAction(this.#ledger.actionOf(call));
    if (drain === undefined) return undefined;
    if (call.operation === 'RecordLifecycleActionHeartbeat') {
      return ++drain.heartbeats === 1 ? { drain, step: 'first heartbeat' } : undefined;
    }
    if (call.operation !== 'CompleteLifecycleAction' || drain.completedAtMs !== undefined) return undefined;
    drain.left = this.tasksOn(drain).length;
    drain.completedAtMs = atMs;
    drain.result = String(call.input.LifecycleActionResult);
    return { drain, step: 'completed' };
  }

  #ofAction(action: ActionRecord | undefined): Drain | undefined {
    return action && this.all.find(({ token }) => token === action.token);
  }
}

/** From the last task's STOPPED to the hook's completion; undefined for a drain that did not end so. */
export function lagMsOf({ lastStoppedAtMs, completedAtMs, left }: Drain): number | undefined {
  if (lastStoppedAtMs === undefined || completedAtMs === undefined || left > 0) return undefined;
  return completedAtMs - lastStoppedAtMs;
}
