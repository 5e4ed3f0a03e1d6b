import type * as z from 'zod';
import { isObject } from '../services/template-properties.ts';

type Path = readonly (string | number)[];

/**
 * For a check of several fields: what it finds is told beside what is wrong with each field, so that all is told at once.
 * None of the fields need have its type then.
 */
export const BESIDE_OTHERS = { when: ({ value }: { readonly value: unknown }) => isObject(value) };

/** Told of things one after the other, it refuses each whose name an earlier one has. */
export function refuseRepeated(context: z.core.$RefinementCtx, kind: string): (thing: unknown, path: Path) => void {
  const seen = new Set<unknown>();
  return (thing, path) => {
    if (!isObject(thing) || typeof thing.name !== 'string') return;
    const message = `there is another ${kind} ${thing.name}`;
    if (seen.has(thing.name)) context.addIssue({ code: 'custom', path: [...path, 'name'], message });
    seen.add(thing.name);
  };
}

/** The things in a list of a document, with their paths; none, where there is no such list. */
export function listed(holder: unknown, field: string, path: Path = []): (readonly [thing: unknown, path: Path])[] {
  const list = isObject(holder) ? holder[field] : undefined;
  return Array.isArray(list) ? list.map((thing, index) => [thing, [...path, field, index]] as const) : [];
}
