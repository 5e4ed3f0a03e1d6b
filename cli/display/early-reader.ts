/** Whoever reads may stop early, as `head` does: that is the end, and no failure. */
export function endWithReader(exitCodeOfOtherErrors: number): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : exitCodeOfOtherErrors);
  });
}
