/** A metric: its namespace, name and exact set of dimensions. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export type Statistic = 'Sum' | 'Average' | 'Minimum' | 'Maximum' | 'SampleCount' | `p${number}`;

const MINUTE_MS = 60_000;
/** An alarm looks back a week at most (PutMetricAlarm); older data serve nobody here. */
const RETENTION_MS = 8 * 86_400_000;

/** All samples of all metrics, by minute: CloudWatch's standard resolution. */
export class Metrics {
  readonly #series = new Map<string, Map<number, number[]>>();

  put(metric: Metric, value: number, atMs: number): void {
    const key = keyOf(metric);
    const series = this.#series.get(key) ?? new Map<number, number[]>();
    this.#series.set(key, series);
    const minute = Math.floor(atMs / MINUTE_MS);
    const samples = series.get(minute);
    if (samples) samples.push(value);
    else series.set(minute, [value]);
  }

  /** A statistic over `[fromMs, toMs)`, whole minutes; undefined where there are no samples. */
  statistic(metric: Metric, statistic: Statistic, fromMs: number, toMs: number): number | undefined {
    const series = this.#series.get(keyOf(metric));
    const samples: number[] = [];
    for (let minute = Math.floor(fromMs / MINUTE_MS); minute * MINUTE_MS < toMs; minute++) {
      samples.push(...(series?.get(minute) ?? []));
    }
    return samples.length === 0 ? undefined : compute(samples, statistic);
  }

  dropOld(nowMs: number): void {
    const oldest = Math.floor((nowMs - RETENTION_MS) / MINUTE_MS);
    for (const series of this.#series.values()) {
      for (const minute of series.keys()) {
        if (minute >= oldest) break;
        series.delete(minute);
      }
    }
  }
}

function keyOf({ namespace, name, dimensions }: Metric): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}

function compute(samples: readonly number[], statistic: Statistic): number {
  const sum = samples.reduce((total, sample) => total + sample, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / samples.length;
    case 'Minimum':
      return samples.reduce((least, sample) => Math.min(least, sample));
    case 'Maximum':
      return samples.reduce((most, sample) => Math.max(most, sample));
    case 'SampleCount':
      return samples.length;
    default:
      return percentile(samples, Number(statistic.slice(1)));
  }
}

function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}
