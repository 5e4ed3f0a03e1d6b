import * as z from 'zod';
import { isObject } from '../services/template-properties.ts';
import { BESIDE_OTHERS, listed, refuseRepeated } from './across-fields.ts';

/** What a fleet document may say. Names and defaults are those of ECS and EC2 Auto Scaling. */

const name = z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'up to 255 letters, digits, hyphens and underscores');
const tags = z.record(z.string().min(1).max(128), z.string().max(256)).describe('Tags, by key.');
const instancesMax = 10_000;
const tasksMax = 100_000;
const size = z.int().min(0).max(instancesMax);
const behaviour = {
  cpu: z.int().min(1).default(256).describe('CPU units of a task.'),
  memory: z.int().min(6).default(512).describe('Memory of a task in MiB.'),
  stopTimeoutSeconds: z.int().min(2).max(86_400).default(30).describe('From the stop signal to the kill.'),
  exitsAfterSignalSeconds: z
    .number()
    .min(0)
    .optional()
    .describe('How long the containers take to end after the signal.'),
  runsForSeconds: z
    .number()
    .positive()
    .optional()
    .describe('The containers end by themselves after that; left out: never.'),
};

const lifecycleHook = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9\-_/]{1,255}$/, 'up to 255 letters, digits, hyphens, underscores and slashes'),
  transition: z.enum(['autoscaling:EC2_INSTANCE_TERMINATING', 'autoscaling:EC2_INSTANCE_LAUNCHING']),
  heartbeatTimeoutSeconds: z.int().min(30).max(7_200).default(3_600),
  defaultResult: z.enum(['CONTINUE', 'ABANDON']).default('ABANDON'),
  notificationMetadata: z.string().min(1).max(4_000).optional(),
});

const group = z
  .strictObject({
    name: z.string().regex(/^[^:\n\r\t]{1,255}$/, 'up to 255 characters without colons'),
    desired: size.describe('Desired capacity.'),
    minSize: size.default(0),
    maxSize: size.optional().describe('Default: the desired capacity.'),
    zones: z
      .array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'such as eu-central-1a'))
      .min(1)
      .optional(),
    instanceType: z
      .strictObject({
        name: z.string().regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'such as m5.large'),
        cpu: z.int().min(1).describe('CPU units that the agent registers.'),
        memory: z.int().min(1).describe('MiB that the agent registers.'),
      })
      .optional()
      .describe('Default: m5.large with 2048 CPU units and 7680 MiB.'),
    spot: z.boolean().default(false),
    lifecycleHooks: z.array(lifecycleHook).max(50).default([]),
    tags: tags.default({}),
    attributes: z
      .record(z.string().min(1), z.string())
      .default({})
      .describe('Custom attributes of its container instances.'),
    warmPool: z
      .strictObject({
        minSize: size,
        poolState: z.enum(['Stopped', 'Running']).default('Stopped'),
        reuseOnScaleIn: z.boolean().default(false),
      })
      .optional(),
    retention: z.enum(['retain', 'terminate']).default('terminate').describe('Of TerminateHookAbandon.'),
    newInstancesProtected: z.boolean().default(false).describe('From scale-in.'),
    healthCheckGracePeriodSeconds: z.int().min(0).default(0),
    capacityProvider: z.strictObject({ name, managedDraining: z.boolean().default(true) }).optional(),
  })
  .superRefine(({ minSize, desired, maxSize = desired }, context) => {
    const problem = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (minSize > desired) problem(['minSize'], 'is larger than desired');
    if (maxSize < desired) problem(['maxSize'], 'is smaller than desired');
  })
  .describe('An Auto Scaling group whose instances register with the cluster.');

const service = z.strictObject({
  name,
  desiredCount: z.int().min(0).max(tasksMax).default(1),
  schedulingStrategy: z.enum(['REPLICA', 'DAEMON']).default('REPLICA'),
  minimumHealthyPercent: z.int().min(0).max(100).optional().describe('Default: 100, of a daemon 0.'),
  maximumPercent: z.int().min(100).max(200).optional().describe('Default: 200, of a daemon 100.'),
  deregistrationDelaySeconds: z
    .int()
    .min(0)
    .max(3_600)
    .optional()
    .describe('With a load balancer: how long targets drain.'),
  slowStartSeconds: z.number().min(0).optional().describe('How long a task runs before it is healthy; default 40.'),
  tags: tags.default({}),
  ...behaviour,
});

const task = z.strictObject({
  family: name,
  count: z.int().min(1).max(1_000).default(1),
  protectedMinutes: z.int().min(1).max(2_880).optional().describe('Task scale-in protection, from the start on.'),
  ...behaviour,
});

const cluster = z.strictObject({
  name,
  tags: tags.default({}),
  groups: z.array(group).default([]),
  services: z.array(service).default([]),
  tasks: z.array(task).default([]).describe('Standalone tasks, as RunTask starts them.'),
});

export const fleetSchema = z
  .strictObject({ $schema: z.string().optional().describe('For editors.'), clusters: z.array(cluster).min(1) })
  .superRefine((fleet, context) => {
    const [seeCluster, seeGroup] = [refuseRepeated(context, 'cluster'), refuseRepeated(context, 'group')];
    const seeProvider = refuseRepeated(context, 'capacity provider');
    for (const [cluster, path] of listed(fleet, 'clusters')) {
      seeCluster(cluster, path);
      const seeService = refuseRepeated(context, 'service');
      for (const [service, at] of listed(cluster, 'services', path)) seeService(service, at);
      for (const [group, at] of listed(cluster, 'groups', path)) {
        seeGroup(group, at);
        if (isObject(group)) seeProvider(group.capacityProvider, [...at, 'capacityProvider']);
      }
    }
  }, BESIDE_OTHERS);

export type FleetDocument = z.output<typeof fleetSchema>;
export type ClusterDocument = FleetDocument['clusters'][number];

/** For editors, as what may be written. What refers to something else in the document is checked when it is read. */
export function fleetJsonSchema(): object {
  return { title: 'A fleet for the simulator of Ebbtide', ...z.toJSONSchema(fleetSchema, { io: 'input' }) };
}
