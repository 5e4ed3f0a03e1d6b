import { count, duration } from '../../display/text.ts';
import type { Tally } from '../tally.ts';
import type { Took } from '../view.ts';

export function tellTally(tally: Tally, { playingMs, inAllMs }: Took): string[] {
  const { failures } = tally;
  return [
    `${count(tally.seeds, 'seed')} in ${duration(playingMs)}, ${(tally.seeds / (playingMs / 1_000)).toFixed(2)} a second; ` +
      `${duration(tally.cpuMs)} of processor time.`,
    ...(failures.length > 0 && inAllMs > playingMs
      ? [`With making failures smaller: ${duration(inAllMs)} in all.`]
      : []),
    `${duration(tally.virtualMs)} of virtual time, ${count(Math.round(tally.instanceHours), 'instance-hour')}, ` +
      `${count(tally.calls, 'call')}, ${count(tally.alerts, 'message')}, ${count(tally.checks, 'check')}.`,
    `Faults: ${counts(tally.faults)}.`,
    `Pushes: ${counts(tally.pushes)}.`,
    ...(failures.length === 0
      ? ['All invariants held.']
      : [`${count(failures.length, 'seed')} failed:`, ...tellFailures(failures)]),
  ];
}

/** One line for all seeds that failed in the same way. */
function tellFailures(failures: Tally['failures']): string[] {
  const byName = Map.groupBy(failures, ({ kind, name }) => `${kind}: ${name}`);
  return [...byName].map(([name, same]) => `  ${name} (seeds ${same.map(({ seed }) => seed).join(', ')})`);
}

function counts(of: Readonly<Record<string, number>>): string {
  return (
    Object.entries(of)
      .map(([kind, number]) => `${kind} ${number}`)
      .join(', ') || 'none'
  );
}
