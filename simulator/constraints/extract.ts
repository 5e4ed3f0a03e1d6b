import type { Constraint, ConstraintTable } from './constraint.ts';

/** The parts of a botocore `service-2.json` that carry constraints. */
export interface ServiceModel {
  readonly metadata: { readonly apiVersion: string };
  readonly operations: Readonly<Record<string, { readonly input?: ShapeReference }>>;
  readonly shapes: Readonly<Record<string, ModelShape>>;
}

interface ShapeReference {
  readonly shape: string;
}

interface ModelShape {
  readonly type: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly members?: Readonly<Record<string, ShapeReference>>;
  readonly member?: ShapeReference;
  readonly key?: ShapeReference;
  readonly value?: ShapeReference;
}

/** Where the model says other than the service does. */
const NOT_ENFORCED: ReadonlySet<string> = new Set([
  // The names of message attributes are valid here (API reference, ReceiveMessage); the model lists those of queues.
  'ReceiveMessageRequest.AttributeNames',
]);

/**
 * Takes out of a service's model what it demands of the inputs of some operations, and no more: numbers, patterns and
 * sets of values, by the model's own names. Shapes that demand nothing are left out.
 *
 * @throws Error for an operation that the model does not have
 */
export function extractConstraints(model: ServiceModel, operations: readonly string[]): ConstraintTable {
  const kept = new Map<string, Constraint>();
  const isDemanding = findDemanding(model);
  const keep = (name: string): string | undefined => {
    if (!isDemanding(name)) return undefined;
    if (!kept.has(name)) {
      // Registered before its members are looked at: shapes are recursive.
      kept.set(name, {});
      kept.set(name, constraintOf(name, shapeNamed(model, name), keep));
    }
    return name;
  };
  const inputs = operations.toSorted().map((operation) => {
    const described = model.operations[operation];
    if (described === undefined) throw new Error(`The model has no operation ${operation}`);
    return [operation, (described.input && keep(described.input.shape)) ?? null] as const;
  });
  return {
    apiVersion: model.metadata.apiVersion,
    operations: Object.fromEntries(inputs),
    shapes: Object.fromEntries([...kept].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function constraintOf(name: string, shape: ModelShape, keep: (name: string) => string | undefined): Constraint {
  const members = Object.entries(shape.members ?? {}).flatMap(([member, reference]) => {
    const kept = NOT_ENFORCED.has(`${name}.${member}`) ? undefined : keep(reference.shape);
    return kept === undefined ? [] : [[member, kept]];
  });
  const parts = {
    min: shape.min,
    max: shape.max,
    pattern: shape.pattern,
    enum: shape.enum,
    members: members.length === 0 ? undefined : Object.fromEntries(members),
    item: shape.member && keep(shape.member.shape),
    key: shape.key && keep(shape.key.shape),
    value: shape.value && keep(shape.value.shape),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
}

/** Whether a shape, or anything that it is made of, demands something. */
function findDemanding(model: ServiceModel): (name: string) => boolean {
  const known = new Map<string, boolean>();
  // What a recursive shape answers half-way round is not kept: only the question's own answer is whole.
  const search = (name: string, seen: Set<string>): boolean => {
    if (seen.has(name)) return false;
    seen.add(name);
    const shape = shapeNamed(model, name);
    const parts = [...Object.values(shape.members ?? {}), shape.member, shape.key, shape.value];
    return isConstrained(shape) || parts.some((part) => part !== undefined && search(part.shape, seen));
  };
  return (name) => {
    const answer = known.get(name) ?? search(name, new Set());
    known.set(name, answer);
    return answer;
  };
}

function isConstrained({ min, max, pattern, enum: values }: ModelShape): boolean {
  return [min, max, pattern, values].some((part) => part !== undefined);
}

function shapeNamed(model: ServiceModel, name: string): ModelShape {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`The model has no shape ${name}`);
  return shape;
}
