import type { Fact } from './fact.ts';
import type { Terms } from './terms.ts';

type News = Fact & { readonly kind: 'end announced' | 'end called off' };

/** What AWS has said of the instances that it will take. */
export class Announcements {
  /** By EC2 instance and announcement: when it was called off, in epoch milliseconds; infinite: it was not. */
  readonly #calledOffMs = new Map<string, Map<string, number>>();

  record({ kind, ec2InstanceId, announcement, atMs }: News): void {
    const all = this.#calledOffMs.get(ec2InstanceId) ?? new Map<string, number>();
    this.#calledOffMs.set(ec2InstanceId, all);
    all.set(announcement, kind === 'end called off' ? atMs : Number.POSITIVE_INFINITY);
  }

  /** Whether AWS has ever said so: then nobody need take the instance for one that stays. */
  concern(ec2InstanceId: string): boolean {
    return this.#calledOffMs.has(ec2InstanceId);
  }

  /** Whether it may be treated as one that AWS takes: somebody may not have heard yet that it was called off. */
  mayHold(ec2InstanceId: string, { hearsWithinMs = 0, actsWithinMs = 0 }: Terms, nowMs: number): boolean {
    const ends = [...(this.#calledOffMs.get(ec2InstanceId)?.values() ?? [])];
    return ends.some((calledOffMs) => nowMs - calledOffMs <= hearsWithinMs + actsWithinMs);
  }
}
