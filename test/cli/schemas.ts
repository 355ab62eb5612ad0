import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

const folder = new URL('../../schemas/', import.meta.url);

const ajv = new Ajv2020({ discriminator: true, allowUnionTypes: true, allErrors: true });
for (const file of readdirSync(folder)) {
  ajv.addSchema(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as object);
}

/** What is wrong with a document by the schema that its `schema` field names; empty where nothing is. */
export function schemaErrors(document: Readonly<Record<string, unknown>>): readonly string[] {
  const [, name] = /^zonewright\/([\w-]+)\/v1$/.exec(String(document['schema'])) ?? [];
  const validate = ajv.getSchema(`urn:zonewright:schema:${name ?? ''}`);
  if (validate === undefined) return [`there is no schema for ${String(document['schema'])}`];
  void validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}
