/** Something that a sandbox does not have: any use of it throws, and says what was used. */
export function refusal(name: string) {
  const refuse = (): never => {
    throw new Error(`The Lambda sandbox refuses ${name}: its effects would lie outside of the simulated world`);
  };
  // A class, so that code which extends it or tests `instanceof` can at least be loaded.
  return new Proxy(class {}, { apply: refuse, construct: refuse, get: (target, key) => Reflect.get(target, key) });
}

/**
 * A built-in module that can be imported and whose functions all refuse, except those named in `allowed`. Constants
 * stay. Libraries import such modules (the SDK's credential providers import `child_process`) without using them.
 */
export function refusing(moduleName: string, module: object, allowed: readonly string[] = []): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(module)) {
    if (name === 'default') continue;
    result[name] = typeof value === 'function' && !allowed.includes(name) ? refusal(`${moduleName}.${name}`) : value;
  }
  return { ...result, default: result };
}
