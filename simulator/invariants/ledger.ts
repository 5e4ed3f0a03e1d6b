import { Absences } from './absences.ts';
import { Announcements } from './announcements.ts';
import type { Call, Fact } from './facts.ts';
import { clusterName, type Terms } from './terms.ts';

export interface LiveTask {
  readonly arn: string;
  readonly group: string;
  readonly lastStatus: string;
  /** RUNNING, or STOPPED: then the counts of its container instance leave it out. */
  readonly desiredStatus: string;
}

export interface RegistrationRecord {
  readonly arn: string;
  readonly ec2InstanceId: string;
  /** The name. */
  readonly cluster: string;
  readonly registeredAtMs: number;
  /** Undefined until ECS has told it. */
  zone: string | undefined;
  /** Empty: none that ECS has told of. */
  capacityProvider: string;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  /** Undefined while it is listed. */
  deregisteredAtMs: number | undefined;
  connected: boolean;
  /** Since when `connected` has been as it is; a deregistration does not change it. */
  sinceMs: number;
  readonly absences: Absences;
  /** When ECS last told of any change of it: its version moved then. */
  changedAtMs: number;
  /** ECS calls it impaired, whatever its agent's connection. */
  isImpaired: boolean;
  /** By ARN, those that have not reached STOPPED. */
  readonly tasks: Map<string, LiveTask>;
}

/** One terminate hook at work on one instance. */
export interface ActionRecord {
  readonly token: string;
  readonly hook: string;
  readonly group: string;
  readonly ec2InstanceId: string;
  readonly startedAtMs: number;
  end: { readonly atMs: number; readonly by: string } | undefined;
}

const STATUS_AFTER = { draining: 'DRAINING', 'active again': 'ACTIVE', deregistered: 'INACTIVE' } as const;

/** The fleet as the facts so far leave it. */
export class Ledger {
  readonly registrations = new Map<string, RegistrationRecord>();
  /** In the order in which they began. */
  readonly actions: ActionRecord[] = [];
  readonly announcements = new Announcements();
  readonly #ec2States = new Map<string, { readonly state: string; readonly sinceMs: number }>();
  readonly #lifecycleStates = new Map<string, { readonly state: string; readonly sinceMs: number }>();
  readonly #launches = new Map<string, string>();
  #hinderedAtMs = Number.NEGATIVE_INFINITY;

  record(fact: Fact): void {
    switch (fact.kind) {
      case 'registration':
        this.#recordRegistration(fact);
        break;
      case 'container instance': {
        const registration = this.registrations.get(fact.containerInstanceArn);
        if (registration !== undefined) {
          registration.zone ??= fact.zone;
          registration.capacityProvider = fact.capacityProvider;
          registration.changedAtMs = fact.atMs;
        }
        break;
      }
      case 'health': {
        const registration = this.registrations.get(fact.containerInstanceArn);
        if (registration !== undefined) registration.isImpaired = fact.isImpaired;
        break;
      }
      case 'task':
        this.#recordTask(fact);
        break;
      case 'lifecycle state':
        this.#lifecycleStates.set(fact.ec2InstanceId, { state: fact.state, sinceMs: fact.atMs });
        break;
      case 'launch action':
        this.#launches.set(fact.token, fact.ec2InstanceId);
        break;
      case 'call':
        if (fact.functionName !== undefined && (fact.isHindered || fact.errorCode !== undefined)) {
          this.#hinderedAtMs = fact.atMs;
        }
        break;
      case 'invocation':
        if (fact.failure !== undefined) this.#hinderedAtMs = fact.atMs;
        break;
      case 'ec2 instance':
        this.#ec2States.set(fact.ec2InstanceId, { state: fact.state, sinceMs: fact.atMs });
        break;
      case 'end announced':
      case 'end called off':
        this.announcements.record(fact);
        break;
      case 'terminate action': {
        const { token, hook, group, ec2InstanceId, atMs } = fact;
        this.actions.push({ token, hook, group, ec2InstanceId, startedAtMs: atMs, end: undefined });
        break;
      }
      case 'action ended': {
        const action = this.actions.findLast(
          ({ hook, ec2InstanceId }) => hook === fact.hook && ec2InstanceId === fact.ec2InstanceId,
        );
        // A hook of a launch is none of the ledger's.
        if (action !== undefined) action.end ??= { atMs: fact.atMs, by: fact.by };
        break;
      }
    }
  }

