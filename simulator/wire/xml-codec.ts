import { refuseUnknownMembers } from './json-codec.ts';
import type { Shape, StructureShape, Target, TimestampFormat } from './shape.ts';

/** Writes the members of a structure, without an element around them. Throws for a member the model does not have. */
export function writeXmlMembers(shape: Shape, value: unknown): string {
  return shape.kind === 'structure' ? writeStructure(shape, (value ?? {}) as Record<string, unknown>) : '';
}

/** An element with text. */
export function xmlElement(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}

function writeStructure(shape: StructureShape, value: Readonly<Record<string, unknown>>): string {
  refuseUnknownMembers(shape, value);
  let xml = '';
  for (const member of shape.members) {
    const item = value[member.name];
    if (item !== undefined && item !== null) xml += writeTarget(member.xmlName ?? member.name, member, item);
  }
  return xml;
}

function writeTarget(name: string, target: Target, value: unknown): string {
  const { shape } = target;
  if (shape.kind === 'list') {
    const itemName = target.isFlattened ? name : (shape.member.xmlName ?? 'member');
    const items = (value as unknown[]).map((item) => writeTarget(itemName, shape.member, item)).join('');
    return target.isFlattened ? items : `<${name}>${items}</${name}>`;
  }
  if (shape.kind === 'map') {
    const entryName = target.isFlattened ? name : 'entry';
    const entries = Object.entries(value as object).map(([key, item]) => {
      const written = writeTarget(shape.value.xmlName ?? 'value', shape.value, item);
      return `<${entryName}>${xmlElement(shape.key.xmlName ?? 'key', key)}${written}</${entryName}>`;
    });
    return target.isFlattened ? entries.join('') : `<${name}>${entries.join('')}</${name}>`;
  }
  if (shape.kind === 'structure')
    return `<${name}>${writeStructure(shape, value as Record<string, unknown>)}</${name}>`;
  return xmlElement(name, writeScalar(shape, value));
}

function writeScalar(shape: Shape, value: unknown): string {
  if (shape.kind === 'timestamp') return writeTimestamp(shape.format, value as Date);
  if (shape.kind === 'blob') return Buffer.from(value as Uint8Array).toString('base64');
  return String(value);
}

function writeTimestamp(format: TimestampFormat, instant: Date): string {
  if (format === 'epoch-seconds') return String(instant.getTime() / 1000);
  return format === 'http-date' ? instant.toUTCString() : instant.toISOString();
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
  '\n': '&#xA;',
};

function escapeXml(text: string): string {
  return text.replace(/[&<>"\r\n]/g, (character) => ESCAPES[character] ?? character);
}
