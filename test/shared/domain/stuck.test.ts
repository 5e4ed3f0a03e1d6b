import { describe, expect, it } from 'vitest';
import type { EcsService, Task } from '../../../shared/domain/model.ts';
import { explain, NOTHING_READ, type Surroundings } from '../../../shared/domain/stuck.ts';
import { clusterArn, MINUTE_MS, T0, task } from '../fleet.ts';

const nowMs = T0 + 30 * MINUTE_MS;

function service(overrides: Partial<EcsService> = {}): EcsService {
  return {
    name: 'web',
    clusterArn,
    schedulingStrategy: 'REPLICA',
    desiredCount: 4,
    runningCount: 4,
    pendingCount: 0,
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    deployments: 1,
    events: [],
    ...overrides,
  };
}

function around(one: Partial<EcsService>, rest: Partial<Surroundings> = {}): Partial<Surroundings> {
  return { services: new Map([['web', service(one)]]), ...rest };
}

const said = (...messages: string[]) => messages.map((message, index) => ({ atMs: nowMs - index * 1_000, message }));
const NO_ROOM =
  '(service web) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 9c6c) has insufficient memory available.';
const BROKEN = '(service web) is unable to consistently start tasks successfully.';
const STEADY = '(service web) has reached a steady state.';

interface Row {
  readonly of: string;
  readonly task: Partial<Task>;
  readonly around: Partial<Surroundings>;
  readonly says: readonly string[];
}

const rows: readonly Row[] = [
  {
    of: 'a service at 100/100',
    task: {},
    around: around({ maximumPercent: 100 }),
    says: ['may neither start a replacement nor run with less', 'raise maximumPercent or lower minimumHealthyPercent'],
  },
  {
    of: 'a service whose percentages round to nothing',
    task: {},
    around: around({ desiredCount: 1, runningCount: 1, minimumHealthyPercent: 50, maximumPercent: 150 }),
    says: ['may neither start a replacement nor run with less', '1 desired'],
  },
  {
    of: 'no room: which resource, and where',
    task: {},
    around: around({ events: said(NO_ROOM) }),
    says: ['no room for its replacement', 'container-instance 9c6c', 'insufficient memory', 'Add capacity'],
  },
  {
    of: 'a replacement that does not come up',
    task: {},
    around: around({ events: said(BROKEN, NO_ROOM) }),
    says: ['cannot bring up a replacement', BROKEN],
  },
  {
    of: 'trouble that is over',
    task: {},
    around: around({ events: said(STEADY, NO_ROOM) }),
    says: ['waiting for service web to replace it (4 of 4 running'],
  },
  {
    of: 'trouble that is over: a replacement has started',
    task: {},
    around: around({ events: said('(service web) has started 12 tasks: (task 1f0c).', NO_ROOM) }),
    says: ['waiting for service web to replace it (4 of 4 running'],
  },
  {
    of: 'trouble that is not over by what was said of something else since',
    task: {},
    around: around({ events: said('(service web) has stopped 1 running tasks: (task 1f0c).', NO_ROOM) }),
    says: ['no room for its replacement'],
  },
  {
    of: 'a service that may run with less, though it may start no more',
    task: {},
    around: around({ minimumHealthyPercent: 50, maximumPercent: 100 }),
    says: ['waiting for service web to replace it'],
  },
  {
    of: 'a replacement on its way',
    task: {},
    around: around({ pendingCount: 1 }),
    says: ['its replacement is starting (1 pending in service web)'],
  },
  {
    of: 'a daemon',
    task: {},
    around: around({ schedulingStrategy: 'DAEMON', minimumHealthyPercent: 0, maximumPercent: 100 }),
    says: ['a daemon, which ECS stops after all the others'],
  },
  { of: 'a service that was not read', task: {}, around: {}, says: ['ECS has not begun to stop it'] },
  {
    of: 'scale-in protection',
    task: {},
    around: around({}, { protectedUntil: new Map([[task().arn, nowMs + 40 * MINUTE_MS]]) }),
    says: ['protected from scale-in until 2026-01-05 09:10:00 UTC (40 min more)'],
  },
  {
    of: 'scale-in protection that has run out',
    task: {},
    around: around({}, { protectedUntil: new Map([[task().arn, nowMs]]) }),
    says: ['waiting for service web'],
  },
  {
    of: 'a standalone task',
    task: { group: 'family:report', startedAtMs: nowMs - 90 * MINUTE_MS, startedBy: 'nightly' },
    around: {},
    says: ['standalone, family report', 'running for 1 h 30 min', 'started by nightly', 'standaloneTasks'],
  },
  {
    of: 'a standalone task that nobody signed, not running yet',
    task: { group: '', lastStatus: 'PENDING' },
    around: {},
    says: ['standalone, no group', 'is PENDING: not running yet; ECS never stops'],
  },
  {
    of: 'a stopping task, against its stopTimeout',
    task: { ...stopping('STOPPING'), taskDefinitionArn: 'web:3' },
    around: { stopTimeoutSeconds: new Map([['web:3', 120]]) },
    says: ['shutting down for 10 min, of at most 2 min (stopTimeout)'],
  },
  {
    of: 'a stopping task whose definition is gone',
    task: stopping('STOPPING'),
    around: {},
    says: ['is STOPPING: told to stop and shutting down for 10 min'],
  },
  {
    of: 'load-balancer deregistration',
    task: stopping('DEACTIVATING'),
    around: {},
    says: ['waiting for 10 min for its load balancer to let go of it (deregistration delay)'],
  },
  {
    of: 'a network interface',
    task: stopping('DEPROVISIONING'),
    around: {},
    says: ['its network interface has been given back for 10 min'],
  },
  {
    of: 'a disconnected agent, before everything else',
    task: stopping('DEACTIVATING'),
    around: around({ maximumPercent: 100 }, { isAgentConnected: false }),
    says: ['the agent is disconnected, so nobody can stop it or tell how it fares'],
  },
];

function stopping(lastStatus: string): Partial<Task> {
  return { lastStatus, desiredStatus: 'STOPPED', stoppingAtMs: nowMs - 10 * MINUTE_MS };
}

describe('why a task is still there', () => {
  it.each(rows)('$of', ({ task: overrides, around: surroundings, says }) => {
    const [line = ''] = explain([task(overrides)], { ...NOTHING_READ, ...surroundings }, nowMs);

    for (const words of says) expect(line).toContain(words);
  });

  it('says no more than is known of a task that stops', () => {
    const stops = (lastStatus: string) => task({ lastStatus, desiredStatus: 'STOPPED' });
    const lines = ['STOPPING', 'DEACTIVATING', 'DEPROVISIONING'].flatMap((status) =>
      explain([stops(status)], NOTHING_READ, nowMs),
    );
    const name = '00000000000000000000000000000001 (service web)';

    expect(lines).toEqual([
      `${name} is STOPPING: told to stop and shutting down`,
      `${name} is DEACTIVATING: waiting for its load balancer to let go of it (deregistration delay)`,
      `${name} is DEPROVISIONING: its network interface has been given back`,
    ]);
  });

  it('is a line for each task, in their order', () => {
    const tasks = ['service:web', 'family:report'].map((group) => task({ group }));

    expect(explain(tasks, NOTHING_READ, nowMs)).toEqual([
      expect.stringContaining('(service web) is RUNNING'),
      expect.stringContaining('(standalone, family report) is RUNNING'),
    ]);
  });
});
