// Checks an OpenRPC document against the official meta-schema, and each schema in it: node openrpc.js < DOCUMENT
'use strict';

const fs = require('node:fs');
const Ajv = require('ajv');
const Ajv2020 = require('ajv/dist/2020');
const addFormats = require('ajv-formats');
const { default: openrpc } = require('@open-rpc/meta-schema');
const { default: jsonSchema } = require('@json-schema-tools/meta-schema');

const document = JSON.parse(fs.readFileSync(0, 'utf8'));

// Both name a dialect that only they themselves define.
const plain = ({ $schema, ...schema }) => schema;
const checker = new Ajv({ strict: false, allErrors: true });
addFormats(checker);
checker.addSchema(plain(jsonSchema), 'https://meta.json-schema.tools');
const check = checker.compile(plain(openrpc));
if (!check(document)) {
  throw new Error(JSON.stringify(check.errors, null, 2));
}

const url = 'http://127.0.0.1/openrpc.json';
const schemas = new Ajv2020({ strict: false });
addFormats(schemas);
schemas.addSchema({ $id: url, ...document });
let count = 0;
document.methods.forEach((method, m) => {
  const places = method.params.map((_, p) => `params/${p}`).concat('result');
  for (const place of places) {
    schemas.compile({ $ref: `${url}#/methods/${m}/${place}/schema` });
    count += 1;
  }
});
console.log(`${document.methods.length} methods, ${count} schemas`);
