import type { HookSettings } from '../../simulator/services/auto-scaling/hooks.ts';
import type { Stage } from './stage.ts';

const SHOP = 'shop';
const SHOP_GROUP = 'shop-web';
const TOOLS = 'tools';
const TOOLS_GROUP = 'tools-workers';

/** As the stack's own parameter `autoScalingGroups` and the examples for users make it. */
const TERMINATE_HOOK: HookSettings = {
  name: 'ebbtide-terminate',
  transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
  heartbeatTimeoutSeconds: 300,
  defaultResult: 'CONTINUE',
};

/** Another team's hook on the same group, which that team completes by itself. */
export const BACKUP_HOOK: HookSettings = { ...TERMINATE_HOOK, name: 'backup-logs' };

const ZONES = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'];

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
  stage.chapter('All quiet', 'Ten more minutes: what is left in the queues is handled, and nobody has anything to do.');
  await stage.pass(10);
}

async function fleetBoots({ chapter, world, views, until, pass, say }: Stage): Promise<void> {
  chapter(
    'A fleet comes up',
    'Two clusters, two Auto Scaling groups. Agents register, services start their tasks. Every event of it is only a ' +
      'hint to look, and there is nothing to see.',
  );
  const lifecycleHooks = [TERMINATE_HOOK, BACKUP_HOOK];
  const group = { zones: ZONES, lifecycleHooks };
  for (const name of [SHOP, TOOLS]) world.createCluster({ name });
  world.createAutoScalingGroup({ ...group, name: SHOP_GROUP, cluster: SHOP, desired: 12 });
  world.createAutoScalingGroup({ ...group, name: TOOLS_GROUP, cluster: TOOLS, desired: 4 });
  const isUp = () => views.containerInstances().filter(({ agentConnected }) => agentConnected).length === 16;
  await until(isUp, 15);
  const inShop = { cluster: SHOP, cpu: 256, memory: 512 };
  const behindLoadBalancer = { deregistrationDelaySeconds: 30, slowStartSeconds: 20 };
  world.createService({ ...inShop, name: 'checkout', desiredCount: 36, ...behindLoadBalancer });
  world.createService({ ...inShop, name: 'search', desiredCount: 18, exitsAfterSignalMs: 8_000 });
  const aboutSixMinutes = { stopTimeoutSeconds: 900, exitsAfterSignalMs: 6 * 60_000 };
  world.createService({ ...inShop, name: 'reports', desiredCount: 3, ...aboutSixMinutes });
  world.createService({ cluster: TOOLS, name: 'log-router', cpu: 64, memory: 128, schedulingStrategy: 'DAEMON' });
  world.createService({ cluster: TOOLS, name: 'ci-runner', desiredCount: 8 });
  await pass(15.6);
  const tasks = views.tasks().filter(({ lastStatus }) => lastStatus === 'RUNNING').length;
  say(`16 container instances, ${tasks} tasks of 5 services running.`);
}

async function scaleIn({ chapter, world, until, pass, views }: Stage): Promise<void> {
  chapter(
    'Scale-in under a busy service',
    `${SHOP_GROUP} shrinks from 12 instances to 8. ECS's own task count of an instance reaches 0 while its tasks still ` +
      'shut down (the load balancer lets connections finish for 30 s): completing the hook on that count would kill them.',
  );
  const before = hooksEnded(views);
  world.setDesiredCapacity(SHOP_GROUP, 8);
  await until(() => hooksEnded(views) >= before + 4, 20);
  await pass(5);
}

async function slowStop(stage: Stage): Promise<void> {
  const { chapter, world, views, until, pass } = stage;
  const id = find(stage, SHOP_GROUP, (groups) => groups.includes(REPORTS));
  chapter(
    'A task that takes six minutes to stop',
    'A report must be finished first; its stopTimeout allows 15 minutes. The hook expires after 5. So it has to be kept ' +
      'alive for as long as it takes, and completed the moment that the report is done.',
  );
  const before = hooksEnded(views);
  world.terminateInstanceInGroup(id, 'replace');
  await until(() => hooksEnded(views) > before, 25);
  await pass(5);
}

