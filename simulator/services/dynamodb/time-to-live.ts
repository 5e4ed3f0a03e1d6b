import type { Kernel } from '../../kernel/kernel.ts';
import { validationError } from './errors.ts';
import type { Table } from './table.ts';

/** "UpdateTimeToLive" API reference: a change takes up to an hour, and no other is taken meanwhile. */
const CHANGE_PAUSE_MS = 3_600_000;

/** Switches time to live on and off. Here a change takes effect at once. */
export class TimeToLiveSwitch {
  readonly #kernel: Kernel;
  readonly #changedAtMs = new WeakMap<Table, number>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  set(table: Table, attribute: string, isEnabled: boolean): void {
    const current = table.timeToLiveAttribute;
    if (isEnabled && current === attribute) throw validationError('TimeToLive is already enabled');
    if (!isEnabled && current === undefined) throw validationError('TimeToLive is already disabled');
    if (current !== undefined && current !== attribute) {
      throw validationError(`TimeToLive is active on a different AttributeName: current AttributeName is ${current}`);
    }
    const now = this.#kernel.clock.now();
    const changedAtMs = this.#changedAtMs.get(table);
    if (changedAtMs !== undefined && now - changedAtMs < CHANGE_PAUSE_MS) {
      throw validationError('Time to live has been modified multiple times within a fixed interval');
    }
    this.#changedAtMs.set(table, now);
    table.changeTimeToLive(isEnabled ? attribute : undefined);
  }

  describe({ timeToLiveAttribute }: Table): object {
    return timeToLiveAttribute === undefined
      ? { TimeToLiveStatus: 'DISABLED' }
      : { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLiveAttribute };
  }
}
