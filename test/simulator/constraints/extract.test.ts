import { expect, test } from 'vitest';
import { extractConstraints, type ServiceModel } from '../../../simulator/constraints/extract.ts';

const shape = (name: string) => ({ shape: name });

const model: ServiceModel = {
  metadata: { apiVersion: '2026-01-05' },
  operations: { Put: { input: shape('PutInput') }, List: {}, Free: { input: shape('FreeInput') } },
  shapes: {
    PutInput: { type: 'structure', members: { Tree: shape('Tree'), Note: shape('Text'), Kind: shape('Kind') } },
    FreeInput: { type: 'structure', members: { Note: shape('Text') } },
    // Its only constraint lies behind a list of itself.
    Tree: { type: 'structure', members: { Branches: shape('Trees'), Labels: shape('Labels') } },
    Trees: { type: 'list', member: shape('Tree') },
    Labels: { type: 'map', key: shape('Label'), value: shape('Text') },
    Label: { type: 'string', min: 1, max: 3, pattern: '[a-z]*' },
    Kind: { type: 'string', enum: ['A', 'B'] },
    Unused: { type: 'string', max: 1 },
    Text: { type: 'string' },
  },
};

test('what the model demands is kept by its own names, of recursive shapes too, and nothing else', () => {
  expect(extractConstraints(model, ['Put'])).toEqual({
    apiVersion: '2026-01-05',
    operations: { Put: 'PutInput' },
    shapes: {
      Kind: { enum: ['A', 'B'] },
      Label: { min: 1, max: 3, pattern: '[a-z]*' },
      Labels: { key: 'Label' },
      PutInput: { members: { Tree: 'Tree', Kind: 'Kind' } },
      Tree: { members: { Branches: 'Trees', Labels: 'Labels' } },
      Trees: { item: 'Tree' },
    },
  });
});

test('an operation of which nothing is demanded is in the table all the same', () => {
  expect(extractConstraints(model, ['List', 'Free'])).toEqual({
    apiVersion: '2026-01-05',
    operations: { Free: null, List: null },
    shapes: {},
  });
});

test('an operation that the model lacks is named', () => {
  expect(() => extractConstraints(model, ['Get'])).toThrow('The model has no operation Get');
});
