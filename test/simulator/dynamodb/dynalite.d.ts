declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** The server, not yet listening. Times are real milliseconds. */
  export default function dynalite(options?: {
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
  }): Server;
}
