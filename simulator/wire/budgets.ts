import type { Clock } from '../kernel/clock.ts';
import { AwsError } from './aws-error.ts';
import type { RequestBudget, SimulatedService } from './service.ts';

interface Bucket {
  readonly budget: RequestBudget;
  tokens: number;
  filledAtMs: number;
}

/** The token buckets of one account and region, refilled in virtual time. Operations without a budget are not limited. */
export class Budgets {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, services: readonly SimulatedService[]) {
    this.#clock = clock;
    for (const service of services) {
      for (const budget of service.budgets ?? []) {
        const bucket: Bucket = { budget, tokens: budget.burst, filledAtMs: clock.now() };
        for (const operation of budget.operations) this.#buckets.set(`${service.name}:${operation}`, bucket);
      }
    }
  }

  /** Takes one token. Throws the service's throttling error when the bucket is empty. */
  spend(service: SimulatedService, operation: string): void {
    const bucket = this.#buckets.get(`${service.name}:${operation}`);
    if (bucket === undefined) return;
    const nowMs = this.#clock.now();
    const refill = ((nowMs - bucket.filledAtMs) / 1000) * bucket.budget.perSecond;
    bucket.tokens = Math.min(bucket.budget.burst, bucket.tokens + refill);
    bucket.filledAtMs = nowMs;
    if (bucket.tokens < 1) throw throttled(service);
    bucket.tokens -= 1;
  }
}

/** How each protocol says that a budget is spent. EC2: "Request throttling for the Amazon EC2 API". */
export function throttled(service: SimulatedService): AwsError {
  switch (service.protocol) {
    case 'ec2Query':
      return new AwsError('RequestLimitExceeded', 'Request limit exceeded.', { status: 503 });
    case 'awsQuery':
      return new AwsError('Throttling', 'Rate exceeded');
    default:
      return new AwsError('ThrottlingException', 'Rate exceeded');
  }
}
