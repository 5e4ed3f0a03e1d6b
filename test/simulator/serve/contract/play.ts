import type { ServedWorld } from '../served-world.ts';
import type { Client } from './clients.ts';
import type { Story, Told } from './story.ts';

export interface Played {
  /** What each step was answered, in order. */
  readonly answers: readonly (readonly [operation: string, output: unknown])[];
  /** Operations that the client is too old for: the JavaScript client made the call in its place. */
  readonly lacking: readonly string[];
}

/** Puts a client through a story. Rejects with the first call that ends badly. */
export async function play(world: ServedWorld, { service, steps }: Story, client: Client): Promise<Played> {
  const answers: [string, unknown][] = [];
  const lacking: string[] = [];
  const told = tellOf(world, answers);
  for (const step of steps) {
    if (typeof step === 'number') {
      await world.control('advance', { seconds: step });
      continue;
    }
    const [operation, given = {}] = step;
    const input = typeof given === 'function' ? given(told) : given;
    const answer = await client.call(world, service, operation, input).catch((error: Error) => {
      throw new Error(`${service}:${operation}: ${error.name}: ${error.message}`, { cause: error });
    });
    if ('lacks' in answer) lacking.push(operation);
    answers.push([operation, 'output' in answer ? answer.output : await world.call(service, operation, input)]);
  }
  return { answers, lacking };
}

function tellOf(world: ServedWorld, answers: readonly (readonly [operation: string, output: unknown])[]): Told {
  const { containerInstances, tasks } = world.simulator.fleet.views;
  const instances = containerInstances();
  const task = (group: string) => tasks().find((one) => one.group === group)?.arn ?? '';
  return {
    instance: instances[0]?.arn ?? '',
    ec2InstanceIds: instances.map(({ ec2InstanceId }) => ec2InstanceId),
    task: task('family:job'),
    serviceTask: task('service:api'),
    answer: <Output>(operation: string) => answers.findLast(([name]) => name === operation)?.[1] as Output,
  };
}
