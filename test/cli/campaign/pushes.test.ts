import { expect, test } from 'vitest';
import { buildFleet } from '../../../cli/campaign/build-fleet.ts';
import { drawPlan, type Plan } from '../../../cli/campaign/plan.ts';
import { PUSHES } from '../../../cli/campaign/pushes.ts';
import { createScene } from '../../../cli/campaign/scene.ts';
import { Random } from '../../../simulator/kernel/random.ts';
import { createSimulator } from '../../../simulator/simulator.ts';

const plan: Plan = {
  ...drawPlan(1),
  clusters: [
    { name: 'shop', groups: [{ name: 'web', cluster: 'shop', desired: 2 }], services: [], standaloneTasks: 0 },
  ],
};

test('A cluster is lost although ECS still calls the agent of a host connected that EC2 has terminated', async () => {
  const simulator = createSimulator({ seed: 1 });
  await buildFleet(simulator, plan.clusters);
  const { world, views } = simulator.fleet;
  const ended = views.ec2Instances()[0]?.ec2InstanceId ?? '';
  const hasHost = () => views.ec2Instances().some((one) => one.ec2InstanceId === ended && one.state !== 'terminated');
  const isCalledConnected = () =>
    views.containerInstances().some((one) => one.ec2InstanceId === ended && one.agentConnected);

  world.terminateInstance(ended);
  while (hasHost()) await simulator.runFor(100);
  expect(isCalledConnected()).toBe(true);

  for (let seed = 0; seed < 4; seed++)
    PUSHES['lose a cluster']?.(createScene(simulator, plan, new Random(seed, 'push')));
  expect(isCalledConnected()).toBe(true);
});
