import type { EnvironmentOptions } from './environment.ts';

/** Lambda Developer Guide, "Defined runtime environment variables", and the template's own. */
export function environmentVariables({ kernel, fn, id, accessKeyId }: EnvironmentOptions): Record<string, string> {
  const day = new Date(kernel.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
  return {
    ...fn.environment,
    _HANDLER: fn.handler,
    AWS_REGION: kernel.place.region,
    AWS_DEFAULT_REGION: kernel.place.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
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
    AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
    LAMBDA_TASK_ROOT: '/var/task',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    NODE_PATH: '/opt/nodejs/node_modules:/var/runtime/node_modules',
  };
}
