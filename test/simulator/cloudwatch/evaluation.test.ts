import { describe, expect, it } from 'vitest';
import { evaluate, type MissingDataTreatment } from '../../../simulator/services/cloudwatch/evaluation.ts';

const TREATMENTS: readonly MissingDataTreatment[] = ['missing', 'ignore', 'breaching', 'notBreaching'];

/** `X` breaches, `0` does not, `-` is missing; oldest first, as in the guide's tables. */
function points(text: string): (boolean | undefined)[] {
  return text.split(' ').map((point) => (point === '-' ? undefined : point === 'X'));
}

/** The two tables of "How alarm state is evaluated when data is missing" (CloudWatch User Guide). */
describe('An alarm', () => {
  it.each([
    ['0 - X - X', ['OK', 'OK', 'OK', 'OK']],
    ['- - - - 0', ['OK', 'OK', 'OK', 'OK']],
    ['- - - - -', ['INSUFFICIENT_DATA', undefined, 'ALARM', 'OK']],
    ['0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['- - X - -', ['ALARM', undefined, 'ALARM', 'OK']],
  ])('of 3 out of 3 sees %s as %s (missing, ignore, breaching, notBreaching)', (text, expected) => {
    const states = TREATMENTS.map((treatMissingData) =>
      evaluate(points(text), { evaluationPeriods: 3, datapointsToAlarm: 3, treatMissingData }),
    );
    expect(states).toEqual(expected);
  });

  it.each([
    ['0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
    ['- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
    ['- - - X -', ['ALARM', undefined, 'ALARM', 'OK']],
  ])('of 2 out of 3 sees %s as %s', (text, expected) => {
    const states = TREATMENTS.map((treatMissingData) =>
      evaluate(points(text), { evaluationPeriods: 3, datapointsToAlarm: 2, treatMissingData }),
    );
    expect(states).toEqual(expected);
  });

  it('rings as soon as enough points breach, whatever is missing', () => {
    const states = TREATMENTS.map((treatMissingData) =>
      evaluate(points('- - - 0 X'), { evaluationPeriods: 3, datapointsToAlarm: 1, treatMissingData }),
    );
    expect(states).toEqual(Array(4).fill('ALARM'));
  });
});
