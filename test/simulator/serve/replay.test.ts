import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { sendControl } from '../../../cli/control.ts';
import { parseRecording } from '../../../cli/recording.ts';
import { type ServedWorld, serveWorld } from './served-world.ts';

const event = (time: string, extra: object = {}) => ({
  version: '0',
  id: `id-${time}`,
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '123456789012',
  time,
  region: 'us-east-1',
  resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-0abc'],
  detail: { 'instance-id': 'i-0abc', state: 'stopped' },
  ...extra,
});
const THREE = ['2025-03-01T10:00:00Z', '2025-03-01T10:00:30Z', '2025-03-01T10:05:00Z'].map((time) => event(time));

async function seen({ control }: ServedWorld, input: object = {}) {
  const { body } = await control('list-events', { source: 'aws.ec2', ...input });
  return body.events as (typeof THREE)[number][];
}

function fileOf(text: string): string {
  const file = path.join(mkdtempSync(path.join(inject('runDirectory'), 'recording-')), 'events.jsonl');
  writeFileSync(file, text);
  return file;
}

describe('Recorded events', () => {
  test('come on the bus in their order and at their relative times, with what their envelopes said', async () => {
    const world = await serveWorld('clusters: [{ name: prod }]');
    const { body } = await world.control('replay-events', { events: THREE });
    const startMs = Date.parse(String(body.now));
    expect(body).toMatchObject({ events: 3, last: new Date(startMs + 300_000).toISOString() });
    await world.control('advance', { seconds: 29 });
    expect(await seen(world)).toHaveLength(1);
    await world.control('advance', { seconds: 300 });
    const events = await seen(world);
    expect(events.map(({ id }) => id)).toEqual(THREE.map(({ id }) => id));
    expect(events).toMatchObject(
      THREE.map(({ account, region, resources, detail }) => ({ account, region, resources, detail })),
    );
    expect(events.map(({ time }) => Date.parse(time) - Date.parse(events[0]?.time ?? ''))).toEqual([
      0, 30_000, 300_000,
    ]);
  });

  test('come faster by the speed', async () => {
    const world = await serveWorld('clusters: [{ name: prod }]');
    await world.control('replay-events', { events: THREE, speed: 10 });
    await world.control('advance', { seconds: 31 });
    expect(await seen(world)).toHaveLength(3);
  });

  test('keep their order where their times do not', async () => {
    const world = await serveWorld('clusters: [{ name: prod }]');
    const events = [THREE[0], THREE[2], THREE[1]];
    await world.control('replay-events', { events });
    await world.control('advance', { seconds: 400 });
    expect((await seen(world)).map(({ id }) => id)).toEqual(events.map((one) => one?.id));
  });

  test('get other ids by the map, wherever they stand as a word', async () => {
    const world = await serveWorld('clusters: [{ name: prod }]');
    const map = { 'i-0abc': 'i-0def', '123456789012': '111122223333', 'us-east-1': 'eu-central-1' };
    const longer = event('2025-03-01T10:00:00Z', { detail: { 'instance-id': 'i-0abcd', note: 'of i-0abc.' } });
    await world.control('replay-events', { events: [longer], map });
    await world.control('advance', { seconds: 1 });
    expect(await seen(world)).toMatchObject([
      {
        account: '111122223333',
        region: 'eu-central-1',
        resources: ['arn:aws:ec2:eu-central-1:111122223333:instance/i-0def'],
        detail: { 'instance-id': 'i-0abcd', note: 'of i-0def.' },
      },
    ]);
  });

  test('are refused by their number and field, and then none is put on the bus', async () => {
    const world = await serveWorld('clusters: [{ name: prod }]');
    const events = [THREE[0], { ...THREE[1], time: 'yesterday' }, { ...THREE[2], detail: undefined }];
    expect(await world.control('replay-events', { events })).toMatchObject({
      status: 400,
      body: { error: { problems: [{ field: 'events.1.time' }, { field: 'events.2.detail' }] } },
    });
    await world.control('advance', { seconds: 600 });
    expect(await seen(world)).toEqual([]);
  });
});

