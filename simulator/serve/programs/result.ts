import type { HandlerOutcome } from '../../services/lambda/environment.ts';
import { isObject, parseJson } from '../../services/template-properties.ts';

/** More than Lambda takes (6 MB), so that what is too large is refused by its own rule and yet does not fill the memory. */
export const RESULT_BYTES_MAX = 8 * 2 ** 20;

/** What a program that ended well answered: a JSON document, or nothing. */
export function resultOf(text: string, where: string): HandlerOutcome {
  if (text.trim() === '') return { outcome: 'success', payload: null };
  const payload = parseJson(text);
  if (payload !== undefined) return { outcome: 'success', payload };
  const start = JSON.stringify(text.trim().slice(0, 80));
  return failure('Runtime.MarshalError', `${where} must be one JSON document or empty, not ${start}`);
}

/** What a program that failed answered: the error as Lambda's runtimes write it, or `otherwise`. */
export function errorOf(text: string, otherwise: { readonly type: string; readonly message: string }): HandlerOutcome {
  const given = parseJson(text);
  if (!isObject(given) || typeof given.errorMessage !== 'string') return failure(otherwise.type, otherwise.message);
  const type = typeof given.errorType === 'string' ? given.errorType : otherwise.type;
  return failure(type, given.errorMessage, Array.isArray(given.stackTrace) ? given.stackTrace.map(String) : []);
}

export function failure(errorType: string, errorMessage: string, stack: readonly string[] = []): HandlerOutcome {
  return { outcome: 'error', errorType, errorMessage, stack };
}
