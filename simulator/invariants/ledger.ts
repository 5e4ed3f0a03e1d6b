import type { Call, Fact } from './facts.ts';

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
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  connected: boolean;
  /** Since when `connected` has been as it is; a deregistration does not change it. */
  sinceMs: number;
  /** By ARN, those that have not reached STOPPED. */
  readonly tasks: Map<string, LiveTask>;
}

/** One terminate hook at work on one instance. */
export interface ActionRecord {
  readonly token: string;
  readonly hook: string;
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
  /** EC2 instances that AWS has said it will take. */
  readonly announced = new Set<string>();
  readonly #ec2States = new Map<string, string>();

  record(fact: Fact): void {
    switch (fact.kind) {
      case 'registration':
        this.#recordRegistration(fact);
        break;
      case 'task':
        this.#recordTask(fact);
        break;
      case 'ec2 instance':
        this.#ec2States.set(fact.ec2InstanceId, fact.state);
        break;
      case 'end announced':
        this.announced.add(fact.ec2InstanceId);
        break;
      case 'terminate action': {
        const { token, hook, ec2InstanceId, atMs } = fact;
        this.actions.push({ token, hook, ec2InstanceId, startedAtMs: atMs, end: undefined });
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
    return this.#ec2States.get(ec2InstanceId);
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
      status: 'ACTIVE',
      connected: false,
      sinceMs: atMs,
      tasks: new Map(),
    };
    this.registrations.set(arn, registration);
    if (change === 'agent connected' || change === 'agent disconnected') {
      registration.connected = change === 'agent connected';
      registration.sinceMs = atMs;
    } else if (change !== 'registered') registration.status = STATUS_AFTER[change];
  }

  #recordTask({ taskArn: arn, containerInstanceArn, group, lastStatus, desiredStatus }: Fact & { kind: 'task' }): void {
    const tasks = this.registrations.get(containerInstanceArn)?.tasks;
    if (lastStatus === 'STOPPED') tasks?.delete(arn);
    else tasks?.set(arn, { arn, group, lastStatus, desiredStatus });
  }
}
