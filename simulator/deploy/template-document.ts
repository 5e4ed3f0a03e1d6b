import { type CollectionTag, Pair, Scalar, type ScalarTag, type YAMLMap, type YAMLSeq, YAMLMap as YamlMap } from 'yaml';
import { FleetDocumentError, readValue, readYaml } from '../fleet-document/parse.ts';
import { isObject } from '../services/template-properties.ts';

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
 * @param fileName for messages only
 * @throws FleetDocumentError with every problem and its line
 */
export function parseTemplate(text: string, fileName: string): object {
  const { document, say } = readYaml(text, fileName, { customTags: SHORT_FORMS.flatMap(tagsOf) });
  const value = readValue(document, fileName);
  if (!isObject(value)) throw new FleetDocumentError(say(0, 'it is no template'));
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
