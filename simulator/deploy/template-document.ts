import {
  type CollectionTag,
  Pair,
  parseDocument,
  Scalar,
  type ScalarTag,
  type YAMLMap,
  type YAMLSeq,
  YAMLMap as YamlMap,
} from 'yaml';

/** CloudFormation Template Reference, "Intrinsic function reference": the short forms that YAML has. */
const SHORT_FORMS = [
  ['!Ref', 'Ref'],
  ['!Condition', 'Condition'],
  ...[
    'And',
    'Base64',
    'Cidr',
    'Equals',
    'FindInMap',
    'ForEach',
    'GetAtt',
    'GetAZs',
    'If',
    'ImportValue',
    'Join',
    'Length',
    'Not',
    'Or',
    'Select',
    'Split',
    'Sub',
    'ToJsonString',
    'Transform',
  ].map((name) => [`!${name}`, `Fn::${name}`] as const),
] as const;

/**
 * Reads a template in YAML, with the short forms of intrinsic functions, or in JSON (of which YAML is a superset).
 *
 * @throws Error with every problem and its line
 */
export function parseTemplate(text: string): unknown {
  const document = parseDocument(text, { customTags: SHORT_FORMS.flatMap(tagsOf), logLevel: 'error' });
  const [first] = document.errors;
  if (first !== undefined) throw new Error(document.errors.map(({ message }) => message.trim()).join('\n'));
  const [unknown] = document.warnings;
  if (unknown !== undefined) throw new Error(unknown.message.trim());
  const value: unknown = document.toJS();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no template');
  return value;
}

/** The same tag on text, on a list and on a map. */
function tagsOf([tag, name]: readonly [string, string]): (ScalarTag | CollectionTag)[] {
  return [
    { tag, resolve: (text: string) => ({ [name]: text }) },
    { tag, collection: 'seq', resolve: (list) => longForm(name, list as YAMLSeq) },
    { tag, collection: 'map', resolve: (map) => longForm(name, map as YAMLMap) },
  ];
}

/** A node, so that what is within keeps its own short forms. */
function longForm(name: string, argument: YAMLSeq | YAMLMap): YAMLMap {
  const map = new YamlMap();
  map.add(new Pair(new Scalar(name), argument));
  return map;
}
