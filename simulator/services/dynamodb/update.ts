import { addDecimals, formatDecimal, negate, parseDecimal } from './decimal.ts';
import { validationError } from './errors.ts';
import { valueAt } from './expression-terms.ts';
import { buildPathTree, type PathTree } from './path-tree.ts';
import type { UpdateAction, UpdateValue } from './update-syntax.ts';
import { canonicalText, type Item, typeOf, type Value } from './value.ts';

/** What becomes of the value at one place: a new value, or nothing. */
type Change = (existing: Value | undefined) => Value | undefined;

/** Applies an update. Every operand is read from the item as it was before. */
export function applyUpdate(actions: readonly UpdateAction[], item: Item): Item {
  const changes = actions.map((action) => [action.path, changeOf(action, item)] as const);
  return change({ M: item }, buildPathTree(changes))?.M ?? {};
}

function changeOf(action: UpdateAction, item: Item): Change {
  switch (action.kind) {
    case 'SET': {
      const value = evaluate(action.value, item);
      return () => value;
    }
    case 'REMOVE':
      return () => undefined;
    case 'ADD':
      return (existing) => add(existing, action.value);
    case 'DELETE':
      return (existing) => existing && subtract(existing, action.value);
  }
}

function evaluate(expression: UpdateValue, item: Item): Value {
  switch (expression.kind) {
    case 'value':
      return expression.value;
    case 'path': {
      const value = valueAt(item, expression.path);
      if (value) return value;
      throw validationError('The provided expression refers to an attribute that does not exist in the item');
    }
    case 'if_not_exists':
      return valueAt(item, expression.path) ?? evaluate(expression.otherwise, item);
    case 'list_append': {
      const [left, right] = [evaluate(expression.left, item).L, evaluate(expression.right, item).L];
      if (left === undefined || right === undefined) throw wrongType();
      return { L: [...left, ...right] };
    }
    case 'sum': {
      const [left, right] = [evaluate(expression.left, item).N, evaluate(expression.right, item).N];
      if (left === undefined || right === undefined) throw wrongType();
      const addend = parseDecimal(right);
      return { N: formatDecimal(addDecimals(parseDecimal(left), expression.sign === '+' ? addend : negate(addend))) };
    }
  }
}

function wrongType(): Error {
  return validationError('An operand in the update expression has an incorrect data type');
}

function add(existing: Value | undefined, value: Value): Value {
  if (existing === undefined) return value;
  if (typeOf(existing) !== typeOf(value)) throw wrongType();
  if (existing.N !== undefined && value.N !== undefined) {
    return { N: formatDecimal(addDecimals(parseDecimal(existing.N), parseDecimal(value.N))) };
  }
  const known = new Set(elementsOf(existing).map(canonicalText));
  return toSet(value, [
    ...elementsOf(existing),
    ...elementsOf(value).filter((each) => !known.has(canonicalText(each))),
  ]);
}

/** A set without some elements; an empty set cannot be stored, so the attribute goes. */
function subtract(existing: Value, value: Value): Value | undefined {
  if (typeOf(existing) !== typeOf(value)) throw wrongType();
  const removed = new Set(elementsOf(value).map(canonicalText));
  const rest = elementsOf(existing).filter((each) => !removed.has(canonicalText(each)));
  return rest.length === 0 ? undefined : toSet(value, rest);
}

function elementsOf({ SS, NS, BS }: Value): readonly Value[] {
  return SS?.map((S) => ({ S })) ?? NS?.map((N) => ({ N })) ?? BS?.map((B) => ({ B })) ?? [];
}

function toSet(like: Value, elements: readonly Value[]): Value {
  if (like.SS) return { SS: elements.flatMap(({ S }) => (S === undefined ? [] : [S])) };
  if (like.NS) return { NS: elements.flatMap(({ N }) => (N === undefined ? [] : [N])) };
  return { BS: elements.flatMap(({ B }) => (B === undefined ? [] : [B])) };
}

function change(existing: Value | undefined, node: PathTree<Change>): Value | undefined {
  if (node.leaf) return node.leaf(existing);
  const steps = [...node.children];
  if (existing?.M && steps.every(([step]) => typeof step === 'string')) {
    const members: Record<string, Value> = { ...existing.M };
    for (const [name, child] of node.children) {
      const changed = change(Object.hasOwn(members, name) ? members[name] : undefined, child);
      if (changed === undefined) delete members[name];
      else members[name] = changed;
    }
    return { M: members };
  }
  if (existing?.L && steps.every(([step]) => typeof step === 'number')) {
    return { L: changeList(existing.L, node) };
  }
  throw validationError('The document path provided in the update expression is invalid for update');
}

/** Positions are those before the update; a value that is set beyond the end is appended. */
function changeList(list: readonly Value[], node: PathTree<Change>): readonly Value[] {
  const elements: (Value | undefined)[] = [...list];
  const beyond: [number, Value][] = [];
  for (const [step, child] of node.children) {
    const index = Number(step);
    const changed = change(list[index], child);
    if (index < list.length) elements[index] = changed;
    else if (changed) beyond.push([index, changed]);
  }
  const appended = beyond.sort(([a], [b]) => a - b).map(([, value]) => value);
  return [...elements.filter((element) => element !== undefined), ...appended];
}
