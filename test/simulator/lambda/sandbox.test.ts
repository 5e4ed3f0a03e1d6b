import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createLambdaWorld } from './lambda-world.ts';

/** Runs an expression, which may await, in a sandbox. */
async function evaluate(expression: string, seed = 11): Promise<unknown> {
  const world = createLambdaWorld({ seed });
  const arn = world.deploy(
    { 'index.js': `exports.handler = async (event, context) => (${expression});` },
    { timeoutMs: 900_000, environment: { COLOUR: 'red' } },
  );
  const result = await world.invoke(arn, { n: 1 });
  if (result.outcome !== 'success') throw new Error(JSON.stringify(result));
  return result.payload;
}

describe('time in a sandbox', () => {
  it.each([
    ['Date.now()'],
    ['new Date().getTime()'],
    ['Reflect.construct(Date, []).getTime()'],
    ['Date.parse(Date()) + (Date.now() % 1000)'],
    ['(class extends Date {}, new (class extends Date {})()).getTime()'],
    ['globalThis.Date.now()'],
    ['(() => performance.timeOrigin + performance.now())()'],
  ])('%s is virtual', async (expression) => {
    const now = await evaluate(expression);

    expect(now).toBeGreaterThan(Date.UTC(2026, 0, 5, 8, 0, 0));
    expect(now).toBeLessThan(Date.UTC(2026, 0, 5, 8, 0, 10));
  });

  it('keeps dates true dates', async () => {
    const expression = `[
      new Date(5) instanceof Date,
      new Date(2026, 0, 5) instanceof Date,
      Object.prototype.toString.call(new Date()) === '[object Date]',
      new Date('2026-01-05T08:00:00Z').toISOString(),
      Date.UTC(2026, 0, 5),
      new (class Later extends Date { days() { return 1; } })(0).days(),
      require('node:util').types.isDate(new Date()),
    ]`;

    expect(await evaluate(expression)).toEqual([
      true,
      true,
      true,
      '2026-01-05T08:00:00.000Z',
      Date.UTC(2026, 0, 5),
      1,
      true,
    ]);
  });

  const wait = (start: string) => `(async () => { const t = Date.now(); ${start}; return Date.now() - t; })()`;
  it.each([
    ['await new Promise((r) => setTimeout(r, 60_000))', 60_000],
    ['await new Promise((r) => setTimeout(r))', 1],
    ["await require('timers/promises').setTimeout(60_000)", 60_000],
    ["await require('util').promisify(setTimeout)(60_000)", 60_000],
    [
      'await new Promise((r) => { let n = 0; const i = setInterval(() => { if (++n === 3) { clearInterval(i); r(); } }, 1000); })',
      3_000,
    ],
    ['await new Promise((r) => setImmediate(r))', 0],
    ['await new Promise((r) => AbortSignal.timeout(5_000).addEventListener("abort", r))', 5_000],
  ])('%s takes virtual time', async (code, ms) => {
    expect(await evaluate(wait(code))).toBe(ms);
  });

  it('lets timers be cleared by object and by number', async () => {
    const code = `new Promise((resolve) => {
      const fired = [];
      clearTimeout(setTimeout(() => fired.push('object'), 10));
      clearTimeout(+setTimeout(() => fired.push('number'), 10));
      setTimeout(() => fired.push('kept'), 10).unref();
      setTimeout(() => resolve(fired), 20);
    })`;

    expect(await evaluate(code)).toEqual(['kept']);
  });
});

describe('chance in a sandbox', () => {
  const draws = `[
    Math.random(),
    crypto.randomUUID(),
    require('crypto').randomUUID(),
    require('node:crypto').randomBytes(4).toString('hex'),
    [...crypto.getRandomValues(new Uint8Array(4))],
    require('crypto').randomInt(10, 1000),
  ]`;

  it('is decided by the seed', async () => {
    const first = await evaluate(draws, 1);

    expect(await evaluate(draws, 1)).toEqual(first);
    expect(await evaluate(draws, 2)).not.toEqual(first);
  });

  it('leaves the rest of Math and of the hashes alone', async () => {
    const expression = `[Math.max(1, 2), Math.PI, require('crypto').createHash('sha256').update('a').digest('hex').slice(0, 8)]`;

    expect(await evaluate(expression)).toEqual([2, Math.PI, 'ca978112']);
  });

  it.each(["'key'", "Buffer.from('key')", "''", 'Buffer.alloc(0)'])(
    'digests under the key %s as Node does',
    async (key) => {
      const digest = `createHmac('sha256', ${key}).update('text').digest('hex')`;
      const node = createHmac('sha256', key.includes('key') ? 'key' : '')
        .update('text')
        .digest('hex');

      expect(await evaluate(`require('crypto').${digest}`)).toBe(node);
    },
  );
});

