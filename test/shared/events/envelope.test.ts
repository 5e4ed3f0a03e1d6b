import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MalformedEventError, parseEnvelope } from '../../../shared/events/envelope.ts';
import { parsed, recorded, valuesOfOtherTypes, without } from './recorded.ts';

const event = recorded('terminate');

test('takes over the metadata of an event', () => {
  expect(parsed(event)).toEqual({
    id: 'c5d5a3e1-7a0b-4f6d-8f0e-2b8f3a6c9d11',
    source: 'aws.autoscaling',
    detailType: 'EC2 Instance-terminate Lifecycle Action',
    account: '210987654321',
    region: 'eu-west-1',
    timeMs: Date.UTC(2026, 10, 20, 9, 14, 33),
    resources: event.resources,
    detail: event.detail,
  });
});

test('takes a time with a fraction of a second', () => {
  expect(parsed({ ...event, time: '2026-11-20T18:02:07.481Z' }).timeMs).toBe(Date.UTC(2026, 10, 20, 18, 2, 7, 481));
});

test('does without resources', () => {
  expect(parsed(without(event, 'resources')).resources).toEqual([]);
});

test('does without the version of the format, and tolerates fields that it does not know', () => {
  expect(parsed({ ...without(event, 'version'), 'replay-name': 'again' })).toEqual(parsed(event));
});

test('treats null like absence', () => {
  expect(parsed({ ...event, detail: { kept: 1, dropped: null } }).detail).toEqual({ kept: 1 });
});

const required = ['id', 'source', 'detail-type', 'account', 'region', 'time', 'detail'];

test.each(required)('cannot do without %s', (field) => {
  expect(() => parsed(without(event, field))).toThrow(`${field} is absent, expected`);
});

test.each([...required, 'resources'])('names %s and its value when it is of the wrong type', (field) => {
  for (const value of valuesOfOtherTypes(event[field])) {
    expect(() => parsed({ ...event, [field]: value })).toThrow(MalformedEventError);
    expect(() => parsed({ ...event, [field]: value })).toThrow(`: ${field} is ${JSON.stringify(value)}, expected`);
  }
});

test.each(['yesterday', '2026-11-20', '2026-11-20T09:14:33', '2026-13-20T09:14:33Z', ''])(
  'refuses the time %j, which is no instant',
  (time) => {
    expect(() => parsed({ ...event, time })).toThrow(`time is ${JSON.stringify(time)}, expected datetime`);
  },
);

test('names the place of a value within a list', () => {
  expect(() => parsed({ ...event, resources: ['arn:aws:ec2', 42] })).toThrow('resources.1 is 42, expected string');
});

test('names every problem at once', () => {
  expect(() => parsed({ ...event, id: 7, region: null })).toThrow(
    'Malformed event: id is 7, expected string; region is absent, expected string',
  );
});

test('keeps the cause of what is not JSON, and quotes only the beginning of a long body', () => {
  const body = `<html>${'x'.repeat(250_000)}`;

  expect(() => parseEnvelope(body)).toThrow(
    expect.objectContaining({
      name: 'MalformedEventError',
      message: expect.stringMatching(/^Malformed event: body is "<html>x+\.\.\., expected JSON$/),
      cause: expect.any(SyntaxError),
    }),
  );
  expect(() => parseEnvelope(body)).not.toThrow(expect.objectContaining({ message: expect.stringMatching(/.{400}/) }));
});

test.each(['', 'null', '[]', '"text"', '42'])('refuses the body %j', (body) => {
  expect(() => parseEnvelope(body)).toThrow(MalformedEventError);
});

test('answers any JSON with an event or a malformed event, never with another error', () => {
  fc.assert(
    fc.property(fc.json(), (body) => {
      try {
        parseEnvelope(body);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedEventError);
      }
    }),
  );
});
