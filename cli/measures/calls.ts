import type { TraceEntry } from '../../simulator/kernel/trace.ts';
import type { Drain } from '../story/drains.ts';

/** An API call of a function. */
interface FunctionCall {
  readonly atMs: number;
  readonly functionName: string;
  /** `ecs:ListTasks` */
  readonly operation: string;
  readonly invocationId: string;
  readonly inputText: string;
}

export interface OperationCount {
  readonly operation: string;
  readonly calls: number;
}

export interface FunctionUse {
  readonly functionName: string;
  readonly invocations: number;
  readonly calls: number;
  /** Most used first. */
  readonly operations: readonly OperationCount[];
}

export interface CallMeasures {
  readonly total: number;
  readonly functions: readonly FunctionUse[];
  /** By drain, in their order: the calls that concern it. A call that concerns k drains counts 1/k to each. */
  readonly perDrain: readonly number[];
  readonly sweep: {
    readonly sweeps: number;
    /** On average, what a sweep made that concerned no drain. */
    readonly standingCalls: number;
    /** The calls of the sweep that made the fewest: there was nothing wrong. */
    readonly quiet: readonly OperationCount[];
  };
  /** Calls for events that concern no drain. */
  readonly otherEvents: number;
}

/**
 * Counts every API call that a function made, and shares them out.
 *
 * A call concerns a drained instance when its input names the instance, one of its registrations or tasks, its lifecycle
 * action or its incident, from the hook on. A call that names none (the hooks of a group, a cluster's tags) concerns those
 * that the other calls of its invocation name; in a sweep it is part of what the sweep costs anyway.
 */
export function measureCalls(entries: readonly TraceEntry[], drains: readonly Drain[]): CallMeasures {
  const calls = entries.flatMap(readCall);
  const starts = entries.filter(({ kind, phase }) => kind === 'invocation' && phase === 'start');
  const invocations = [...Map.groupBy(calls, ({ invocationId }) => invocationId).values()];
  const names = drains.map(namesOf);
  const perDrain = drains.map(() => 0);
  let standing = 0;
  let otherEvents = 0;
  const share = (concerned: readonly number[]) => {
    for (const index of concerned) perDrain[index] = (perDrain[index] ?? 0) + 1 / concerned.length;
  };
  for (const invocation of invocations) {
    const concerned = invocation.map((call) => drainsNamedIn(call, drains, names));
    const all = [...new Set(concerned.flat())];
    for (const [index, call] of invocation.entries()) {
      const own = concerned[index] ?? [];
      if (own.length > 0) share(own);
      else if (isSweep(call)) standing++;
      else if (all.length > 0) share(all);
      else otherEvents++;
    }
  }
  const sweeps = invocations.filter(([first]) => first !== undefined && isSweep(first));
  const [quiet = []] = sweeps.toSorted((a, b) => a.length - b.length);
  return {
    total: calls.length,
    functions: usesOf(calls, starts),
    perDrain,
    sweep: { sweeps: sweeps.length, standingCalls: standing / sweeps.length, quiet: countOperations(quiet) },
    otherEvents,
  };
}

function readCall({ at, kind, caller, service, operation, input }: TraceEntry): FunctionCall[] {
  if (kind !== 'call') return [];
  const who = caller as { readonly kind: string; readonly functionName?: string; readonly requestId?: string };
  if (who.kind !== 'function') return [];
  return [
    {
      atMs: Date.parse(at),
      functionName: who.functionName ?? '',
      operation: `${service}:${operation}`,
      invocationId: who.requestId ?? '',
      inputText: JSON.stringify(input),
    },
  ];
}

function isSweep({ functionName }: { readonly functionName: string }): boolean {
  return functionName.endsWith('-sweep');
}

function namesOf({ ec2InstanceId, token, registrationArns, taskArns }: Drain): string[] {
  return [ec2InstanceId, token, ...registrationArns, ...taskArns];
}

function drainsNamedIn(call: FunctionCall, drains: readonly Drain[], names: readonly (readonly string[])[]): number[] {
  return drains.flatMap(({ hookAtMs }, index) =>
    call.atMs >= hookAtMs && names[index]?.some((name) => call.inputText.includes(name)) ? [index] : [],
  );
}

function usesOf(calls: readonly FunctionCall[], starts: readonly TraceEntry[]): FunctionUse[] {
  const invocations = Map.groupBy(starts, (start) => String(start.function));
  const byFunction = Map.groupBy(calls, ({ functionName }) => functionName);
  return [...invocations.keys()].sort().map((functionName) => {
    const own = byFunction.get(functionName) ?? [];
    return {
      functionName,
      invocations: invocations.get(functionName)?.length ?? 0,
      calls: own.length,
      operations: countOperations(own),
    };
  });
}

function countOperations(calls: readonly FunctionCall[]): OperationCount[] {
  return [...Map.groupBy(calls, ({ operation }) => operation)]
    .map(([operation, group]) => ({ operation, calls: group.length }))
    .sort((a, b) => b.calls - a.calls || (a.operation < b.operation ? -1 : 1));
}
