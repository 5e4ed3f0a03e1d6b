import crypto from 'node:crypto';
import type { TransformOptions } from 'node:stream';
import type { Random } from '../../../kernel/random.ts';
import { refusal } from './refusals.ts';

/** Work that Node gives to its thread pool: it would end at a real instant, outside of virtual time. */
const THREADED = [
  'pbkdf2',
  'scrypt',
  'hkdf',
  'generateKey',
  'generateKeyPair',
  'generatePrime',
  'checkPrime',
  'argon2',
];

/** A `Math` whose `random` is seeded. */
export function createSeededMath(random: Random): Math {
  const math = Object.defineProperties({}, Object.getOwnPropertyDescriptors(Math)) as Math;
  Object.defineProperty(math, 'random', { value: () => random.unit(), writable: true, configurable: true });
  return math;
}

/** `node:crypto` with its hashes as they are and its randomness seeded. */
export function createSeededCrypto(random: Random) {
  const getRandomValues = <T extends ArrayBufferView>(view: T): T => {
    fill(random, new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    return view;
  };
  const randomUUID = () => random.uuid();
  const web = { getRandomValues, randomUUID, subtle: refusal('crypto.subtle') };
  const module = {
    ...crypto,
    ...Object.fromEntries(THREADED.map((name) => [name, refusal(`crypto.${name}`)])),
    createHmac,
    getRandomValues,
    randomUUID,
    randomInt: (...args: (number | IntegerCallback)[]) => randomInt(random, args),
    randomBytes: (size: number, callback?: BytesCallback) => {
      const bytes = Buffer.alloc(size);
      fill(random, bytes);
      return callback === undefined ? bytes : process.nextTick(callback, null, bytes);
    },
    randomFillSync: getRandomValues,
    randomFill: (view: Uint8Array, callback: BytesCallback) => process.nextTick(callback, null, getRandomValues(view)),
    webcrypto: web,
    subtle: web.subtle,
  };
  return { module: { ...module, default: module }, web };
}

/** Node's own; of a key that is bytes it takes four times as long to find out that it is no `KeyObject` as the digest takes. */
function createHmac(algorithm: string, key: crypto.BinaryLike | crypto.KeyObject, options?: TransformOptions) {
  const isBytes = ArrayBuffer.isView(key) && key.byteLength > 0;
  return crypto.createHmac(algorithm, isBytes ? crypto.createSecretKey(key) : key, options);
}

type BytesCallback = (error: null, bytes: Uint8Array) => void;
type IntegerCallback = (error: null, value: number) => void;

/** `randomInt([min,] max[, callback])`; `max` is excluded. */
function randomInt(random: Random, args: (number | IntegerCallback)[]): number | undefined {
  const [first = 0, second] = args.filter((arg) => typeof arg === 'number');
  const value = second === undefined ? random.integer(0, first - 1) : random.integer(first, second - 1);
  const callback = args.find((arg) => typeof arg === 'function');
  if (callback === undefined) return value;
  process.nextTick(callback, null, value);
  return undefined;
}

function fill(random: Random, bytes: Uint8Array): void {
  for (let index = 0; index < bytes.length; index++) bytes[index] = random.uint32() & 0xff;
}
