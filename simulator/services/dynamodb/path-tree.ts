import type { Path } from './expression-terms.ts';
import type { Item, Value } from './value.ts';

/** Paths that do not overlap, as a tree: a leaf carries what is to happen there. */
export interface PathTree<Leaf> {
  readonly children: Map<string | number, PathTree<Leaf>>;
  leaf?: Leaf;
}

export function buildPathTree<Leaf>(entries: readonly (readonly [Path, Leaf])[]): PathTree<Leaf> {
  const root: PathTree<Leaf> = { children: new Map() };
  for (const [path, leaf] of entries) {
    let node = root;
    for (const step of path) {
      const child: PathTree<Leaf> = node.children.get(step) ?? { children: new Map() };
      node.children.set(step, child);
      node = child;
    }
    node.leaf = leaf;
  }
  return root;
}

/** What a projection (or UPDATED_OLD and UPDATED_NEW) shows of an item: the values at these paths, within their parents. */
export function project(item: Item, paths: readonly Path[]): Item {
  return extract({ M: item }, buildPathTree(paths.map((path) => [path, true])))?.M ?? {};
}

function extract(value: Value, node: PathTree<true>): Value | undefined {
  if (node.leaf) return value;
  const { L, M } = value;
  // Children of a node are all names or all positions: paths that mix them conflict and were refused.
  if (L) {
    const elements = [...node.children]
      .filter((entry): entry is [number, PathTree<true>] => typeof entry[0] === 'number')
      .sort(([a], [b]) => a - b)
      .map(([index, child]) => extractChild(L[index], child));
    const found = elements.filter((element) => element !== undefined);
    return found.length > 0 ? { L: found } : undefined;
  }
  const found = [...node.children].flatMap(([name, child]) => {
    const member = extractChild(M !== undefined && Object.hasOwn(M, name) ? M[name] : undefined, child);
    return member === undefined ? [] : [[name, member] as const];
  });
  return found.length > 0 ? { M: Object.fromEntries(found) } : undefined;
}

function extractChild(value: Value | undefined, node: PathTree<true>): Value | undefined {
  return value === undefined ? undefined : extract(value, node);
}
