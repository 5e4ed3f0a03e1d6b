/**
 * What AWS does but does not document. Each is a switch, and the tests run both ways: the product may rely on neither.
 * `what` stands in docs/simulator.md.
 */
export const SWITCHES = {
  drainingSendsEvent: {
    initial: true,
    what: 'Whether the change to DRAINING (or back to ACTIVE) itself sends a container instance state change event',
  },
  replacesTasksOfDisconnectedDraining: {
    initial: true,
    what: 'Whether the service scheduler starts replacements for tasks of a DRAINING instance whose agent is disconnected',
  },
  protectionHoldsOnDraining: {
    initial: true,
    what: 'Whether scale-in protection keeps the scheduler from stopping a protected task on a DRAINING instance',
  },
  ghostTasksAreStopped: {
    initial: false,
    what: 'Whether ECS marks the tasks of an EC2 instance as stopped when it is terminated while its agent is disconnected',
  },
  connectivityImpairedAfterMs: {
    initial: 5 * 60_000,
    what: "How long an agent is disconnected before ECS calls the instance's connectivity IMPAIRED",
  },
  hooksRunForVanishedInstances: {
    initial: false,
    what: 'Whether a group runs its terminate hooks for an instance that it finds terminated behind its back',
  },
  refusesPercentsOf100: {
    initial: false,
    what: 'Whether CreateService and UpdateService refuse a replica service whose minimum and maximum percent are both 100, which no drain can move (one public report says so, the documentation describes such services)',
  },
  startTaskOnDraining: {
    initial: true,
    what: 'Whether StartTask starts a task on a DRAINING instance (the documentation says only that none is scheduled there for placement)',
  },
} as const satisfies Record<string, { readonly initial: boolean | number; readonly what: string }>;

type Switches = typeof SWITCHES;

export type UndocumentedBehaviour = {
  readonly [Name in keyof Switches]: Switches[Name]['initial'] extends boolean ? boolean : number;
};

export const DEFAULT_UNDOCUMENTED: UndocumentedBehaviour = Object.freeze(
  Object.fromEntries(Object.entries(SWITCHES).map(([name, { initial }]) => [name, initial])) as UndocumentedBehaviour,
);
