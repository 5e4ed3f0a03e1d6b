import assert from 'node:assert';
import asyncHooks from 'node:async_hooks';
import buffer from 'node:buffer';
import childProcess from 'node:child_process';
import { Console } from 'node:console';
import constants from 'node:constants';
import diagnosticsChannel from 'node:diagnostics_channel';
import dns from 'node:dns';
import events from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import perfHooks from 'node:perf_hooks';
import querystring from 'node:querystring';
import stream from 'node:stream';
import streamPromises from 'node:stream/promises';
import streamWeb from 'node:stream/web';
import stringDecoder from 'node:string_decoder';
import tls from 'node:tls';
import tty from 'node:tty';
import url from 'node:url';
import util from 'node:util';
import workerThreads from 'node:worker_threads';
import zlib from 'node:zlib';
import { createEmptyFileSystem } from './empty-file-system.ts';
import type { SandboxGlobals } from './globals.ts';
import type { SandboxHost } from './host.ts';
import { createHttpModule } from './http-module.ts';
import { refusing } from './refusals.ts';

/** Modules without time, chance or effects: the real ones. */
const PURE: Readonly<Record<string, unknown>> = {
  assert,
  'assert/strict': assert.strict,
  async_hooks: asyncHooks,
  buffer,
  constants,
  diagnostics_channel: diagnosticsChannel,
  events,
  path,
  'path/posix': path.posix,
  querystring,
  stream,
  'stream/promises': streamPromises,
  'stream/web': streamWeb,
  string_decoder: stringDecoder,
  url,
  util,
  'util/types': util.types,
};

/** Importable, because libraries import them; none can reach anything. The synchronous half of zlib is pure. */
const REFUSED: Readonly<Record<string, unknown>> = {
  child_process: refusing('child_process', childProcess),
  dns: refusing('dns', dns),
  'dns/promises': refusing('dns/promises', dns.promises),
  http2: refusing('http2', http2),
  net: refusing('net', net, ['isIP', 'isIPv4', 'isIPv6']),
  tls: refusing('tls', tls),
  tty: refusing('tty', tty, ['isatty']),
  worker_threads: refusing('worker_threads', workerThreads),
  zlib: refusing(
    'zlib',
    zlib,
    Object.keys(zlib).filter((name) => name.endsWith('Sync') || name === 'crc32'),
  ),
};

/** The built-in modules of one sandbox, by name without `node:`. */
export function createModules(host: SandboxHost, globals: SandboxGlobals): ReadonlyMap<string, unknown> {
  const files = createEmptyFileSystem();
  const own = {
    console: Object.assign(Object.create(globals.console as object), { Console }),
    crypto: globals.cryptoModule,
    fs: files.module,
    'fs/promises': files.promises,
    http: createHttpModule('http', host),
    https: createHttpModule('https', host),
    os: createOs(),
    perf_hooks: { ...perfHooks, performance: globals.performance },
    process: globals.process,
    timers: { ...globals.timers, promises: globals.timerPromises },
    'timers/promises': globals.timerPromises,
  };
  return new Map<string, unknown>(Object.entries({ ...PURE, ...REFUSED, ...own }));
}

/** The machine that runs the simulator must not show through. */
function createOs(): Record<string, unknown> {
  const machine = {
    arch: () => 'x64',
    availableParallelism: () => 2,
    cpus: () => [],
    freemem: () => 64_000_000,
    homedir: () => '/home/sbx_user1051',
    hostname: () => '169.254.1.1',
    loadavg: () => [0, 0, 0],
    networkInterfaces: () => ({}),
    platform: () => 'linux',
    release: () => '5.10.0',
    tmpdir: () => '/tmp',
    totalmem: () => 128_000_000,
    type: () => 'Linux',
    uptime: () => 0,
    userInfo: () => ({ username: 'sbx_user1051', uid: 993, gid: 990, shell: null, homedir: '/home/sbx_user1051' }),
    version: () => '#1 SMP',
  };
  const module = { ...os, ...machine };
  return { ...module, default: module };
}