describe('A recording', () => {
  const lines = THREE.map((one) => JSON.stringify(one));
  const logEvents = { events: lines.map((message, at) => ({ eventId: String(at), message, timestamp: at })) };
  test.each([
    ['a JSON array', JSON.stringify(THREE, undefined, 2)],
    ['JSON lines', `${lines.join('\n')}\n\n`],
    ['lines of an export of CloudWatch Logs', lines.map((line) => `2025-03-01T10:00:00.123Z ${line}`).join('\n')],
    ['lines of aws logs tail', lines.map((line) => `2025-03-01T10:00:00.123000+00:00 stream-1 ${line}`).join('\n')],
    ['the answer of aws logs filter-log-events', JSON.stringify(logEvents)],
    ['log events, one per line', logEvents.events.map((one) => JSON.stringify(one)).join('\r\n')],
  ])('may be %s', (_, text) => {
    const { events, problems } = parseRecording(text);
    expect(problems).toEqual([]);
    expect(events.map((one) => one.event)).toEqual(THREE);
  });

  test('is replayed from the command line', async () => {
    const world = await serveWorld('clusters: [{ name: prod }]');
    const fields = [`file=${fileOf(lines.join('\n'))}`, 'speed=100', 'map=i-0abc=i-0def,us-east-1=eu-central-1'];
    expect(await sendControl({ url: world.url, command: 'replay-events', fields })).toMatchObject({ outcome: 'done' });
    await world.control('advance', { seconds: 10 });
    expect(await seen(world)).toMatchObject(
      Array(3).fill({ detail: { 'instance-id': 'i-0def' }, region: 'eu-central-1' }),
    );
  });

  test('is refused with the line and field of each problem, and nothing is sent', async () => {
    const world = await serveWorld('clusters: [{ name: prod }]');
    const file = fileOf([lines[0], '{"source":', JSON.stringify({ ...THREE[1], source: 5 }), '"text"'].join('\n'));
    const { outcome, text } = await sendControl({ url: world.url, command: 'replay-events', fields: [`file=${file}`] });
    expect(outcome).toBe('usage');
    const rows = text.split('\n').map((row) => row.replace(file, 'FILE'));
    expect(rows).toEqual([
      expect.stringMatching(/^FILE:2: /),
      expect.stringMatching(/^FILE:3: source: .*expected string/),
      expect.stringMatching(/^FILE:4: the event: .*expected object/),
      'Nothing was sent.',
    ]);
    await world.control('advance', { seconds: 10 });
    expect(await seen(world)).toEqual([]);
  });

  test.each([
    [[], 'needs file=FILE'],
    [['file=FILE', 'map=i-0abc'], '"i-0abc" is no text=replacement'],
  ])('is refused with %j', async (fields, text) => {
    const { url } = await serveWorld('clusters: [{ name: prod }]');
    const given = fields.map((field) => (field === 'file=FILE' ? `file=${fileOf(lines.join('\n'))}` : field));
    expect(await sendControl({ url, command: 'replay-events', fields: given })).toMatchObject({
      outcome: 'usage',
      text: expect.stringContaining(text),
    });
  });
});

test('A recording that cannot be read is no wrong usage', async () => {
  const { url } = await serveWorld('clusters: [{ name: prod }]');
  expect(await sendControl({ url, command: 'replay-events', fields: ['file=nope'] })).toEqual({
    outcome: 'failed',
    text: expect.stringMatching(/^nope cannot be read: ENOENT/),
  });
});

describe('The trace', () => {
  test('is read page by page, by kind, from an entry on', async () => {
    const world = await serveWorld();
    const { body: before } = await world.control('trace', { limit: 10_000 });
    const since = before.next as number;
    await world.call('sts', 'GetCallerIdentity');
    await world.call('ecs', 'ListClusters');
    const { body } = await world.control('trace', { since, kind: 'call', limit: 1 });
    expect(body).toMatchObject({ entries: [{ kind: 'call', operation: 'GetCallerIdentity' }], forgotten: 0 });
    const { body: rest } = await world.control('trace', { since: body.next as number, kind: 'call' });
    expect(rest).toMatchObject({ entries: [{ operation: 'ListClusters' }] });
    const { body: nothing } = await world.control('trace', { since: rest.next as number, kind: 'call' });
    expect(nothing).toMatchObject({ entries: [], next: expect.any(Number) });
  });

  test('says how many entries it has forgotten', async () => {
    const world = await serveWorld();
    const { trace } = world.simulator.kernel;
    trace.keepAtMost(10);
    for (let count = 0; count < 50; count++) trace.add('note', { text: String(count) });
    const { body } = await world.control('trace', { since: 0 });
    const { entries, forgotten, next } = body as unknown as {
      entries: { number: number; text: string }[];
      forgotten: number;
      next: number;
    };
    expect(forgotten + entries.length).toBe(next);
    expect(entries.at(-1)).toMatchObject({ number: next - 1, text: '49' });
    expect(entries.length).toBeLessThan(20);
  });
});
