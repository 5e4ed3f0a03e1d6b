import {
  bootFleet,
  countReleased,
  countTasks,
  isConnected,
  isDeregistered,
  isReleased,
  membersIn,
  pick,
  SHOP,
  startReports,
  statusOf,
  TOOLS,
  ZONES,
} from './fleet.ts';
import type { Stage } from './stage.ts';

/** Some hours of a fleet's life, in which everything happens that Ebbtide is for. */
export async function tellStory(stage: Stage): Promise<void> {
  await fleetBoots(stage);
  await scaleIn(stage);
  await slowStop(stage);
  const stuck = await neverLeaves(stage);
  await flapping(stage);
  await awayAndBack(stage);
  await deadline(stage, stuck);
  await duplicate(stage);
  await ghost(stage, await stopped(stage));
  await spot(stage);
  await outage(stage);
  stage.chapter('All quiet', 'Ten more minutes: what is left in the queues is handled, and nobody has anything to do.');
  await stage.pass(10);
}

async function fleetBoots(stage: Stage): Promise<void> {
  const { chapter, views, pass, say } = stage;
  chapter(
    'A fleet comes up',
    'Two clusters, two Auto Scaling groups. Agents register, services start their tasks. Every event of it is only a ' +
      'hint to look, and there is nothing to see.',
  );
  await bootFleet(stage);
  await pass(15.6);
  const instances = views.containerInstances().length;
  const tasks = views.tasks().filter(({ lastStatus }) => lastStatus === 'RUNNING').length;
  say(`${instances} container instances, ${tasks} tasks of 4 services running.`);
}

async function scaleIn(stage: Stage): Promise<void> {
  const { chapter, world, until, pass } = stage;
  chapter(
    'Scale-in under a busy service',
    `${SHOP.group} shrinks from ${SHOP.size} instances to ${SHOP.size - 4}. ECS's own task count of an instance reaches 0 while its tasks still ` +
      'shut down (the load balancer lets connections finish for 30 s): completing the hook on that count would kill them.',
  );
  world.setDesiredCapacity(SHOP.group, SHOP.size - 4);
  await until(() => countReleased(stage) === 4, 20);
  await pass(5);
}

async function slowStop(stage: Stage): Promise<void> {
  const { chapter, world, until, pass } = stage;
  chapter(
    'A task that takes six minutes to stop',
    'A report must be finished first; its stopTimeout allows 15 minutes. The hook expires after 5. So it has to be kept ' +
      'alive for as long as it takes, and completed the moment that the report is done.',
  );
  startReports(stage);
  await pass(2);
  const id = pick(stage, SHOP.group, { slow: true });
  world.terminateInstanceInGroup(id, 'replace');
  await until(() => isReleased(stage, id), 25);
  await pass(5);
}

async function neverLeaves(stage: Stage): Promise<string> {
  const { chapter, world, pass, say } = stage;
  chapter(
    'A standalone task that never leaves',
    'alice has started nightly-export by hand. ECS drains services and does not touch it, so it would hold the ' +
      'instance for ever. Ebbtide waits for it, says after 15 minutes what blocks, and lets go after 60.',
  );
  const id = pick(stage, TOOLS.group);
  world.runTask({ cluster: TOOLS.cluster, family: 'nightly-export', on: id, startedBy: 'alice' });
  await pass(2);
  world.terminateInstanceInGroup(id, 'replace');
  await pass(6);
  say('nightly-export runs on. Meanwhile, elsewhere:', id);
  return id;
}

async function flapping(stage: Stage): Promise<void> {
  const { chapter, world, pass, watch } = stage;
  chapter(
    'An agent that flaps',
    'It goes away for 90 seconds, five times. Agents do that in normal operation; an alert for each would be noise. ' +
      'Nobody is woken: the threshold of 10 minutes has to pass without a break.',
  );
  const id = pick(stage, SHOP.group);
  watch(id);
  world.flapAgent(id, { times: 5, downMs: 90_000, upMs: 150_000 });
  await pass(21);
}

