import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseUserDocument } from '../../../simulator/fleet-document/parse.ts';
import { functionsSchema } from '../../../simulator/serve/functions/schema.ts';
import { hasBoto3 } from './boto3.ts';
import { serveProgramWorld } from './program-world.ts';

/** Hook -> topic -> function -> the topic again, until the function completes the hook. */

const EXAMPLES = path.resolve('docs/examples');
const FILE = path.join(EXAMPLES, 'sns-drainer.yml');
const [EXAMPLE] = parseUserDocument(readFileSync(FILE, 'utf8'), FILE, functionsSchema).functions;
const node = [process.execPath, path.resolve(import.meta.dirname, 'node-sns-drainer.mjs')];
const drainers: [name: string, command: readonly string[]][] = [
  ['Node.js', node],
  ...(hasBoto3() ? [['Python', EXAMPLE?.command ?? []] as [string, string[]]] : []),
];

const FLEET = `
clusters:
  - name: prod
    groups:
      - { name: web, desired: 3, lifecycleHooks: [
          { name: drain, transition: 'autoscaling:EC2_INSTANCE_TERMINATING', heartbeatTimeoutSeconds: 300 } ] }
    services:
      - { name: api, desiredCount: 6, minimumHealthyPercent: 0, maximumPercent: 100, exitsAfterSignalSeconds: 4 }
`;

test.each(drainers)(
  'A drainer in %s behind the topic of a hook releases the instance',
  async (_, command) => {
    const { simulator, advance, defects, invocations } = await serveProgramWorld({
      functions: { functions: [{ ...EXAMPLE, command, environment: { CLUSTER: 'prod', PAUSE_SECONDS: '1' } }] },
      directory: EXAMPLES,
      fleet: FLEET,
    });
    simulator.fleet.world.putLifecycleHook('web', {
      name: 'drain',
      transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      notificationTargetArn: 'arn:aws:sns:eu-central-1:111122223333:instances-to-drain',
      roleArn: 'arn:aws:iam::111122223333:role/auto-scaling-notifications',
    });
    const { world, views } = simulator.fleet;
    const victim = views.containerInstances()[1]?.ec2InstanceId ?? '';
    world.terminateInstanceInGroup(victim, 'shrink');
    const hook = () => views.groupInstances().find(({ ec2InstanceId }) => ec2InstanceId === victim)?.hooks[0];
    // While a program runs, time goes on with real time.
    for (let seconds = 0; seconds < 60 && hook()?.end === undefined; seconds += 2) await advance(2);

    expect(hook()?.end).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    const phases = invocations().map(({ phase }) => phase);
    expect(phases.filter((phase) => phase === 'start').length).toBeGreaterThan(2);
    expect(phases).not.toContain('error');
    expect(defects).toEqual([]);
  },
  60_000,
);
