import type { ClusterArn, ContainerInstanceArn, TaskArn } from './model.ts';

/** `arn:aws:ecs:eu-west-1:111122223333:cluster/prod` -> `prod`. */
export function clusterName(arn: ClusterArn): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** The last part of a task's or container instance's ARN, as the console shows it. */
export function shortId(arn: TaskArn | ContainerInstanceArn): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** The partition of any ARN: `aws`, `aws-cn`, `aws-us-gov`. */
export function partitionOf(arn: string): string {
  return arn.split(':')[1] ?? '';
}

/** The region of any ARN. */
export function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}

/** `arn:aws:ecs:...:container-instance/prod/0f9d...` -> the ARN of cluster `prod`, for the long form of ARNs. */
export function clusterArnOf(arn: ContainerInstanceArn | TaskArn): ClusterArn | undefined {
  const [prefix, name, id] = arn.split('/');
  if (prefix === undefined || name === undefined || id === undefined) return undefined;
  return `${prefix.slice(0, prefix.lastIndexOf(':'))}:cluster/${name}`;
}