async function awayAndBack(stage: Stage): Promise<void> {
  const { chapter, world, pass, watch } = stage;
  chapter(
    'An agent that stays away',
    'Its tasks run on, but nobody can start, stop or watch them. After 10 minutes on-call is told once; when it is back, ' +
      'that it is over.',
  );
  const id = pick(stage, SHOP.group);
  watch(id);
  world.disconnectAgent(id, { forMs: 17 * 60_000 });
  await pass(20);
}

async function deadline(stage: Stage, id: string): Promise<void> {
  const { chapter, until, pass } = stage;
  chapter(
    'The deadline',
    'nightly-export still runs. An hour after the hook began the instance is let go, and on-call learns which task was ' +
      'left, since when it ran and who had started it.',
  );
  await until(() => isReleased(stage, id), 40);
  await pass(8);
}

async function duplicate(stage: Stage): Promise<void> {
  const { chapter, world, until, pass, watch } = stage;
  chapter(
    'A duplicate',
    'An agent loses its data directory and registers its instance a second time. The first registration stays behind, ' +
      'ACTIVE and silent. It is safe to remove: another one of the same instance is connected.',
  );
  const id = pick(stage, SHOP.group);
  watch(id);
  world.reRegisterAgent(id);
  await until(() => isDeregistered(stage, id), 20);
  await pass(3);
}

async function stopped(stage: Stage): Promise<string> {
  const { chapter, world, pass, until, watch } = stage;
  chapter(
    'A stopped instance',
    `${TOOLS.group} has one instance too many over lunch; somebody stops it. A silent agent is as it ought to be there: ` +
      'no alert, and the registration is kept for when the instance comes back.',
  );
  const id = pick(stage, TOOLS.group);
  watch(id);
  world.suspendProcesses(TOOLS.group, ['HealthCheck', 'ReplaceUnhealthy']);
  world.stopInstance(id);
  await pass(35);
  world.startInstance(id);
  await until(() => isConnected(stage, id), 10);
  await pass(2);
  return id;
}

async function ghost(stage: Stage, id: string): Promise<void> {
  const { chapter, world, until, pass, watch } = stage;
  chapter(
    'A ghost',
    'The same instance is stopped again, and terminated while it is stopped. ECS does not learn of that and lists it, ' +
      'ACTIVE, for ever. Ebbtide asks EC2, and deregisters it.',
  );
  watch(id);
  world.stopInstance(id);
  await pass(5);
  world.terminateInstance(id);
  await until(() => isDeregistered(stage, id), 25);
  await pass(3);
}

async function spot(stage: Stage): Promise<void> {
  const { chapter, world, until, pass, say, watch } = stage;
  chapter(
    'A Spot interruption',
    `${SHOP.group} has grown again. EC2 takes one of its instances back in two minutes, whatever hooks there are. Ebbtide ` +
      'waits for none: it drains at the warning, so that what runs there is running elsewhere before the instance is gone.',
  );
  world.setDesiredCapacity(SHOP.group, SHOP.size);
  await pass(8);
  const id = pick(stage, SHOP.group);
  watch(id);
  world.interruptSpot(id);
  say('EC2 gives two minutes of notice.', id);
  await until(() => statusOf(stage, id) === 'DRAINING', 1);
  say(`${statusOf(stage, id)}, with ${countTasks(stage, id)} tasks to be replaced.`, id);
  await until(() => countTasks(stage, id) === 0, 2);
  say(`${countTasks(stage, id)} tasks left.`, id);
  await until(() => isDeregistered(stage, id), 10);
  await pass(5);
}

async function outage(stage: Stage): Promise<void> {
  const { chapter, world, pass, say } = stage;
  chapter(
    'An outage',
    `Two of the three Availability Zones lose their way to ECS for 25 minutes, and with it all agents of ${SHOP.cluster} there. ` +
      'Nothing is wrong with the instances. So nothing is repaired, and on-call gets one message, not one for each.',
  );
  const silent = [...membersIn(stage, SHOP.group, ZONES[0]), ...membersIn(stage, SHOP.group, ZONES[1])];
  for (const id of silent) world.disconnectAgent(id, { forMs: 25 * 60_000 });
  say(`${silent.length} agents are away.`);
  await pass(40);
}
