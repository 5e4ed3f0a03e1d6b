import { AwsError } from './aws-error.ts';
import type { ListShape, MapShape, Shape, StructureShape, Target } from './shape.ts';

/** `awsQuery` and `ec2Query` differ in the names of members, in lists, and in their error codes. */
export type QueryDialect = 'awsQuery' | 'ec2Query';

/** A form's keys (`Filters.member.1.Name`) as a tree. */
interface Node {
  value: string | undefined;
  readonly children: Map<string, Node>;
}

/** Members of every query request that are no parameters of the operation. */
const PROTOCOL_KEYS = new Set(['Action', 'Version']);

/**
 * Reads a form body as the operation's input.
 *
 * @throws AwsError for a value that cannot be read as its type; in EC2 also for a parameter that the operation lacks
 */
export function readQuery(dialect: QueryDialect, shape: Shape, body: string): Record<string, unknown> {
  if (shape.kind !== 'structure') return {};
  return readStructure(dialect, shape, treeOf(body));
}

/** The `Action` of a form body. */
export function actionOf(body: string): string | undefined {
  return new URLSearchParams(body).get('Action') ?? undefined;
}

/** The name under which a member travels in a request. */
function parameterName(dialect: QueryDialect, name: string, target: Target): string {
  if (dialect === 'awsQuery') return target.xmlName ?? name;
  if (target.ec2QueryName !== undefined) return target.ec2QueryName;
  const own = target.xmlName ?? name;
  return own.charAt(0).toUpperCase() + own.slice(1);
}

function treeOf(body: string): Node {
  const root: Node = { value: undefined, children: new Map() };
  for (const [key, value] of new URLSearchParams(body)) {
    if (PROTOCOL_KEYS.has(key)) continue;
    let node = root;
    for (const part of key.split('.')) {
      let child = node.children.get(part);
      if (child === undefined) {
        child = { value: undefined, children: new Map() };
        node.children.set(part, child);
      }
      node = child;
    }
    node.value = value;
  }
  return root;
}

/** EC2 alone does so, at any depth, and names just the part that it does not know (aws/aws-sdk-js#57, #403). */
function refuseUnknown(node: Node, isKnown: (name: string) => boolean): void {
  const unknown = [...node.children.keys()].find((name) => !isKnown(name));
  if (unknown !== undefined) throw new AwsError('UnknownParameter', `The parameter ${unknown} is not recognized`);
}

function readStructure(dialect: QueryDialect, shape: StructureShape, node: Node): Record<string, unknown> {
  if (dialect === 'ec2Query') {
    const known = new Set(shape.members.map((member) => parameterName(dialect, member.name, member)));
    refuseUnknown(node, (name) => known.has(name));
  }
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const child = node.children.get(parameterName(dialect, member.name, member));
    if (child !== undefined) result[member.name] = readTarget(dialect, member, child, member.name);
  }
  return result;
}

function readTarget(dialect: QueryDialect, target: Target, node: Node, name: string): unknown {
  const { shape } = target;
  if (shape.kind === 'structure') return readStructure(dialect, shape, node);
  if (shape.kind === 'list') return readList(dialect, shape, target, node, name);
  if (shape.kind === 'map') return readMap(dialect, shape, target, node, name);
  if (node.value === undefined) throw unreadable(dialect, name, '');
  return readScalar(dialect, shape, node.value, name);
}

/** EC2 has no level of `member` between a list and its numbers; an empty list travels as a key without a value. */
function readList(dialect: QueryDialect, shape: ListShape, target: Target, node: Node, name: string): unknown[] {
  const isFlat = dialect === 'ec2Query' || target.isFlattened;
  const items = isFlat ? node : node.children.get(shape.member.xmlName ?? 'member');
  if (dialect === 'ec2Query') refuseUnknown(node, isNumber);
  return numbered(items).map((item) => readTarget(dialect, shape.member, item, name));
}

function readMap(
  dialect: QueryDialect,
  shape: MapShape,
  target: Target,
  node: Node,
  name: string,
): Record<string, unknown> {
  const entries = numbered(target.isFlattened ? node : node.children.get('entry'));
  const result: Record<string, unknown> = {};
  for (const entry of entries) {
    const key = entry.children.get(shape.key.xmlName ?? 'key')?.value;
    const value = entry.children.get(shape.value.xmlName ?? 'value');
    if (key !== undefined && value !== undefined) result[key] = readTarget(dialect, shape.value, value, name);
  }
  return result;
}

function numbered(node: Node | undefined): Node[] {
  if (node === undefined) return [];
  const entries = [...node.children].filter(([key]) => isNumber(key));
  return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);
}

function isNumber(key: string): boolean {
  return /^\d+$/.test(key);
}

function readScalar(dialect: QueryDialect, shape: Shape, text: string, name: string): unknown {
  if (shape.kind === 'boolean') {
    if (text !== 'true' && text !== 'false') throw unreadable(dialect, name, text);
    return text === 'true';
  }
  if (shape.kind === 'number' || shape.kind === 'bigDecimal') {
    const value = Number(text);
    if (text === '' || Number.isNaN(value)) throw unreadable(dialect, name, text);
    return value;
  }
  if (shape.kind === 'timestamp') {
    const instant = new Date(text);
    if (Number.isNaN(instant.getTime())) throw unreadable(dialect, name, text);
    return instant;
  }
  return shape.kind === 'blob' ? new Uint8Array(Buffer.from(text, 'base64')) : text;
}

/** EC2: "Error codes for the Amazon EC2 API"; the others: common errors of the query APIs. */
function unreadable(dialect: QueryDialect, name: string, text: string): AwsError {
  return dialect === 'ec2Query'
    ? new AwsError('InvalidParameterValue', `Value (${text}) for parameter ${name} is invalid.`)
    : new AwsError('MalformedInput', `Value '${text}' for ${name} can not be read as its type`);
}
