import * as z from 'zod/mini';

/** Identifiers in events, held to the form that they have: they go on into requests and filter expressions. */

export const arn = z.string().check(z.regex(/^arn:/));

/** `i-...`, or `mi-...` for an external instance. */
export const ec2InstanceId = z.string().check(z.regex(/^m?i-[0-9A-Za-z]+$/));

/** Of a resource that AWS lets its owner name. */
export const name = z.string().check(z.regex(/\S/));
