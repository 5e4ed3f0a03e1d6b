/** As shells tell it of a process that Ctrl-C has ended. */
const EXIT_CODE = 130;

/**
 * Aborted by the first SIGINT or SIGTERM. A second one ends the process, and still lets it remove what it has left in
 * temporary directories.
 */
export function interruption(): AbortSignal {
  const interrupted = new AbortController();
  const { signal } = interrupted;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (signal.aborted) process.exit(EXIT_CODE);
      interrupted.abort();
    });
  }
  return signal;
}
