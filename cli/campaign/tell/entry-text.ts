import type { TraceEntry } from '../../../simulator/kernel/trace.ts';

type Fields = Readonly<Record<string, unknown>>;

const DETAIL_LENGTH_MAX = 160;

/** What a function logs with each line, and nobody reads twice. */
const IN_EVERY_LINE =
  /^(level|message|timestamp|service|cold_start|function_|sampling_rate|xray_trace_id|_aws|ec2InstanceId|incident$)/;

/** An entry of a trace as one line that a person can read. */
export function tellEntry(entry: TraceEntry): string {
  return `${entry.at.slice(11, 23)}  ${textOf(entry)}`;
}

function textOf({ at: _, kind, ...fields }: TraceEntry): string {
  switch (kind) {
    case 'call':
      return tellCall(fields);
    case 'event': {
      const event = fieldsOf(fields.event);
      return `event "${event['detail-type']}" ${brief(event.detail)}`;
    }
    case 'invocation': {
      const { errorType, errorMessage, coldStart } = fields;
      const more = [coldStart === true ? 'cold' : undefined, errorType, errorMessage].filter(Boolean).join(', ');
      return `${shortFunction(fields.function)} ${fields.phase}${more && `: ${more}`}`;
    }
    case 'log': {
      const { line } = fields;
      if (typeof line === 'string') return `${shortFunction(fields.function)} logs ${line.slice(0, DETAIL_LENGTH_MAX)}`;
      const told = Object.entries(fieldsOf(line)).filter(([name]) => !IN_EVERY_LINE.test(name));
      return `${shortFunction(fields.function)} logs "${fieldsOf(line).message}" ${brief(Object.fromEntries(told))}`;
    }
    case 'notification':
      return `alert "${fields.subject}"`;
    case 'world': {
      const { subject, change, ec2InstanceId, ...more } = fields;
      const on = ec2InstanceId === undefined || ec2InstanceId === subject ? '' : ` on ${ec2InstanceId}`;
      return `${shortName(String(subject))}${on}: ${change} ${brief(more)}`;
    }
    case 'note':
      return `* ${fields.text}`;
    default:
      return `${kind} ${brief(fields)}`;
  }
}

function tellCall({ service, operation, caller, input, output, error, fault }: Fields): string {
  const by = fieldsOf(caller).functionName;
  const struck = fieldsOf(fault).answer ?? (fault === undefined ? undefined : 'slow');
  const answer = error === undefined ? brief(output) : `${fieldsOf(error).code}: ${fieldsOf(error).message}`;
  const fate = struck === undefined ? '' : ` [fault: ${struck}, effect ${fieldsOf(fault).effect}]`;
  return `${by === undefined ? 'operator' : shortFunction(by)} calls ${service}:${operation} ${brief(input)} -> ${answer}${fate}`;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** `ebbtide-prod-sweep` -> `sweep`. */
function shortFunction(name: unknown): string {
  return String(name).split('-').at(-1) ?? '';
}

/** The last part of an ARN; anything else as it is. */
function shortName(text: string): string {
  return text.startsWith('arn:') ? (text.split(/[/:]/).at(-1) ?? text) : text;
}

function brief(value: unknown): string {
  const text = Object.entries(fieldsOf(value))
    .map(([name, one]) => `${name} ${inner(one)}`)
    .join(', ');
  return text.length > DETAIL_LENGTH_MAX ? `${text.slice(0, DETAIL_LENGTH_MAX - 1)}…` : text;
}

function inner(value: unknown): string {
  if (typeof value === 'string') return shortName(value);
  if (Array.isArray(value)) return `[${value.map(inner).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  // DynamoDB's typed values, and others with a single field, say nothing by its name.
  const entries = Object.entries(value);
  if (entries.length === 1 && /^[A-Z]+$/.test(entries[0]?.[0] ?? '')) return inner(entries[0]?.[1]);
  return `{${entries.map(([name, one]) => `${name} ${inner(one)}`).join(', ')}}`;
}
