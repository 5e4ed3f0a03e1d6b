import type { _InstanceType, ArchitectureType } from '@aws-sdk/client-ec2';

/** What of an instance type matters to a fleet of container instances. */
export interface InstanceTypeFacts {
  readonly name: _InstanceType;
  readonly vCpus: number;
  readonly memoryMiB: number;
  readonly architecture: ArchitectureType;
}

/** Sizes of a family, from `large`: 2 vCPUs, and twice as much of everything with each step (Instance types guide). */
const SIZES = ['large', 'xlarge', '2xlarge', '4xlarge'] as const;

/** MiB of memory of the `large`, by family: compute, general and memory optimised. */
const FAMILIES: readonly (readonly [family: string, largeMiB: number, architecture: ArchitectureType])[] = [
  ['c5', 4_096, 'x86_64'],
  ['c6g', 4_096, 'arm64'],
  ['c6i', 4_096, 'x86_64'],
  ['c7g', 4_096, 'arm64'],
  ['m5', 8_192, 'x86_64'],
  ['m6g', 8_192, 'arm64'],
  ['m6i', 8_192, 'x86_64'],
  ['m7g', 8_192, 'arm64'],
  ['r5', 16_384, 'x86_64'],
  ['r6g', 16_384, 'arm64'],
  ['r6i', 16_384, 'x86_64'],
];

const BURSTABLE: readonly (readonly [size: string, vCpus: number, memoryMiB: number])[] = [
  ['micro', 2, 1_024],
  ['small', 2, 2_048],
  ['medium', 2, 4_096],
  ['large', 2, 8_192],
  ['xlarge', 4, 16_384],
];

/** The types that can be launched by API: a selection of those that container instances are made of. */
export const INSTANCE_TYPES: ReadonlyMap<string, InstanceTypeFacts> = new Map(
  [
    facts('m1.small', 1, 1_740, 'x86_64'),
    ...FAMILIES.flatMap(([family, largeMiB, architecture]) =>
      SIZES.map((size, step) => facts(`${family}.${size}`, 2 * 2 ** step, largeMiB * 2 ** step, architecture)),
    ),
    ...BURSTABLE.map(([size, vCpus, memoryMiB]) => facts(`t3.${size}`, vCpus, memoryMiB, 'x86_64')),
    ...BURSTABLE.map(([size, vCpus, memoryMiB]) => facts(`t4g.${size}`, vCpus, memoryMiB, 'arm64')),
  ].map((type) => [type.name, type]),
);

function facts(name: string, vCpus: number, memoryMiB: number, architecture: ArchitectureType): InstanceTypeFacts {
  return { name: name as _InstanceType, vCpus, memoryMiB, architecture };
}