describe('the world outside a sandbox', () => {
  it('does not show through process.env', async () => {
    const names = (await evaluate('Object.keys(process.env)')) as string[];

    expect(names).toEqual(expect.arrayContaining(['COLOUR', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', '_HANDLER']));
    expect(names).not.toContain('HOME');
    expect(await evaluate('[process.env.COLOUR, process.env.AWS_REGION, process.cwd()]')).toEqual([
      'red',
      'eu-central-1',
      '/var/task',
    ]);
  });

  it('has no files', async () => {
    const expression = `Promise.all([
      require('fs').promises.readFile('/etc/passwd').catch((e) => e.code),
      require('node:fs/promises').readFile('/etc/passwd').catch((e) => e.code),
      new Promise((resolve) => require('fs').readFile('/etc/passwd', (e) => resolve(e.code))),
      require('fs').existsSync('/etc/passwd'),
      (() => { try { require('fs').readFileSync('/etc/passwd'); } catch (e) { return e.code; } })(),
    ])`;

    expect(await evaluate(expression)).toEqual(['ENOENT', 'ENOENT', 'ENOENT', false, 'ENOENT']);
  });

  it.each([
    ["require('net').connect(80)", 'net.connect'],
    ["require('http2').connect('https://example.com')", 'http2.connect'],
    ["require('tls').connect({})", 'tls.connect'],
    ["require('dns').lookup('example.com')", 'dns.lookup'],
    ["require('child_process').exec('id')", 'child_process.exec'],
    ["new (require('worker_threads').Worker)('')", 'worker_threads.Worker'],
    ["require('zlib').gzip('', () => {})", 'zlib.gzip'],
    ['new MessageChannel()', 'MessageChannel'],
  ])('is not reached by %s', async (expression, name) => {
    await expect(evaluate(expression)).rejects.toThrow(`The Lambda sandbox refuses ${name}`);
  });

  it('has no hosts but those of AWS', async () => {
    const expression = `new Promise((resolve) =>
      require('https').get('https://example.com/', resolve).on('error', (e) => resolve(e.code)))`;

    expect(await evaluate(expression)).toBe('ENOTFOUND');
  });

  it('is not changed by what a sandbox puts on its global object', async () => {
    await evaluate('(globalThis.leak = 1, global.leak)');

    expect('leak' in globalThis).toBe(false);
    expect(await evaluate('typeof leak')).toBe('undefined');
  });
});

describe('a module', () => {
  it('can require files of its bundle and import built-ins dynamically', async () => {
    const world = createLambdaWorld();
    const arn = world.deploy(
      {
        'src/index.js': `
        const { double } = require('./lib/double');
        const data = require('../data.json');
        exports.handler = async () => [double(data.n), (await import('node:path')).join('a', 'b'), __filename];`,
        'src/lib/double.js': 'exports.double = (n) => 2 * n;',
        'data.json': '{"n": 21}',
      },
      { handler: 'src/index.handler' },
    );

    expect(await world.invoke(arn)).toEqual({ outcome: 'success', payload: [42, 'a/b', '/var/task/src/index.js'] });
  });
});

describe('logs', () => {
  it('are written as Lambda writes them', async () => {
    const world = createLambdaWorld();
    const arn = world.deploy({
      'index.js': `
        const { Console } = require('node:console');
        const own = new Console({ stdout: process.stdout, stderr: process.stderr });
        exports.handler = async () => {
          console.log('hello %s', 'world', { a: 1 });
          console.error(new Error('bad').message);
          own.info(JSON.stringify({ level: 'INFO', message: 'structured' }));
          process.stdout.write('raw\\n');
        };`,
    });

    await world.invoke(arn);

    expect(world.lines()).toEqual([
      expect.stringMatching(/^2026-01-05T08:00:00\.\d{3}Z\t[0-9a-f-]{36}\tINFO\thello world \{ a: 1 \}$/),
      expect.stringMatching(/\tERROR\tbad$/),
      { level: 'INFO', message: 'structured' },
      'raw',
    ]);
  });

  it('are JSON documents where the function asks for that format', async () => {
    const world = createLambdaWorld();
    const arn = world.deploy({ 'index.js': `exports.handler = async () => console.warn('x');` }, { logFormat: 'JSON' });

    await world.invoke(arn);

    expect(world.lines()).toEqual([expect.objectContaining({ level: 'WARN', message: 'x' })]);
  });
});
