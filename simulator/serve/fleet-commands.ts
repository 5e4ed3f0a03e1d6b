import * as z from 'zod';
import { NotInFleet, NotPossible } from '../services/fleet-errors.ts';
import type { FleetViews } from '../services/fleet-views.ts';
import { type ControlCommand, command, push } from './command.ts';
import { readState } from './state.ts';

const seconds = z
  .number()
  .positive()
  .max(7 * 86_400);
const instance = z.strictObject({ instance: z.string().describe('EC2 instance id') });
const instanceInGroup = instance.extend({
  shouldDecrementDesiredCapacity: z.boolean().default(false).describe('false: the group launches a replacement'),
});
const cutOff = instance.extend({
  forSeconds: seconds.optional().describe('comes back after that; left out: stays away'),
  cause: z.enum(['hung', 'unreachable']).default('hung').describe('a restart of the agent cures only a hung one'),
});
const group = z.strictObject({ group: z.string(), desired: z.int().min(0).max(10_000) });
const spot = instance.extend({
  action: z.enum(['terminate', 'stop', 'hibernate']).default('terminate'),
  comesTrue: z.boolean().default(true).describe('false: the warning only'),
});
const task = z.strictObject({ task: z.string().describe('task ARN') });
const zone = z.strictObject({ zone: z.string().describe('Availability Zone, such as eu-central-1a') });
const service = z.strictObject({ cluster: z.string(), service: z.string() });
const count = service.extend({ desiredCount: z.int().min(0).max(100_000) });
const filling = z.strictObject({
  cluster: z.string(),
  percent: z.number().positive().max(100).default(100).describe('of its CPU or memory, whichever is fuller'),
  service: z.string().optional().describe('is scaled; left out: standalone tasks of the family filler are run'),
  cpu: z.int().min(1).max(100_000).default(256).describe('CPU units of each standalone task'),
  memory: z.int().min(4).max(1_000_000).default(512).describe('MiB of each standalone task'),
});
const percents = service.extend({
  minimumHealthyPercent: z.int().min(0).max(100),
  maximumPercent: z.int().min(100).max(200),
});

/** What is done to the fleet and its time. */
export const fleetCommands = {
  state: command(
    'Reads container instances, live tasks, Auto Scaling and EC2 instances',
    z.strictObject({ cluster: z.string().optional().describe('only what belongs to this cluster') }),
    ({ fleet }, { cluster }) => {
      if (cluster !== undefined) requireCluster(fleet.views, cluster);
      return readState(fleet.views, cluster);
    },
  ),
  advance: {
    ...command('Lets time go ahead at once', z.strictObject({ seconds }), () => undefined),
    advancesMs: (input) => Math.ceil((input as { seconds: number }).seconds * 1_000),
  },
  'scale-group': push('Sets the desired capacity of an Auto Scaling group', group, (world, { group: name, desired }) =>
    world.setDesiredCapacity(name, desired),
  ),
  'terminate-in-group': push(
    'Terminates an instance through its group and the lifecycle hooks',
    instanceInGroup,
    (world, { instance: id, shouldDecrementDesiredCapacity }) =>
      world.terminateInstanceInGroup(id, shouldDecrementDesiredCapacity ? 'shrink' : 'replace'),
  ),
  'terminate-instance': push(
    "Terminates an EC2 instance behind its group's back, without hooks",
    instance,
    (world, { instance: id }) => world.terminateInstance(id),
  ),
  'stop-instance': push('Stops an EC2 instance', instance, (world, { instance: id }) => world.stopInstance(id)),
  'start-instance': push('Starts a stopped EC2 instance', instance, (world, { instance: id }) =>
    world.startInstance(id),
  ),
  'disconnect-agent': push(
    'Cuts the ECS agent of an instance off; its tasks run on',
    cutOff,
    (world, { instance: id, forSeconds, cause }) =>
      world.disconnectAgent(id, { cause, ...(forSeconds === undefined ? {} : { forMs: forSeconds * 1_000 }) }),
  ),
  'reconnect-agent': push('Lets a disconnected agent back', instance, (world, { instance: id }) =>
    world.reconnectAgent(id),
  ),
  'interrupt-spot': command(
    'Sends the two-minute warning of a Spot interruption, and reclaims the instance',
    spot,
    ({ fleet }, { instance: id, action, comesTrue }) => {
      requireSpot(fleet.views, id);
      fleet.world.interruptSpot(id, { action, comesTrue });
      return undefined;
    },
  ),
  'recommend-rebalance': push('Sends an EC2 rebalance recommendation', instance, (world, { instance: id }) =>
    world.rebalanceRecommendation(id),
  ),
  'protect-task': push(
    'Protects a task from scale-in',
    task.extend({ minutes: z.int().min(1).max(2_880).default(120) }),
    (world, { task: arn, minutes }) => world.protectTask(arn, { minutes }),
  ),
  'unprotect-task': push('Ends the protection of a task', task, (world, { task: arn }) => world.unprotectTask(arn)),
  'exit-task': push('Lets the containers of a task end by themselves', task, (world, { task: arn }) =>
    world.exitTask(arn),
  ),
  'set-desired-count': push(
    'Sets the desired count of a service',
    count,
    (world, { cluster, service: name, desiredCount }) => world.setDesiredCount(cluster, name, desiredCount),
  ),
  'set-deployment-percents': push(
    'Sets the deployment percentages of a service',
    percents,
    (world, { cluster, service: name, ...given }) => world.setDeploymentPercents(cluster, name, given),
  ),
  'lose-zone': command('Cuts all agents of an Availability Zone off', zone, ({ fleet }, { zone: name }) => {
    requireZone(fleet.views, name);
    return { instances: fleet.world.loseZone(name) };
  }),
  'restore-zone': command('Ends the loss of an Availability Zone', zone, ({ fleet }, { zone: name }) => {
    requireZone(fleet.views, name);
    fleet.world.restoreZone(name);
    return undefined;
  }),
  'fill-cluster': command(
    'Starts tasks until a share of the CPU or memory of a cluster is taken, or no instance has room',
    filling,
    ({ fleet }, given) => fleet.world.fillCluster(given),
  ),
} satisfies Record<string, ControlCommand>;

function requireCluster(views: FleetViews, cluster: string): void {
  if (!views.clusterNames().includes(cluster)) throw new NotInFleet('cluster', cluster);
}

/** Stories of this project interrupt whatever they like; a user's drainer would learn what cannot happen. */
function requireSpot(views: FleetViews, id: string): void {
  const instance = views.ec2Instances().find(({ ec2InstanceId }) => ec2InstanceId === id);
  if (instance === undefined || instance.isSpot) return;
  throw new NotPossible(`${id} is no Spot instance; those of groups with "spot: true" are`);
}

/** A zone in which there has never been an instance is a slip of the pen. */
function requireZone(views: FleetViews, zone: string): void {
  if (views.ec2Instances().some(({ availabilityZone }) => availabilityZone === zone)) return;
  throw new NotInFleet('instance in', zone);
}
