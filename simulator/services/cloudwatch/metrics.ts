/** A metric: its namespace, name and exact set of dimensions. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export type Statistic = 'Sum' | 'Average' | 'Minimum' | 'Maximum' | 'SampleCount' | `p${number}`;

/** Values that were published together, with all that is known of them. */
export interface Sample {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
}

/** A metric that was published, with the number of its first sample: they are listed in that order. */
export interface KnownMetric extends Metric {
  readonly serial: number;
  readonly lastAtMs: number;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Series extends Metric {
  readonly serial: number;
  readonly minutes: Map<number, Sample[]>;
  lastAtMs: number;
}

const MINUTE_MS = 60_000;
/** Two weeks: how far back PutMetricData takes samples. CloudWatch itself keeps minutes for 15 days. */
export const RETENTION_MS = 14 * 86_400_000;
/** CloudWatch's word for a value without a unit. */
export const NO_UNIT = 'None';

/** All samples of all metrics, by minute: CloudWatch's standard resolution. */
export class Metrics {
  readonly #series = new Map<string, Series>();

  put(metric: Metric, value: number, atMs: number, unit = NO_UNIT): void {
    this.record(metric, { count: 1, sum: value, min: value, max: value, unit }, atMs);
  }

  record(metric: Metric, sample: Sample, atMs: number): void {
    const key = keyOf(metric);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { ...metric, serial: this.#series.size, minutes: new Map(), lastAtMs: atMs };
      this.#series.set(key, series);
    }
    series.lastAtMs = Math.max(series.lastAtMs, atMs);
    const minute = Math.floor(atMs / MINUTE_MS);
    const samples = series.minutes.get(minute);
    if (samples) samples.push(sample);
    else series.minutes.set(minute, [sample]);
  }

  /** A statistic over `[fromMs, toMs)`, whole minutes; undefined where there are no samples (of that unit). */
  statistic(metric: Metric, statistic: Statistic, span: Span, unit?: string): number | undefined {
    const series = this.#series.get(keyOf(metric));
    const samples: Sample[] = [];
    for (let minute = Math.floor(span.fromMs / MINUTE_MS); minute * MINUTE_MS < span.toMs; minute++) {
      samples.push(...(series?.minutes.get(minute) ?? []));
    }
    return compute(unit === undefined ? samples : samples.filter((sample) => sample.unit === unit), statistic);
  }

  /** The samples within a span by the beginning of their period; ascending, without empty periods. */
  periods(metric: Metric, span: Span, periodMs: number): readonly (readonly [atMs: number, samples: Sample[]])[] {
    const periods = new Map<number, Sample[]>();
    for (const [minute, samples] of this.#series.get(keyOf(metric))?.minutes ?? []) {
      const atMs = minute * MINUTE_MS;
      if (atMs < span.fromMs || atMs >= span.toMs) continue;
      const startMs = span.fromMs + Math.floor((atMs - span.fromMs) / periodMs) * periodMs;
      periods.set(startMs, [...(periods.get(startMs) ?? []), ...samples]);
    }
    return [...periods].sort(([a], [b]) => a - b);
  }

  list(): readonly KnownMetric[] {
    return [...this.#series.values()];
  }

  dropOld(nowMs: number): void {
    const oldest = Math.floor((nowMs - RETENTION_MS) / MINUTE_MS);
    for (const { minutes } of this.#series.values()) {
      for (const minute of minutes.keys()) {
        if (minute >= oldest) break;
        minutes.delete(minute);
      }
    }
  }
}

function keyOf({ namespace, name, dimensions }: Metric): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}

/** Undefined without samples, and for a percentile of values that are not known one by one (GetMetricStatistics). */
export function compute(samples: readonly Sample[], statistic: Statistic): number | undefined {
  if (samples.length === 0) return undefined;
  const sum = samples.reduce((total, sample) => total + sample.sum, 0);
  const count = samples.reduce((total, sample) => total + sample.count, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / count;
    case 'Minimum':
      return samples.reduce((least, { min }) => Math.min(least, min), Number.POSITIVE_INFINITY);
    case 'Maximum':
      return samples.reduce((most, { max }) => Math.max(most, max), Number.NEGATIVE_INFINITY);
    case 'SampleCount':
      return count;
    default:
      return percentile(samples, count, Number(statistic.slice(1)));
  }
}

function percentile(samples: readonly Sample[], count: number, percent: number): number | undefined {
  if (samples.some(({ min, max }) => min !== max || min < 0)) return undefined;
  const rank = Math.max(1, Math.ceil((percent / 100) * count));
  let passed = 0;
  for (const sample of samples.toSorted((a, b) => a.min - b.min)) {
    passed += sample.count;
    if (passed >= rank) return sample.min;
  }
  return undefined;
}
