import * as ssm from '@aws-sdk/client-ssm';
import type { Kernel } from '../../kernel/kernel.ts';
import type { SimulatedService } from '../../wire/service.ts';
import { type CommandRunner, commandOperations } from './commands.ts';
import { instanceOperations, type ManagedInstance } from './managed-instances.ts';
import { parameterOperations } from './parameters.ts';

export interface SsmDependencies {
  /** What an instance does with a command; default: no instance is managed. */
  readonly onCommand?: CommandRunner | undefined;
  /** Those that have registered; default: none. */
  readonly managedInstances?: (() => readonly ManagedInstance[]) | undefined;
}

/** Systems Manager (JSON 1.1): Run Command, what it knows of instances, and Parameter Store. */
export function createSsmService(kernel: Kernel, dependencies: SsmDependencies): SimulatedService {
  const { onCommand = () => ({ kind: 'unmanaged' }), managedInstances = () => [] } = dependencies;
  return {
    name: 'ssm',
    protocol: 'awsJson1_1',
    schemas: { ...ssm },
    operations: {
      ...commandOperations(kernel, onCommand),
      ...instanceOperations(kernel, managedInstances),
      ...parameterOperations(kernel),
    },
  };
}
