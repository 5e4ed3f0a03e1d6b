import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import type { Bundle } from '../bundle.ts';
import type { SandboxGlobals } from './globals.ts';

interface CommonJsModule {
  exports: unknown;
}

type Require = (specifier: string) => unknown;

/**
 * A CommonJS loader over a bundle: built-in modules are the sandbox's, files are the bundle's, and each file is
 * evaluated once per execution environment.
 *
 * @returns a function that requires a file of the bundle by its path
 */
export function createLoader(bundle: Bundle, modules: ReadonlyMap<string, unknown>, globals: SandboxGlobals) {
  const parameters = ['exports', 'require', 'module', '__filename', '__dirname', '__import'];
  const globalNames = Object.keys(globals.byName);
  const globalValues = Object.values(globals.byName);
  const loaded = new Map<string, CommonJsModule>();

  function load(path: string): unknown {
    const known = loaded.get(path);
    if (known !== undefined) return known.exports;
    const module: CommonJsModule = { exports: {} };
    loaded.set(path, module);
    try {
      evaluate(path, module);
    } catch (error) {
      loaded.delete(path);
      throw error;
    }
    return module.exports;
  }

  function evaluate(path: string, module: CommonJsModule): void {
    if (path.endsWith('.json')) {
      module.exports = JSON.parse(bundle.text(path));
      return;
    }
    const run = bundle.compile(path, [...parameters, ...globalNames]);
    const directory = posix.dirname(path);
    const require: Require = (specifier) => requireFrom(directory, specifier);
    const importModule = (specifier: string) => Promise.resolve().then(() => namespaceOf(require(specifier)));
    const own = [
      module.exports,
      require,
      module,
      `/var/task/${path}`,
      posix.join('/var/task', directory),
      importModule,
    ];
    Reflect.apply(run, module.exports, [...own, ...globalValues]);
  }

  function requireFrom(directory: string, specifier: string): unknown {
    const name = specifier.replace(/^node:/, '');
    if (modules.has(name)) return modules.get(name);
    if (isBuiltin(specifier)) throw new Error(`The Lambda sandbox has no module ${specifier}`);
    const path = specifier.startsWith('.') ? resolveFile(bundle, posix.join(directory, specifier)) : undefined;
    if (path === undefined) {
      throw Object.assign(new Error(`Cannot find module '${specifier}'`), { code: 'MODULE_NOT_FOUND' });
    }
    return load(path);
  }

  return load;
}

/** The file that `path` names, with the extensions that Node tries. */
export function resolveFile(bundle: Bundle, path: string): string | undefined {
  return [path, `${path}.js`, `${path}.cjs`, `${path}.json`, `${path}/index.js`].find((name) => bundle.has(name));
}

function namespaceOf(exports: unknown): unknown {
  return typeof exports === 'object' && exports !== null ? { ...exports, default: exports } : { default: exports };
}
