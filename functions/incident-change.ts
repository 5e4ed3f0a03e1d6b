import { tellChanges } from '../shared/delivery/tell-changes.ts';
import { createTellingRuntime } from '../shared/runtime.ts';

/** The record of an incident has changed: the rest of the account may want to know. */
export const handler = tellChanges(createTellingRuntime());
