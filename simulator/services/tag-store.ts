/** The tags of a service's resources, by ARN. */
export class TagStore {
  readonly #tags = new Map<string, Map<string, string>>();

  of(arn: string): ReadonlyMap<string, string> {
    return this.#tags.get(arn) ?? new Map();
  }

  /** Adds tags, and replaces those with the same keys. */
  add(arn: string, tags: Readonly<Record<string, string>>): void {
    this.#tags.set(arn, new Map([...this.of(arn), ...Object.entries(tags)]));
  }

  remove(arn: string, keys: readonly string[]): void {
    this.#tags.set(arn, new Map([...this.of(arn)].filter(([key]) => !keys.includes(key))));
  }

  /** The resource is gone. */
  forget(arn: string): void {
    this.#tags.delete(arn);
  }
}

/** A tag as most services write it. */
export interface TagShape {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

export function tagsFrom(list: readonly TagShape[] = []): Record<string, string> {
  return Object.fromEntries(list.map(({ Key = '', Value = '' }) => [Key, Value]));
}

export function tagList(tags: ReadonlyMap<string, string>): { Key: string; Value: string }[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}
