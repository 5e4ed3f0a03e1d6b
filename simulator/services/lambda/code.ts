import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { invalidProperties, refuseUnknown, type TemplateProperties, textOf } from '../template-properties.ts';
import { type Bundle, inlineBundle, loadBundle } from './bundle.ts';
import type { ProgramTarget } from './program.ts';

/** What a deployer says about the functions of a template, by function name or logical id. */
export interface FunctionSources {
  /** Functions whose code is a program outside of the simulator. */
  readonly programs?: ReadonlyMap<string, ProgramTarget>;
  /** Where the code of a function lies: a directory or a zip archive. */
  readonly code?: ReadonlyMap<string, string>;
}

/** Whose code is looked for. */
export interface Named {
  readonly name: string;
  readonly logicalId: string;
}

export function sourceOf<T>(sources: ReadonlyMap<string, T> | undefined, { name, logicalId }: Named): T | undefined {
  return sources?.get(name) ?? sources?.get(logicalId);
}

const CODE_PROPERTIES = ['S3Bucket', 'S3Key', 'S3ObjectVersion', 'ZipFile', 'CodeUri', 'SourceKMSKeyArn'];

/**
 * A function's code: where the deployer says, inline, at `CodeUri` beside the template, or under the last part of its key
 * in S3, where the package step leaves the archive.
 *
 * @throws when there is none, with the way out
 */
export function bundleOf(
  code: TemplateProperties,
  directory: string,
  { sources, named }: { readonly sources: FunctionSources; readonly named: Named },
): Bundle {
  const given = sourceOf(sources.code, named);
  if (given !== undefined) return loadBundle(existing([given], `code of ${named.logicalId}`));
  refuseUnknown('Code', code, CODE_PROPERTIES);
  const inline = textOf(code, 'ZipFile');
  if (inline !== undefined) return inlineBundle(inline);
  const uri = textOf(code, 'CodeUri');
  const isInS3 = uri === undefined || uri.startsWith('s3://');
  const fileName = basename((isInS3 ? textOf(code, 'S3Key') : undefined) ?? uri ?? '');
  if (fileName === '') throw invalidProperties(`Code is required; --code ${named.logicalId}=PATH says where it lies`);
  const candidates = isInS3
    ? [fileName, fileName.replace(/\.zip$/, '')].map((one) => join(directory, one))
    : [resolve(directory, uri)];
  return loadBundle(existing(candidates, `artifact ${fileName} in ${directory}`, named));
}

function existing(candidates: readonly string[], what: string, named?: Named): string {
  const location = candidates.find((path) => existsSync(path));
  if (location !== undefined) return location;
  const way = named === undefined ? '' : `; --code ${named.logicalId}=PATH says where the code lies`;
  throw invalidProperties(`There is no ${what}${way}`);
}