async function neverLeaves(stage: Stage): Promise<string> {
  const { chapter, world, pass, say } = stage;
  chapter(
    'A standalone task that never leaves',
    'alice has started nightly-export by hand. ECS drains services and does not touch it, so it would hold the ' +
      'instance for ever. Ebbtide waits for it, says after 15 minutes what blocks, and lets go after 60.',
  );
  const id = find(stage, TOOLS_GROUP);
  world.runTask({ cluster: TOOLS, family: 'nightly-export', on: id, startedBy: 'alice' });
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
  const id = find(stage, SHOP_GROUP);
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
  const id = find(stage, SHOP_GROUP);
  watch(id);
  world.disconnectAgent(id, { forMs: 17 * 60_000 });
  await pass(20);
}

async function deadline({ chapter, views, until, pass }: Stage, id: string): Promise<void> {
  chapter(
    'The deadline',
    'nightly-export still runs. An hour after the hook began the instance is let go, and on-call learns which task was ' +
      'left, since when it ran and who had started it.',
  );
  await until(() => views.groupInstances().some((held) => held.ec2InstanceId === id && isReleased(held)), 40);
  await pass(8);
}

async function duplicate(stage: Stage): Promise<void> {
  const { chapter, world, until, pass, watch } = stage;
  chapter(
    'A duplicate',
    'An agent loses its data directory and registers its instance a second time. The first registration stays behind, ' +
      'ACTIVE and silent. It is safe to remove: another one of the same instance is connected.',
  );
  const id = find(stage, SHOP_GROUP);
  watch(id);
  world.reRegisterAgent(id);
  await until(() => isDeregistered(stage, id), 20);
  await pass(3);
}

async function stopped(stage: Stage): Promise<string> {
  const { chapter, world, views, pass, until, watch } = stage;
  chapter(
    'A stopped instance',
    `${TOOLS_GROUP} has one instance too many over lunch; somebody stops it. A silent agent is as it ought to be there: ` +
      'no alert, and the registration is kept for when the instance comes back.',
  );
  const id = find(stage, TOOLS_GROUP);
  watch(id);
  world.suspendProcesses(TOOLS_GROUP, ['HealthCheck', 'ReplaceUnhealthy']);
  world.stopInstance(id);
  await pass(35);
  world.startInstance(id);
  const isBack = () => views.containerInstances().some((held) => held.ec2InstanceId === id && held.agentConnected);
  await until(isBack, 10);
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

function hooksEnded(views: Stage['views']): number {
  return views.groupInstances().filter(isReleased).length;
}

function isReleased({ hooks }: ReturnType<Stage['views']['groupInstances']>[number]): boolean {
  return hooks.some(({ hook, end }) => hook === TERMINATE_HOOK.name && end !== undefined);
}

function isDeregistered({ views }: Stage, id: string): boolean {
  return views.containerInstances().some((held) => held.ec2InstanceId === id && held.status === 'INACTIVE');
}

const REPORTS = 'service:reports';

/** An instance of the group that is in service and that nothing has happened to yet; by default one without slow tasks. */
function find(
  stage: Stage,
  group: string,
  suits = (taskGroups: readonly string[]) => !taskGroups.includes(REPORTS),
): string {
  const tasks = Map.groupBy(stage.views.tasks(), ({ ec2InstanceId }) => ec2InstanceId);
  const id = inService(stage, group).find(
    (member) => !stage.cast.has(member) && suits((tasks.get(member) ?? []).map((task) => task.group)),
  );
  if (id === undefined) throw new Error(`the story finds no instance in ${group}`);
  stage.cast.add(id);
  return id;
}

function inService({ views }: Stage, group: string): string[] {
  return views
    .groupInstances()
    .filter((member) => member.group === group && member.lifecycleState === 'InService')
    .map(({ ec2InstanceId }) => ec2InstanceId);
}
