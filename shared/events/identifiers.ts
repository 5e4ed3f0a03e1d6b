import * as z from 'zod/mini';

/** Values in events, held to the form that they have: they go on into requests and filter expressions. */

export const arn = z.string().check(z.regex(/^arn:/));

/** `i-...`, or `mi-...` for an external instance. */
export const ec2InstanceId = z.string().check(z.regex(/^m?i-[0-9A-Za-z]+$/));

/** Of a resource that AWS lets its owner name. */
export const name = z.string().check(z.regex(/\S/));

/** `Fri, 20 Nov 2026 18:00:00 GMT` (RFC 1123, as AWS Health writes it) or ISO 8601, for Date.parse, which takes more. */
export const instant = z.stringFormat(
  'instant',
  (text) => /^(?:[A-Z][a-z]{2}, \d|\d{4}-\d{2}-\d{2}T)/.test(text) && !Number.isNaN(Date.parse(text)),
);
