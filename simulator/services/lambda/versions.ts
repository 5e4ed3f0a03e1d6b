/** The published versions of functions: they are numbered, and all run the code of the one deployment that a world sees. */
export class Versions {
  readonly #counts = new Map<string, number>();

  /** @returns the number of the new version */
  publish(functionArn: string): number {
    const version = this.countOf(functionArn) + 1;
    this.#counts.set(functionArn, version);
    return version;
  }

  countOf(functionArn: string): number {
    return this.#counts.get(functionArn) ?? 0;
  }
}
