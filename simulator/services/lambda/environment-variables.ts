import type { EnvironmentOptions } from './environment.ts';
import type { LambdaFunction } from './function.ts';

type Variables = Record<string, string>;
type Given = Pick<EnvironmentOptions, 'kernel' | 'id' | 'accessKeyId'> & { readonly fn: LambdaFunction };

/** Lambda Developer Guide, "Defined runtime environment variables", and the template's own. */
export function environmentVariables(given: Given): Variables {
  return {
    ...programVariables(given),
    AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
    LAMBDA_TASK_ROOT: '/var/task',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    NODE_PATH: '/opt/nodejs/node_modules:/var/runtime/node_modules',
  };
}

/** Those that are true of a program on the machine of the simulator as well: none that names a place in Lambda's file system. */
export function programVariables({ kernel, fn, id, accessKeyId }: Given): Variables {
  const day = new Date(kernel.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
  return {
    ...fn.environment,
    ...(fn.handler === undefined ? {} : { _HANDLER: fn.handler }),
    ...(fn.runtime === undefined ? {} : { AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}` }),
    AWS_REGION: kernel.place.region,
    AWS_DEFAULT_REGION: kernel.place.region,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: fn.logFormat,
    AWS_LAMBDA_LOG_GROUP_NAME: fn.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: `${day}/[$LATEST]${id}`,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: `secret-of-${accessKeyId}`,
    AWS_SESSION_TOKEN: `session-of-${accessKeyId}`,
  };
}
