import type { SettingName } from '../../shared/config/settings.ts';
import type { Random } from '../../simulator/kernel/random.ts';

/** As an operator would give them. */
export type Settings = Readonly<Partial<Record<SettingName, string>>>;

/**
 * Values that an operator may choose, most of them short enough for what they lead to to happen within a quarter of an hour.
 * The ladder's steps come one after the other, as its documentation has them.
 */
export function drawSettings(random: Random): Settings {
  const scope = random.fork('scope');
  return { clusters: scope.chance(0.6) ? '*' : '*,!cluster-1', ...drawPolicy(random) };
}

/** What a later deployment may change; the terms of a world are then those of both. */
const CHANGEABLE = [
  'drainDeadlineMinutes',
  'lostContactMinutes',
  'drainStalledMinutes',
  'standaloneTasks',
  'nonBlockingGroups',
] as const satisfies readonly SettingName[];

/** The settings that the stack is deployed with anew, where that happens: sometimes to stop all that it does, or to begin. */
export function drawRedeployed(random: Random, { mode, clusters }: Settings): Settings {
  const other = drawPolicy(random.fork('settings'));
  const names = random.shuffle(CHANGEABLE).slice(0, random.integer(0, 3));
  return {
    ...Object.fromEntries(names.map((name) => [name, other[name] ?? ''])),
    ...(random.fork('mode').chance(0.25) && { mode: mode === 'observe' ? 'act' : 'observe' }),
    ...(random.fork('scope').chance(0.25) && { clusters: clusters === '*' ? '*,!cluster-0' : '*' }),
  };
}

/** What single clusters want otherwise, by their tags. */
export function drawClusterTags(random: Random): Readonly<Record<string, string>> {
  const tags = [
    { 'ebbtide:mode': 'observe' },
    { 'ebbtide:repairs': 'off' },
    { 'ebbtide:drain-deadline-minutes': String(random.pick([3, 10, 20])) },
    { 'ebbtide:disconnected-alert-minutes': '8' },
    { 'ebbtide:drain-deadline-minutes': 'soon' },
    { 'ebbtide:standalone-tasks': 'stop', 'ebbtide:lost-contact-minutes': '8' },
  ];
  return random.chance(0.35) ? random.pick(tags) : {};
}

/** What somebody tags a cluster with while things happen in it: sometimes to stop all that is done there, or to begin. */
export function drawRetagged(random: Random): Readonly<Record<string, string>> {
  return random.pick([
    {},
    { 'ebbtide:mode': 'observe' },
    { 'ebbtide:mode': 'act' },
    { 'ebbtide:repairs': random.pick(['on', 'off']) },
    { 'ebbtide:drain-deadline-minutes': String(random.pick([3, 10, 20])) },
    { 'ebbtide:standalone-tasks': 'stop', 'ebbtide:lost-contact-minutes': '8' },
    { 'ebbtide:drain-deadline-minutes': 'later' },
  ]);
}

function drawPolicy(random: Random): Settings {
  const alertMinutes = random.pick([2, 4, 6, 10]);
  const laterOrOff = (afterMinutes: number) =>
    random.chance(0.4) ? String(alertMinutes + afterMinutes + random.integer(0, 4)) : 'off';
  return inOrder({
    mode: random.chance(0.08) ? 'observe' : 'act',
    drainDeadlineMinutes: String(random.pick([3, 6, 12, 45])),
    drainDeadlineResult: random.pick(['CONTINUE', 'CONTINUE', 'ABANDON', 'RESTORE']),
    drainStalledMinutes: random.pick(['off', '2', '3', '5']),
    standaloneTasks: random.pick(['wait', 'wait', 'stop']),
    nonBlockingGroups: random.pick(['none', 'none', 'family:optional']),
    lostContactMinutes: String(random.pick([3, 5, 10])),
    rebalance: random.pick(['off', 'drain', 'replace']),
    scheduledChangeLeadMinutes: random.pick(['off', '15', '30']),
    interruptionSpared: random.pick(['restore', 'alert']),
    disconnectedAlertMinutes: random.chance(0.1) ? 'off' : String(alertMinutes),
    disconnectedRestartMinutes: laterOrOff(1),
    disconnectedReplaceMinutes: laterOrOff(3),
    disconnectedDeregisterMinutes: laterOrOff(8),
    disconnectedDeregisterRunning: random.pick(['no', 'no', 'yes']),
    launchDeadlineMinutes: String(random.pick([3, 5, 15])),
    launchDeadlineResult: random.pick(['ABANDON', 'CONTINUE']),
    unregisteredMinutes: random.pick(['off', '5', '10']),
    unregisteredAction: random.pick(['alert', 'replace']),
    repairs: random.chance(0.15) ? 'off' : 'on',
    repairsPerHourMax: String(random.pick([1, 3, 20])),
    outageSharePercent: String(random.pick([30, 60, 100])),
    outageCountMin: String(random.pick([2, 3, 5])),
    alertFormat: random.pick(['text', 'text', 'chat']),
  });
}

/** A restart after the replacement would be refused. */
function inOrder(settings: Settings): Settings {
  const { disconnectedRestartMinutes: restart, disconnectedReplaceMinutes: replace } = settings;
  const isLate = Number(restart) > Number(replace);
  return deregisteringSoon({ ...settings, ...(isLate && { disconnectedRestartMinutes: replace }) });
}

/** Where no step comes before it, the last one need not wait for longer than most worlds last. */
function deregisteringSoon(settings: Settings): Settings {
  const { disconnectedRestartMinutes, disconnectedReplaceMinutes, disconnectedDeregisterMinutes = 'off' } = settings;
  const isAlone = disconnectedRestartMinutes === 'off' && disconnectedReplaceMinutes === 'off';
  if (!isAlone || disconnectedDeregisterMinutes === 'off') return settings;
  return { ...settings, disconnectedDeregisterMinutes: String(Number(disconnectedDeregisterMinutes) - 5) };
}
