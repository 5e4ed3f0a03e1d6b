import { describe, expect, it } from 'vitest';
import { giveUpOnSilence, NoAnswerError } from '../../../shared/aws/silence.ts';

const TIMEOUT_MS = 5_000;

let nowMs = 0;

type Attempt = (request: unknown) => Promise<unknown>;
type Middleware = (attempt: Attempt, context: { clientName: string; commandName: string }) => Attempt;

/** AWS as a client sees it: `answers` decides about each attempt, which else times out. */
function aws() {
  const stack: Middleware[] = [];
  giveUpOnSilence(
    { addRelativeTo: (middleware: Middleware) => void stack.push(middleware) },
    { patienceMs: 10_000, now: () => nowMs },
  );
  const state = { attempts: 0, answers: (_operation: string): Error | boolean => true };
  const attempt = async (operation: string) => {
    const context = { clientName: 'ECSClient', commandName: `${operation}Command` };
    return stack[0]?.(async () => {
      state.attempts++;
      const answer = state.answers(operation);
      if (answer === true) return 'answer';
      if (answer !== false) throw answer;
      nowMs += TIMEOUT_MS;
      throw Object.assign(new Error('timed out'), { name: 'TimeoutError' });
    }, context)({});
  };
  return { state, attempt };
}

describe('a service that leaves calls unanswered', () => {
  it('is tried again until patience is over, for two operations, and then not asked any more, for whatever', async () => {
    const { state, attempt } = aws();
    state.answers = () => false;

    await expect(attempt('ListTasks')).rejects.toThrow('timed out');
    await expect(attempt('ListTasks')).rejects.toThrow('ListTasks does not answer');
    await expect(attempt('DescribeClusters')).rejects.toThrow('ECS does not answer');
    await expect(attempt('DescribeTasks')).rejects.toThrow(new NoAnswerError('ECS'));
    expect(state.attempts).toBe(3);
  });

  it('is asked again after a pause, with the same patience', async () => {
    const { state, attempt } = aws();
    state.answers = () => false;
    await expect(attempt('ListTasks')).rejects.toThrow();
    await expect(attempt('ListTasks')).rejects.toThrow(NoAnswerError);

    nowMs += 15_001;
    await expect(attempt('ListTasks')).rejects.toThrow('timed out');
    state.answers = () => true;
    expect(await attempt('ListTasks')).toBe('answer');
    expect(await attempt('DescribeClusters')).toBe('answer');
  });

  it('is not given up for calls that are far apart', async () => {
    const { state, attempt } = aws();
    for (let hour = 0; hour < 3; hour++) {
      state.answers = () => false;
      await expect(attempt('ListTasks')).rejects.toThrow('timed out');
      nowMs += 3_600_000;
    }
    expect(state.attempts).toBe(3);
  });

  it('is not given up after a single attempt, however long ago that was', async () => {
    const { state, attempt } = aws();
    state.answers = () => false;
    await expect(attempt('ListTasks')).rejects.toThrow('timed out');
    nowMs += 12_000;
    state.answers = () => true;
    expect(await attempt('ListTasks')).toBe('answer');
  });
});

it('a single operation that is left unanswered is given up alone, also where no other was asked', async () => {
  const { state, attempt } = aws();
  state.answers = (operation) => operation !== 'ListTasks';

  await expect(attempt('ListTasks')).rejects.toThrow('timed out');
  await expect(attempt('ListTasks')).rejects.toThrow('ListTasks does not answer');
  expect(await attempt('DescribeClusters')).toBe('answer');
  await expect(attempt('ListTasks')).rejects.toThrow('ListTasks does not answer');
  expect(state.attempts).toBe(3);
});

it('a service that answers with errors is not silent: they are thrown as they are', async () => {
  const { state, attempt } = aws();
  state.answers = () => new Error('Rate exceeded');
  for (let times = 0; times < 9; times++) {
    nowMs += TIMEOUT_MS;
    await expect(attempt('ListTasks')).rejects.toThrow('Rate exceeded');
  }
  expect(state.attempts).toBe(9);
});

it('an answer ends the silence, though it was long', async () => {
  const { state, attempt } = aws();
  state.answers = () => false;
  await expect(attempt('ListTasks')).rejects.toThrow('timed out');
  state.answers = () => true;
  await attempt('ListTasks');
  nowMs += TIMEOUT_MS;
  state.answers = () => false;
  await expect(attempt('ListTasks')).rejects.toThrow('timed out');
});

it('a call that was in flight while the function was frozen says nothing of the service', async () => {
  const { state, attempt } = aws();
  state.answers = () => {
    nowMs += 60_000;
    return false;
  };
  for (let times = 0; times < 3; times++) await expect(attempt('ListTasks')).rejects.toThrow('timed out');
  expect(state.attempts).toBe(3);
});

it('a call that was given up by whoever asked says nothing either way', async () => {
  const { state, attempt } = aws();
  state.answers = () => false;
  await expect(attempt('ListTasks')).rejects.toThrow('timed out');
  state.answers = () => Object.assign(new Error('aborted'), { name: 'AbortError' });
  await expect(attempt('ListTasks')).rejects.toThrow('aborted');
  state.answers = () => false;
  await expect(attempt('ListTasks')).rejects.toThrow('ListTasks does not answer');
});
