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
  try {
    await sweep(runtime, {
      endsAtMs: runtime.now() + context.getRemainingTimeInMillis(),
      hasTime: () => context.getRemainingTimeInMillis() > TIME_TO_FINISH_MS,
    });
  } finally {
    await sendAlerts(runtime, runtime.timeLimit(context.getRemainingTimeInMillis() - TIME_TO_ANSWER_MS));
    if (runtime.metrics.hasStoredMetrics()) runtime.metrics.publishStoredMetrics();
  }
}
