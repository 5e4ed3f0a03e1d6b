import {
  invalidProperties,
  objectListOf,
  objectOf,
  refuseUnknown,
  requiredTextOf,
  type TemplateProperties,
  textListOf,
} from '../template-properties.ts';
import type { IndexSchema, KeyAttribute, KeySchema, TableSchema } from './schema.ts';
import { STREAM_VIEWS, type StreamView } from './stream.ts';

/** "Service, account, and table quotas". */
const INDEXES_MAX = 20;
const INDEX_PROPERTIES = [
  'IndexName',
  'KeySchema',
  'Projection',
  'OnDemandThroughput',
  'ContributorInsightsSpecification',
];

/** What AWS::DynamoDB::Table and CreateTable say alike. @throws AwsError `InvalidRequest`, as CloudFormation says it */
export function parseStreamView(properties: TemplateProperties): StreamView | undefined {
  const specification = objectOf(properties, 'StreamSpecification');
  if (specification === undefined) return undefined;
  refuseUnknown('StreamSpecification', specification, ['StreamViewType']);
  const type = requiredTextOf(specification, 'StreamViewType');
  const view = STREAM_VIEWS.find((known) => known === type);
  if (view === undefined) throw invalidProperties(`Unknown StreamViewType ${type}`);
  return view;
}

export function parseSchema(tableName: string, properties: TemplateProperties): TableSchema {
  const definitions = new Map(
    objectListOf(properties, 'AttributeDefinitions').map((definition) => {
      refuseUnknown('AttributeDefinition', definition, ['AttributeName', 'AttributeType']);
      const type = requiredTextOf(definition, 'AttributeType');
      if (type !== 'S' && type !== 'N' && type !== 'B') throw invalidProperties(`Unknown attribute type ${type}`);
      const name = requiredTextOf(definition, 'AttributeName');
      return [name, { name, type } satisfies KeyAttribute];
    }),
  );
  const schema = parseKeys(properties, definitions);
  const indexes = objectListOf(properties, 'GlobalSecondaryIndexes').map((index) => parseIndex(index, definitions));
  const used = new Set([schema, ...indexes].flatMap(({ hash, range }) => [hash.name, range?.name]));
  if ([...definitions.keys()].some((name) => !used.has(name))) {
    throw invalidProperties(
      'One or more parameter values were invalid: Some AttributeDefinitions are not used in KeySchema or indexes',
    );
  }
  checkIndexes(properties, indexes);
  return { tableName, ...schema, indexes };
}

function parseIndex(properties: TemplateProperties, definitions: ReadonlyMap<string, KeyAttribute>): IndexSchema {
  refuseUnknown('GlobalSecondaryIndex', properties, INDEX_PROPERTIES);
  const projection = objectOf(properties, 'Projection') ?? {};
  const projected = {
    ALL: undefined,
    KEYS_ONLY: [],
    INCLUDE: textListOf(projection, 'NonKeyAttributes'),
  };
  const type = requiredTextOf(projection, 'ProjectionType');
  if (projection.NonKeyAttributes !== undefined && type !== 'INCLUDE') {
    throw invalidProperties(
      `One or more parameter values were invalid: ProjectionType is ${type}, but NonKeyAttributes is specified`,
    );
  }
  if (!(type in projected)) throw invalidProperties(`Unknown projection type ${type}`);
  return {
    name: requiredTextOf(properties, 'IndexName'),
    ...parseKeys(properties, definitions),
    projected: projected[type as keyof typeof projected],
  };
}

function parseKeys(properties: TemplateProperties, definitions: ReadonlyMap<string, KeyAttribute>): KeySchema {
  const keys = objectListOf(properties, 'KeySchema').map((key) => {
    const attribute = definitions.get(requiredTextOf(key, 'AttributeName'));
    if (attribute) return { attribute, keyType: requiredTextOf(key, 'KeyType') };
    throw invalidProperties(
      'One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions',
    );
  });
  const [hash, range, ...rest] = keys;
  if (hash?.keyType !== 'HASH' || (range && range.keyType !== 'RANGE') || rest.length > 0) {
    throw invalidProperties('Invalid KeySchema: a HASH key and, after it, at most one RANGE key');
  }
  if (hash.attribute.name === range?.attribute.name) {
    throw invalidProperties('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  }
  return { hash: hash.attribute, range: range?.attribute };
}

function checkIndexes(properties: TemplateProperties, indexes: readonly IndexSchema[]): void {
  const invalid = (reason: string) => invalidProperties(`One or more parameter values were invalid: ${reason}`);
  if (properties.GlobalSecondaryIndexes !== undefined && indexes.length === 0) {
    throw invalid('List of GlobalSecondaryIndexes is empty');
  }
  if (indexes.length > INDEXES_MAX)
    throw invalid(`GlobalSecondaryIndex count exceeds the per-table limit of ${INDEXES_MAX}`);
  const names = indexes.map(({ name }) => name);
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated !== undefined) throw invalid(`Duplicate index name: ${repeated}`);
}
