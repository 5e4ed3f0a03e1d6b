import { clusterName, partitionOf, regionOf, shortId } from '../domain/arns.ts';
import type { ClusterArn, ContainerInstanceArn } from '../domain/model.ts';

/** SNS: a subject has less than 100 characters, without line breaks or control characters (API Reference, Publish). */
const SUBJECT_LENGTH_MAX = 99;

/** Cuts a subject to what SNS takes. What is not ASCII becomes `?`: the reference asked for ASCII before. */
export function toSubject(text: string): string {
  const ascii = text.replace(/[^\x20-\x7e]/g, '?');
  return ascii.length <= SUBJECT_LENGTH_MAX ? ascii : `${ascii.slice(0, SUBJECT_LENGTH_MAX - 3)}...`;
}

/** `2026-01-05 08:00:30 UTC`. */
export function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `2 h 5 min`, `4 min 10 s`, `12 s`: the two largest units that matter. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return joined([days, 'd'], [hours % 24, 'h']);
  if (hours > 0) return joined([hours, 'h'], [minutes % 60, 'min']);
  if (minutes > 0) return joined([minutes, 'min'], [seconds % 60, 's']);
  return `${seconds} s`;
}

function joined(...parts: readonly [number, string][]): string {
  return parts
    .filter(([amount], index) => index === 0 || amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

/** The container instance's page in the ECS console. */
export function consoleLink(arn: ContainerInstanceArn, clusterArn: ClusterArn): string {
  return clusterLink(clusterArn, `infrastructure/container-instances/${shortId(arn)}`);
}

/** Partitions with a console of their own (AWS GovCloud (US) User Guide, Getting started with Amazon Web Services in China). */
const CONSOLES = new Map([
  ['aws-us-gov', 'console.amazonaws-us-gov.com'],
  ['aws-cn', 'console.amazonaws.cn'],
]);

/** A page of the cluster in the ECS console. */
export function clusterLink(clusterArn: ClusterArn, page: string): string {
  const region = regionOf(clusterArn);
  const host = CONSOLES.get(partitionOf(clusterArn)) ?? 'console.aws.amazon.com';
  return `https://${region}.${host}/ecs/v2/clusters/${clusterName(clusterArn)}/${page}?region=${region}`;
}

/** More lines than that nobody reads, and SNS takes no message of more than 256 KiB, DynamoDB no item of more than 400 KB. */
const LINES_MAX = 100;

/** Titled paragraphs, the empty ones left out; what is more than a long list is counted. */
export function sections(parts: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  return Object.entries(parts)
    .filter(([, text]) => text !== undefined && text.length > 0)
    .map(([title, text]) =>
      typeof text === 'string'
        ? `${title}: ${text}`
        : `${title}:\n${limited(text ?? [])
            .map((line) => `  - ${line}`)
            .join('\n')}`,
    )
    .join('\n');
}

function limited(lines: readonly string[]): readonly string[] {
  const more = lines.length - LINES_MAX;
  return more > 0 ? [...lines.slice(0, LINES_MAX), `and ${more} more`] : lines;
}
