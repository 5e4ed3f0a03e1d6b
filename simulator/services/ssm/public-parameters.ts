import type { ParameterVersion } from './parameters.ts';

/** The image of every simulated host, and the version of ECS's agent on it. */
const IMAGE = {
  schema_version: 1,
  image_name: 'al2023-ami-ecs-hvm-2023.0.20251201-kernel-6.1-x86_64',
  image_id: 'ami-0c0ffee0c0ffee0c0',
  image_version: '2023.0.20251201',
  os: 'Amazon Linux 2023',
  ecs_runtime_version: 'Docker version 25.0.13',
  ecs_agent_version: '1.98.0',
};
const RECOMMENDED = '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended';

/** "Retrieving Amazon ECS-optimized Linux AMI metadata": a document of the recommended image, and each of its members. */
export function publicParameters(changedAtMs: number): readonly (readonly [string, readonly ParameterVersion[]])[] {
  const parameter = (name: string, value: string) => [name, [{ type: 'String', value, changedAtMs }]] as const;
  const { schema_version: _, ...members } = IMAGE;
  return [
    parameter(RECOMMENDED, JSON.stringify(IMAGE)),
    ...Object.entries(members).map(([name, value]) => parameter(`${RECOMMENDED}/${name}`, value)),
  ];
}