  registrationsOf(ec2InstanceId: string): RegistrationRecord[] {
    return [...this.registrations.values()].filter((registration) => registration.ec2InstanceId === ec2InstanceId);
  }

  /** pending, running, ...; undefined for what has never been heard of. */
  ec2State(ec2InstanceId: string): string | undefined {
    return this.#ec2States.get(ec2InstanceId)?.state;
  }

  /** Since when it has been in that state. */
  ec2SinceMs(ec2InstanceId: string): number | undefined {
    return this.#ec2States.get(ec2InstanceId)?.sinceMs;
  }

  /** InService, Terminating:Wait, ...; undefined: in no Auto Scaling group. */
  lifecycleState(ec2InstanceId: string): string | undefined {
    return this.#lifecycleStates.get(ec2InstanceId)?.state;
  }

  /** Since when it has been in that state. */
  lifecycleSinceMs(ec2InstanceId: string): number | undefined {
    return this.#lifecycleStates.get(ec2InstanceId)?.sinceMs;
  }

  /** The terminate hooks that hold an instance now, or did until so long ago. */
  actionsHolding(ec2InstanceId: string, { sinceMs }: { readonly sinceMs: number }): ActionRecord[] {
    return this.actions.filter(
      ({ ec2InstanceId: id, end }) => id === ec2InstanceId && (end === undefined || end.atMs > sinceMs),
    );
  }

  /** How old what an alert says may be: alerts wait with their incidents only where calls or functions have failed. */
  tellsWithinMs({ actsWithinMs = 0, tellsWithinMs = 0 }: Terms, nowMs: number): number {
    return nowMs - this.#hinderedAtMs <= tellsWithinMs ? tellsWithinMs : Math.min(actsWithinMs, tellsWithinMs);
  }

  /** The instance that a call to Auto Scaling about a lifecycle action names. */
  heldInstance(call: Call): string | undefined {
    const { LifecycleActionToken: token, InstanceId: id } = call.input;
    return this.actionOf(call)?.ec2InstanceId ?? this.#launches.get(String(token)) ?? (id as string | undefined);
  }

  /** The action that a call to Auto Scaling names, by token or by instance id. */
  actionOf({ input }: Call): ActionRecord | undefined {
    const { LifecycleHookName: hook, LifecycleActionToken: token, InstanceId: id } = input;
    return this.actions.findLast((action) =>
      token === undefined ? action.ec2InstanceId === id && action.hook === hook : action.token === token,
    );
  }

  #recordRegistration({
    containerInstanceArn: arn,
    ec2InstanceId,
    change,
    atMs,
  }: Fact & { kind: 'registration' }): void {
    const known = this.registrations.get(arn);
    const registration: RegistrationRecord = known ?? {
      arn,
      ec2InstanceId,
      cluster: clusterName(arn),
      registeredAtMs: atMs,
      zone: undefined,
      capacityProvider: '',
      status: 'ACTIVE',
      deregisteredAtMs: undefined,
      connected: false,
      sinceMs: atMs,
      absences: new Absences(),
      changedAtMs: atMs,
      isImpaired: false,
      tasks: new Map(),
    };
    this.registrations.set(arn, registration);
    if (change === 'agent connected' || change === 'agent disconnected') {
      registration.connected = change === 'agent connected';
      registration.sinceMs = atMs;
    }
    if (change === 'agent connected') registration.absences.end(atMs);
    else if (change === 'agent disconnected' || change === 'registered') registration.absences.begin(atMs);
    else registration.status = STATUS_AFTER[change];
    if (change === 'deregistered') registration.deregisteredAtMs = atMs;
  }

  #recordTask({ taskArn: arn, containerInstanceArn, group, lastStatus, desiredStatus }: Fact & { kind: 'task' }): void {
    const tasks = this.registrations.get(containerInstanceArn)?.tasks;
    if (lastStatus === 'STOPPED') tasks?.delete(arn);
    else tasks?.set(arn, { arn, group, lastStatus, desiredStatus });
  }
}
