import type { Alarm } from './alarm.ts';
import { type StateChange, timestamp } from './notification.ts';

export type HistoryItemType = 'ConfigurationUpdate' | 'StateUpdate' | 'Action';

/** One entry of an alarm's history (DescribeAlarmHistory). The data are JSON, as CloudWatch has them. */
export interface HistoryItem {
  readonly serial: number;
  readonly alarmName: string;
  readonly atMs: number;
  readonly type: HistoryItemType;
  readonly summary: string;
  readonly data: string;
}

/** Alarm history is kept for 30 days (CloudWatch User Guide, "Alarm history"). */
const RETENTION_MS = 30 * 86_400_000;

/** What happened to the alarms, deleted ones too, oldest first. */
export class AlarmHistory {
  readonly #items: HistoryItem[] = [];
  #count = 0;

  all(): readonly HistoryItem[] {
    return this.#items;
  }

  configured({ name }: Alarm, what: 'Create' | 'Update' | 'Delete', atMs: number): void {
    const verb = { Create: 'created', Update: 'updated', Delete: 'deleted' }[what];
    const data = { version: '1.0', type: what };
    this.#add({ alarmName: name, atMs, type: 'ConfigurationUpdate', summary: `Alarm "${name}" ${verb}` }, data);
  }

  changed({ alarm, from, to, reason, fromReason, atMs }: StateChange): void {
    const summary = `Alarm updated from ${from} to ${to}`;
    const oldState = { stateValue: from, stateReason: fromReason };
    const data = { version: '1.0', oldState, newState: { stateValue: to, stateReason: reason } };
    this.#add({ alarmName: alarm.name, atMs, type: 'StateUpdate', summary }, data);
  }

  /** @param error why the action failed; undefined: it did not */
  acted({ alarm, to, atMs }: StateChange, action: string, error: string | undefined): void {
    const outcome = error === undefined ? 'Successfully executed' : 'Failed to execute';
    const data = {
      actionState: error === undefined ? 'Succeeded' : 'Failed',
      stateUpdateTimestamp: timestamp(atMs),
      notificationResource: action,
      stateValue: to,
      error: error ?? null,
    };
    this.#add({ alarmName: alarm.name, atMs, type: 'Action', summary: `${outcome} action ${action}` }, data);
  }

  #add(item: Omit<HistoryItem, 'serial' | 'data'>, data: object): void {
    this.#items.push({ ...item, serial: this.#count++, data: JSON.stringify(data) });
    const oldestMs = item.atMs - RETENTION_MS;
    while ((this.#items[0]?.atMs ?? oldestMs) < oldestMs) this.#items.shift();
  }
}
