import type { SettingName } from '../../shared/config/settings.ts';
import type { Random } from '../../simulator/kernel/random.ts';

/** As an operator would give them. */
export type Settings = Readonly<Partial<Record<SettingName, string>>>;

/**
 * Values that an operator may choose, short enough for what they lead to to happen within a world of some hours.
 * The ladder's steps come one after the other, as its documentation has them.
 */
export function drawSettings(random: Random): Settings {
  const alertMinutes = random.pick([5, 10, 20]);
  const laterOrOff = (afterMinutes: number) =>
    random.chance(0.4) ? String(alertMinutes + afterMinutes + random.integer(0, 10)) : 'off';
  return {
    mode: random.chance(0.08) ? 'observe' : 'act',
    drainDeadlineMinutes: String(random.pick([10, 20, 30, 45])),
    drainDeadlineResult: random.pick(['CONTINUE', 'CONTINUE', 'ABANDON', 'RESTORE']),
    drainStalledMinutes: random.pick(['off', '3', '5', '15']),
    standaloneTasks: random.pick(['wait', 'wait', 'stop']),
    nonBlockingGroups: random.pick(['none', 'none', 'family:optional']),
    lostContactMinutes: String(random.pick([5, 10, 15])),
    rebalance: random.pick(['off', 'drain', 'replace']),
    scheduledChangeLeadMinutes: random.pick(['off', '15', '30']),
    interruptionSpared: random.pick(['restore', 'alert']),
    disconnectedAlertMinutes: random.chance(0.1) ? 'off' : String(alertMinutes),
    disconnectedRestartMinutes: laterOrOff(2),
    disconnectedReplaceMinutes: laterOrOff(10),
    disconnectedDeregisterMinutes: laterOrOff(20),
    disconnectedDeregisterRunning: random.pick(['no', 'no', 'yes']),
    launchDeadlineMinutes: String(random.pick([5, 15])),
    launchDeadlineResult: random.pick(['ABANDON', 'CONTINUE']),
    unregisteredMinutes: random.pick(['off', '15']),
    unregisteredAction: random.pick(['alert', 'replace']),
    repairs: random.chance(0.15) ? 'off' : 'on',
    repairsPerHourMax: String(random.pick([1, 3, 20])),
    outageSharePercent: String(random.pick([30, 60, 100])),
    outageCountMin: String(random.pick([2, 3, 5])),
    alertFormat: random.pick(['text', 'text', 'chat']),
  };
}
