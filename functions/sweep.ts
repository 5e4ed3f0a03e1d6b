import type { Context } from 'aws-lambda';
import { sendAlerts } from '../shared/alerts/publish.ts';
import { sweep } from '../shared/reviews/sweep.ts';
import { createRuntime } from '../shared/runtime.ts';

/** Leaves the function time to answer after the last look. */
const TIME_TO_FINISH_MS = 8_000;

/** Of it, what is kept for saying that alerts could not be sent. */
const TIME_TO_ANSWER_MS = 1_000;

const runtime = createRuntime();

/** Once a minute: finds whatever no event told of. Failures make the invocation fail, so that its alarm sees them. */
export async function handler(_event: unknown, context: Context): Promise<void> {
  runtime.logger.addContext(context);
  const parts = [
    () =>
      sweep(runtime, {
        endsAtMs: runtime.now() + context.getRemainingTimeInMillis(),
        hasTime: () => context.getRemainingTimeInMillis() > TIME_TO_FINISH_MS,
      }),
    () => sendAlerts(runtime, runtime.timeLimit(context.getRemainingTimeInMillis() - TIME_TO_ANSWER_MS)),
  ];
  const errors: unknown[] = [];
  for (const part of parts) await part().catch((error: unknown) => errors.push(error));
  if (runtime.metrics.hasStoredMetrics()) runtime.metrics.publishStoredMetrics();
  if (errors.length > 1) throw new AggregateError(errors, errors.join('; '));
  for (const error of errors) throw error;
}
