import { expect, it } from 'vitest';
import { environmentName } from '../../shared/config/config.ts';
import { type Box, minutes, openBox } from './box.ts';
import { bootGroup, containerInstance, groupInstance } from './fleet.ts';

/** As a new deployment of the stack does. */
function redeploy(box: Box, mode: 'observe' | 'act'): void {
  for (const { arn, environment } of box.simulator.lambda.functions()) {
    box.simulator.lambda.configure(arn, { ...environment, [environmentName('mode')]: mode });
  }
}

it('what comes back from a warm pool while Ebbtide only observes is put right once it may act again', async () => {
  const box = await openBox();
  const ids = await bootGroup(box, {
    desired: 2,
    warmPool: { minSize: 0, poolState: 'Stopped', reuseOnScaleIn: true },
  });
  box.world.setDesiredCapacity('web', 1);
  await box.run(minutes(12));
  const pooled = ids.find((id) => groupInstance(box, id).lifecycleState === 'Warmed:Stopped') ?? '';

  redeploy(box, 'observe');
  const changes = () => box.calls('UpdateContainerInstancesState').length;
  const before = changes();
  box.world.setDesiredCapacity('web', 2);
  await box.run(minutes(8));
  expect(groupInstance(box, pooled).lifecycleState).toBe('InService');
  expect(containerInstance(box, pooled)).toMatchObject({ status: 'DRAINING', agentConnected: true });
  expect(changes()).toBe(before);

  redeploy(box, 'act');
  await box.run(minutes(3));
  expect(containerInstance(box, pooled).status).toBe('ACTIVE');
});
