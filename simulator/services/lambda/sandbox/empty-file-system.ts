import fs from 'node:fs';
import { refusing } from './refusals.ts';

type Callback = (error: Error) => void;

/** A file system without any file: each question is answered with ENOENT, in the form of the function that asked. */
export function createEmptyFileSystem() {
  const promises = refusing('fs.promises', fs.promises);
  for (const [name, value] of Object.entries(fs.promises)) {
    if (typeof value === 'function') promises[name] = (path: unknown) => Promise.reject(notFound(name, path));
  }
  const module = refusing('fs', fs);
  for (const name of Object.keys(fs)) {
    if (name.endsWith('Sync')) {
      module[name] = (path: unknown) => {
        throw notFound(name.slice(0, -'Sync'.length), path);
      };
    } else if (`${name}Sync` in fs) {
      module[name] = (path: unknown, ...rest: unknown[]) =>
        process.nextTick(rest.at(-1) as Callback, notFound(name, path));
    }
  }
  module.existsSync = () => false;
  module.exists = (_path: unknown, callback: (exists: boolean) => void) => process.nextTick(callback, false);
  module.promises = promises;
  module.default = module;
  return { module, promises };
}

function notFound(syscall: string, path: unknown): Error {
  const message = `ENOENT: no such file or directory, ${syscall} '${String(path)}'`;
  return Object.assign(new Error(message), { code: 'ENOENT', errno: -2, syscall, path: String(path) });
}
