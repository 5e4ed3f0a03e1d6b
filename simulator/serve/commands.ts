import * as z from 'zod';
import type { FleetHandle } from '../services/fleet-handle.ts';
import type { Simulator } from '../simulator.ts';
import { readState } from './state.ts';

/** Something that is done to the served world from outside, beside calling AWS. */
export interface ControlCommand {
  readonly description: string;
  readonly input: z.ZodType;
  /** Throws when the fleet has no such thing, or when it cannot be done to it now. */
  run(simulator: Simulator, input: unknown): object | undefined;
  /** How far time goes on before the answer, in milliseconds. */
  advancesMs?(input: unknown): number;
}

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
const percents = service.extend({
  minimumHealthyPercent: z.int().min(0).max(100),
  maximumPercent: z.int().min(100).max(200),
});

/** A command whose input has the type of its schema. */
function command<Schema extends z.ZodType>(
  description: string,
  input: Schema,
  run: (simulator: Simulator, input: z.output<Schema>) => object | undefined,
): ControlCommand {
  return { description, input, run: (simulator, given) => run(simulator, given as z.output<Schema>) };
}

/** A command that pushes the fleet and has nothing to answer. */
function push<Schema extends z.ZodType>(
  description: string,
  input: Schema,
  run: (world: FleetHandle, input: z.output<Schema>) => void,
): ControlCommand {
  return command(description, input, ({ fleet }, given) => {
    run(fleet.world, given);
    return undefined;
  });
}

/** By the names that they have in the address. */
export const commands: ReadonlyMap<string, ControlCommand> = new Map(
  Object.entries({
    state: command(
      'Reads container instances, live tasks, Auto Scaling and EC2 instances',
      z.strictObject({ cluster: z.string().optional().describe('only what belongs to this cluster') }),
      ({ fleet }, { cluster }) => readState(fleet.views, cluster),
    ),
    advance: {
      ...command('Lets time go ahead at once', z.strictObject({ seconds }), () => undefined),
      advancesMs: (input) => Math.ceil((input as { seconds: number }).seconds * 1_000),
    },
    'scale-group': push(
      'Sets the desired capacity of an Auto Scaling group',
      group,
      (world, { group: name, desired }) => world.setDesiredCapacity(name, desired),
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
    'interrupt-spot': push(
      'Sends the two-minute warning of a Spot interruption, and reclaims the instance',
      spot,
      (world, { instance: id, action, comesTrue }) => world.interruptSpot(id, { action, comesTrue }),
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
    'lose-zone': command('Cuts all agents of an Availability Zone off', zone, ({ fleet }, { zone: name }) => ({
      instances: fleet.world.loseZone(name),
    })),
    'restore-zone': push('Ends the loss of an Availability Zone', zone, (world, { zone: name }) =>
      world.restoreZone(name),
    ),
  } satisfies Record<string, ControlCommand>),
);
