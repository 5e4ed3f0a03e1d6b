import { AwsError } from '../../wire/aws-error.ts';

/** The first instant after `afterMs` (epoch milliseconds) at which a rule fires; undefined when it never does again. */
export type Schedule = (afterMs: number) => number | undefined;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** How far ahead a cron expression is searched: it then finds every 29 February. */
const SEARCH_DAYS_MAX = 366 * 9;
const UNIT_MS: Readonly<Record<string, number>> = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: DAY_MS };
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/**
 * Compiles `rate(5 minutes)` or `cron(0 10 ? * MON-FRI *)` (EventBridge User Guide, "Creating a rule that runs on a
 * schedule"; UTC). The calendar wildcards L, W and # are refused.
 */
export function compileSchedule(expression: string): Schedule {
  const rate = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression);
  if (rate) return compileRate(Number(rate[1]), UNIT_MS[rate[2] ?? ''] ?? 0, rate[3] === 's');
  const cron = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$/.exec(expression);
  if (cron) return compileCron(cron.slice(1));
  throw invalidSchedule();
}

function invalidSchedule(): AwsError {
  return new AwsError('ValidationException', 'Parameter ScheduleExpression is not valid.');
}

/** AWS insists on the grammar: `rate(1 minute)` but `rate(5 minutes)`. */
function compileRate(value: number, unitMs: number, plural: boolean): Schedule {
  if (value < 1 || (value === 1) === plural) throw invalidSchedule();
  return (afterMs) => afterMs + value * unitMs;
}

function compileCron([
  minutes = '',
  hours = '',
  days = '',
  months = '',
  weekdays = '',
  years = '',
]: string[]): Schedule {
  if ((days === '?') === (weekdays === '?')) throw invalidSchedule();
  const minute = compileField(minutes, 0, 59);
  const hour = compileField(hours, 0, 23);
  const day = compileField(days, 1, 31);
  const month = compileField(months, 1, 12, MONTHS);
  const weekday = compileField(weekdays, 1, 7, WEEKDAYS);
  const year = compileField(years, 1970, 2199);
  return (afterMs) => {
    const firstMs = (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS;
    for (let days = 0; days < SEARCH_DAYS_MAX; days++) {
      const dayMs = Math.floor(firstMs / DAY_MS) * DAY_MS + days * DAY_MS;
      const date = new Date(dayMs);
      if (!year(date.getUTCFullYear()) || !month(date.getUTCMonth() + 1)) continue;
      if (!day(date.getUTCDate()) || !weekday(date.getUTCDay() + 1)) continue;
      for (let atMs = Math.max(dayMs, firstMs); atMs < dayMs + DAY_MS; atMs += MINUTE_MS) {
        if (hour(new Date(atMs).getUTCHours()) && minute(new Date(atMs).getUTCMinutes())) return atMs;
      }
    }
    return undefined;
  };
}

function compileField(
  text: string,
  min: number,
  max: number,
  names: readonly string[] = [],
): (value: number) => boolean {
  const parse = (part: string): number => {
    const named = names.indexOf(part.toUpperCase());
    const value = named >= 0 ? named + min : /^\d+$/.test(part) ? Number(part) : Number.NaN;
    if (!(value >= min && value <= max)) throw invalidSchedule();
    return value;
  };
  const ranges = text.split(',').map((item) => {
    const [range = '', step] = item.split('/');
    const every = step === undefined ? 1 : Number(step);
    if (!Number.isInteger(every) || every < 1) throw invalidSchedule();
    if (range === '*' || range === '?') return { from: min, to: max, every };
    const [from = '', to] = range.split('-');
    const last = to !== undefined ? parse(to) : step !== undefined ? max : parse(from);
    return { from: parse(from), to: last, every };
  });
  return (value) => ranges.some(({ from, to, every }) => value >= from && value <= to && (value - from) % every === 0);
}
