import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseUserDocument } from '../../../simulator/fleet-document/parse.ts';
import { functionsSchema } from '../../../simulator/serve/functions/schema.ts';
import { hasBoto3 } from './boto3.ts';
import { serveProgramWorld } from './program-world.ts';

/** Drainers in other languages, attached to the simulated fleet as docs/simulator.md says. */

const EXAMPLES = path.resolve('docs/examples');
const node = { name: 'Node.js', command: [process.execPath, path.resolve(import.meta.dirname, 'node-drainer.mjs')] };
const python = { name: 'Python', command: ['python3', 'drainer.py'] };
const drainers = hasBoto3() ? [python, node] : [node];

const FLEET = `
clusters:
  - name: prod
    groups:
      - { name: web, desired: 3, lifecycleHooks: [
          { name: drain, transition: 'autoscaling:EC2_INSTANCE_TERMINATING', heartbeatTimeoutSeconds: 120 } ] }
    services:
      - { name: api, desiredCount: 6, stopTimeoutSeconds: 120, exitsAfterSignalSeconds: 90 }
      - { name: log-router, schedulingStrategy: DAEMON, cpu: 64, memory: 128 }
`;

test.each(drainers)(
  'one in $name releases the instance once its tasks have stopped',
  { timeout: 60_000 },
  async ({ command }) => {
    const file = path.join(EXAMPLES, 'functions.yml');
    const { functions } = parseUserDocument(readFileSync(file, 'utf8'), file, functionsSchema);
    const { simulator, advance, defects, invocations } = await serveProgramWorld({
      functions: { functions: functions.map((fn) => ({ ...fn, command })) },
      directory: EXAMPLES,
      fleet: FLEET,
    });
    const { world, views } = simulator.fleet;
    const victim = views.containerInstances()[1];
    const atRelease: unknown[] = [];
    simulator.kernel.trace.onEntry(({ kind, operation, caller, error }) => {
      if (kind !== 'call' || operation !== 'CompleteLifecycleAction') return;
      const tasks = views.tasks().filter(({ containerInstanceArn }) => containerInstanceArn === victim?.arn);
      const statuses = new Set(tasks.filter(({ daemon }) => !daemon).map(({ lastStatus }) => lastStatus));
      atRelease.push({ caller: (caller as { functionName: string }).functionName, error, statuses });
    });
    world.terminateInstanceInGroup(victim?.ec2InstanceId ?? '', 'shrink');
    await advance(70);
    expect(views.containerInstances().find(({ arn }) => arn === victim?.arn)).toMatchObject({ status: 'DRAINING' });
    expect(atRelease).toEqual([]);
    await advance(170);
    expect(atRelease).toEqual([{ caller: 'drainer', error: undefined, statuses: new Set(['STOPPED']) }]);
    expect(views.ec2Instances().find(({ ec2InstanceId }) => ec2InstanceId === victim?.ec2InstanceId)?.state).toBe(
      'terminated',
    );
    expect(invocations().filter(({ phase }) => phase === 'error' || phase === 'timeout')).toEqual([]);
    expect(defects).toEqual([]);
  },
);
