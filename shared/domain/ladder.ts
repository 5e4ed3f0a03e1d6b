/**
 * What is done about an agent that stays away: one step after the other, each after a delay of its own, each optional.
 * Pure; `shared/reviews/ladder-steps.ts` takes the steps.
 */
import type { Policy } from '../config/settings.ts';
import { impairedChecks } from './health.ts';
import { isLeaving } from './lifecycle.ts';
import type { ContainerInstance } from './model.ts';

export type StepName = 'alert' | 'restart' | 'replace' | 'deregister';

/** What decides whether a step is allowed. */
export interface LadderSituation {
  readonly instance: ContainerInstance;
  /** Undefined: an external instance. */
  readonly ec2State: string | undefined;
  /** Undefined: in no Auto Scaling group. */
  readonly lifecycleState: string | undefined;
  /** What EC2 says; ECS keeps the type that the agent registered. */
  readonly ec2InstanceType?: string | undefined;
  /** The ARN of another cluster in which the agent of this very instance is connected. */
  readonly connectedIn?: string | undefined;
}

interface Step {
  readonly name: StepName;
  /** Counted from the moment that the agent went away. */
  readonly afterMinutes: (policy: Policy) => number | 'off';
  /** Why the step is not taken as things are, in words for on-call. */
  readonly refusal: (situation: LadderSituation, policy: Policy) => string | undefined;
  /** A step that shows no effect after this long is taken again. */
  readonly againAfterMinutes?: number;
}

/** When two steps are due at once, the upper one is taken first. */
export const LADDER: readonly Step[] = [
  { name: 'alert', afterMinutes: (policy) => policy.disconnectedAlertMinutes, refusal: () => undefined },
  { name: 'restart', afterMinutes: (policy) => policy.disconnectedRestartMinutes, refusal: refuseRestart },
  // Had it worked, the instance would be on its way out, and the step refused. Auto Scaling need not say that it did not:
  // the instance may be in its grace period.
  {
    name: 'replace',
    afterMinutes: (policy) => policy.disconnectedReplaceMinutes,
    refusal: refuseReplace,
    againAfterMinutes: 10,
  },
  { name: 'deregister', afterMinutes: (policy) => policy.disconnectedDeregisterMinutes, refusal: refuseDeregister },
];

/** A step that was taken, as the incident records it. */
export interface TakenStep {
  readonly name: StepName;
  readonly atMs: number;
  readonly outcome?: string | undefined;
}

/** Recorded where the policy says `observe`: the step counts as taken until Ebbtide may act. */
export const OBSERVED = 'observed';

/** By then a look has found the instance on its way out, if it was reported unhealthy. */
const REPLACEMENT_KNOWN_AFTER_MS = 300_000;

/**
 * Whether the group was told to replace the instance, or was about to be, and nobody has noted which: another function is
 * at it, or has died. Until it is known the record must not end, for it is what on-call is told from.
 */
export function isReplacementUnknown(taken: readonly TakenStep[], nowMs: number): boolean {
  const step = unknownReplacement(taken);
  return step !== undefined && nowMs - step.atMs < REPLACEMENT_KNOWN_AFTER_MS;
}

/** Whether such an instance shows that its group was told: it is on its way out, or has left. */
export function isReplacementSeen(
  taken: readonly TakenStep[],
  { lifecycleState }: Pick<LadderSituation, 'lifecycleState'>,
): boolean {
  return unknownReplacement(taken) !== undefined && (lifecycleState === undefined || isLeaving(lifecycleState));
}

function unknownReplacement(taken: readonly TakenStep[]): TakenStep | undefined {
  const step = taken.findLast(({ name }) => name === 'replace');
  return step?.outcome === undefined ? step : undefined;
}

/** The next step that is due, allowed and not yet taken. */
export function nextStep(
  taken: readonly TakenStep[],
  situation: LadderSituation,
  { policy, awayMinutes, nowMs }: { readonly policy: Policy; readonly awayMinutes: number; readonly nowMs: number },
): StepName | undefined {
  const next = LADDER.find((step) => {
    const afterMinutes = step.afterMinutes(policy);
    if (afterMinutes === 'off' || awayMinutes < afterMinutes) return false;
    return !isTaken(step, taken, policy, nowMs) && refusalOf(step, situation, policy) === undefined;
  });
  return next?.name;
}

function isTaken(step: Step, taken: readonly TakenStep[], policy: Policy, nowMs: number): boolean {
  const last = taken.findLast(({ name }) => name === step.name);
  if (last === undefined) return false;
  if (last.outcome === OBSERVED) return policy.mode === 'observe';
  return step.againAfterMinutes === undefined || nowMs - last.atMs < step.againAfterMinutes * 60_000;
}

function refusalOf(step: Step, situation: LadderSituation, policy: Policy): string | undefined {
  if (step.name !== 'alert' && policy.repairs === 'off') return 'repairs are switched off';
  return step.refusal(situation, policy);
}

export interface PlannedStep {
  readonly name: StepName;
  readonly afterMinutes: number;
  readonly refusal: string | undefined;
}

/** The steps that are configured and not taken yet, with what stands against them. */
export function planOf(taken: readonly TakenStep[], situation: LadderSituation, policy: Policy): PlannedStep[] {
  return LADDER.flatMap((step) => {
    const afterMinutes = step.afterMinutes(policy);
    if (afterMinutes === 'off' || taken.some(({ name }) => name === step.name)) return [];
    return { name: step.name, afterMinutes, refusal: refusalOf(step, situation, policy) };
  });
}

function refuseRestart(situation: LadderSituation): string | undefined {
  const { instance } = situation;
  if (instance.external) return 'an external instance';
  // Neither has a unit `ecs` that Systems Manager could restart.
  if (instance.os === 'windows') return 'it runs Windows';
  if (instance.os === 'bottlerocket') return 'it runs Bottlerocket';
  if (instance.agentConnected && !impairedChecks(instance).some(({ type }) => type === 'AGENT_CONNECTIVITY')) {
    return 'the agent itself is connected';
  }
  if (isTypeChanged(situation)) return 'the agent refuses to start on another instance type';
  return refuseRepair(situation);
}

function refuseReplace(situation: LadderSituation): string | undefined {
  if (situation.instance.external) return 'an external instance';
  if (situation.lifecycleState === undefined) return 'it is in no Auto Scaling group';
  // Anywhere else SetInstanceHealth has no effect (Auto Scaling guide, Health checks for instances).
  if (situation.lifecycleState !== 'InService') return `it is ${situation.lifecycleState} in its group`;
  return refuseRepair(situation);
}

/** The containers of an instance that runs go on running after it is deregistered, and nobody manages them any more. */
function refuseDeregister(situation: LadderSituation, policy: Policy): string | undefined {
  if (situation.instance.agentConnected) return 'the agent is connected';
  if (situation.ec2State === 'running' && !policy.disconnectedDeregisterRunning) {
    return 'its EC2 instance runs, and its containers would run on with nobody to manage them';
  }
  return refuseRepair(situation);
}

function refuseRepair({ connectedIn, lifecycleState }: LadderSituation): string | undefined {
  if (connectedIn !== undefined) return `its agent is connected, in ${connectedIn}`;
  return lifecycleState !== undefined && isLeaving(lifecycleState) ? `it is ${lifecycleState}` : undefined;
}

/**
 * The agent does not come up on an instance whose type was changed while it was stopped: ECS refuses to change a
 * registration's instance type (ECS guide, Amazon ECS container instances).
 */
export function isTypeChanged({ instance, ec2InstanceType }: LadderSituation): boolean {
  const { instanceType } = instance;
  return instanceType !== undefined && ec2InstanceType !== undefined && instanceType !== ec2InstanceType;
}
