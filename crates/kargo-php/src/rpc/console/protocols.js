// What is sent: a call in each protocol, written by hand from the JSON texts of its arguments.

// ---- numbers as they were written: JavaScript's have 53 bits

/** JSON with each string as "s…" and each number as "n…", names too. */
const exact = text => JSON.parse(text.replace(/("(?:[^"\\]|\\.)*")|-?\d[\d.eE+-]*/g,
  (found, string) => string ? `"s${found.slice(1)}` : `"n${found}"`));

/** The same as JSON text again. */
function write(value) {
  if (Array.isArray(value)) return `[${value.map(write).join(', ')}]`;
  if (typeof value === 'string') return isNumber(value) ? value.slice(1) : JSON.stringify(value.slice(1));
  if (value === null || typeof value !== 'object') return String(value);
  return `{${Object.entries(value).map(([name, one]) => `${JSON.stringify(name.slice(1))}: ${write(one)}`).join(', ')}}`;
}

const isNumber = value => typeof value === 'string' && value[0] === 'n';

/** Beside each default its text. */
function keepDefaults(plain, precise) {
  if (plain === null || typeof plain !== 'object') return;
  for (const [name, one] of Object.entries(plain)) keepDefaults(one, Array.isArray(plain) ? precise[name] : precise[`s${name}`]);
  if (!Array.isArray(plain) && 'default' in plain) plain.defaultText = write(precise.sdefault);
}

// ---- the protocols: given [{name, schema, json}], what is sent

/** What takes all further arguments by position is a list by name. */
const byName = (method, given) => given.map(one =>
  method.paramStructure === 'by-position' && one.name === method.params.at(-1).name ? { ...one, json: `[${one.json}]` } : one);

const jsonObject = given => `{${given.map(one => `${JSON.stringify(one.name)}: ${one.json}`).join(', ')}}`;
const escapeXml = text => text.replace(/[&<>"\r]/g, found => `&#${found.charCodeAt(0)};`);
const isDigits = text => /^-?\d+$/.test(text);

const isLong = text => isDigits(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);

/** The schema and value of each member of a container. */
function membersOf(kind, value) {
  return Array.isArray(value)
    ? value.map((one, at) => [String(at), kind.items ?? {}, one])
    : Object.entries(value).map(([key, one]) => [key.slice(1), one])
      .map(([name, one]) => [name, kind.properties?.[name] ?? (typeof kind.additionalProperties === 'object' ? kind.additionalProperties : {}), one]);
}

function xmlRpcValue(schema, value) {
  const kind = core(schema);
  let content;
  if (value === null) content = '<nil/>';
  else if (typeof value === 'boolean') content = `<boolean>${value ? 1 : 0}</boolean>`;
  else if (isNumber(value)) {
    const text = value.slice(1);
    content = kind.type !== 'number' && isLong(text) ? `<i8>${text}</i8>` : `<double>${plainNumber(text)}</double>`;
  } else if (typeof value === 'string') {
    const name = kind.contentEncoding ? 'base64' : 'string';
    content = `<${name}>${escapeXml(value.slice(1))}</${name}>`;
  } else if (Array.isArray(value)) {
    content = `<array><data>${membersOf(kind, value).map(([, type, one]) => xmlRpcValue(type, one)).join('')}</data></array>`;
  } else {
    content = `<struct>${membersOf(kind, value).map(([name, type, one]) =>
      `<member><name>${escapeXml(name)}</name>${xmlRpcValue(type, one)}</member>`).join('')}</struct>`;
  }
  return `<value>${content}</value>`;
}

/** A double without an exponent, which XML-RPC does not have, with all its digits. */
function plainNumber(text) {
  const [, sign, whole, fraction = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text);
  const shift = Math.max(-400, Math.min(400, Number(power)));
  const digits = whole + fraction;
  const point = whole.length + shift;
  if (shift === 0) return text.replace(/[eE].*/, '');
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.slice(0, point).padEnd(point, '0') + (point < digits.length ? `.${digits.slice(point)}` : '');
}

const elementName = name => name.replace(/[^\w.\-\u00c0-\uffff]/g, found => `_x${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`);

function soapElement(name, schema, value) {
  const kind = core(schema);
  const tag = elementName(name);
  if (value === null) return `<${tag} xsi:nil="true"/>`;
  // Where several types are possible a value says its own.
  const said = type => kind.type || kind.enum ? '' : ` xsi:type="xsd:${type}"`;
  if (typeof value === 'boolean') return `<${tag}${said('boolean')}>${value}</${tag}>`;
  if (isNumber(value)) return `<${tag}${said(isLong(value.slice(1)) ? 'long' : 'double')}>${value.slice(1)}</${tag}>`;
  if (typeof value === 'string') return `<${tag}${said('string')}>${escapeXml(value.slice(1))}</${tag}>`;
  const members = membersOf(kind, value);
  if (Array.isArray(value)) return `<${tag}>${members.map(([, type, one]) => soapElement('item', type, one)).join('')}</${tag}>`;
  if (kind.properties) return `<${tag}>${members.map(([key, type, one]) => soapElement(key, type, one)).join('')}</${tag}>`;
  return `<${tag}>${members.map(([key, type, one]) =>
    `<entry><key>${escapeXml(key)}</key>${soapElement('value', type, one)}</entry>`).join('')}</${tag}>`;
}

/** The WSDL's target namespace. */
async function soapNamespace() {
  if (namespace === null) {
    const answer = await fetch(`${base}/soap?wsdl`);
    const wsdl = new DOMParser().parseFromString(await answer.text(), 'text/xml');
    namespace = wsdl.documentElement.getAttribute('targetNamespace') ?? '';
  }
  return namespace;
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const MCP_HEADERS = { ...JSON_TYPE, 'Accept': 'application/json, text/event-stream', 'MCP-Protocol-Version': '2025-06-18' };

/** A method's name as a tool. Tools are in the order of the methods; their names may end in a number, so only the server knows. */
async function toolName(method) {
  if (tools === null) {
    const body = '{"jsonrpc": "2.0", "method": "tools/list", "id": 1}';
    const answer = await fetch(`${base}/mcp`, { method: 'POST', headers: { ...furtherHeaders(), ...MCP_HEADERS }, body });
    if (!answer.ok) throw new Error(`tools/list: ${answer.status} ${answer.statusText}`);
    tools = (await answer.json()).result.tools;
  }
  return tools[api.methods.indexOf(method)].name;
}

/** What people typed in below "Further headers". */
function furtherHeaders() {
  return Object.fromEntries(headerLines.split('\n').filter(line => line.includes(':'))
    .map(line => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]));
}

// ---- REST: verbs and paths are the OpenAPI document's

const VERBS = ['get', 'post', 'put', 'patch', 'delete'];

/** Where a method can be called, [{verb, path, operation}]: first at the paths that somebody chose. */
async function routesOf(method) {
  if (operations === null) {
    const answer = await fetch(`${base}/openapi.json`);
    if (!answer.ok) throw new Error(`openapi.json: ${answer.status} ${answer.statusText}`);
    operations = Object.entries((await answer.json()).paths).flatMap(([path, item]) => VERBS.filter(verb => verb in item)
      .map(verb => ({ verb: verb.toUpperCase(), path, operation: item[verb] })));
  }
  const usual = `/rest/${method.name.replaceAll('.', '/')}`;
  const isUsual = ({ path }) => path.startsWith('/rest/');
  const owner = id => api.methods.some(one => one.name === id) ? id : id.replace(/\.(get|post|put|patch|delete)\d*$/, '');
  const found = operations.filter(one => isUsual(one) ? one.path === usual : owner(one.operation.operationId) === method.name);
  // POST takes everything, so it comes before GET at the usual path.
  const rank = one => isUsual(one) ? one.verb === 'POST' ? 1 : 2 : 0;
  return found.sort((one, other) => rank(one) - rank(other));
}

/** Where each argument goes: {in: 'path' | 'query' | 'header' | 'member' | 'body', name}. */
function placesOf(method, operation) {
  const params = method.params ?? [];
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  const listed = [...operation.parameters ?? []];
  const names = Object.keys(schema?.properties ?? {});
  const areMembers = schema && !schema.$ref && names.every(name => params.some(one => one.name === name))
    && names.length + listed.length >= params.length;
  let whole = -1;
  if (schema && !areMembers) {
    // The one whose type is the body's, and without which the others are in the order of the parameters.
    const likeness = index => (JSON.stringify(params[index].schema) === JSON.stringify(schema) ? 100 : 0)
      + params.filter((_, at) => at !== index).filter((one, at) => one.name === listed[at]?.name).length;
    whole = params.reduce((best, _, index) => best < 0 || likeness(index) > likeness(best) ? index : best, -1);
  }
  return params.map((one, index) => {
    if (index === whole) return { in: 'body' };
    if (areMembers && names.includes(one.name)) return { in: 'member', name: one.name };
    return listed.shift() ?? { in: 'member', name: one.name };
  });
}

/** A value as the text of a query, a path or a header. */
const textOf = value => value === null ? '' : typeof value === 'string' ? value.slice(1) : write(value);

function restRequest(method, given, { verb, path, operation }) {
  const places = placesOf(method, operation);
  const headers = {};
  const query = [];
  const members = [];
  let body;
  let target = path;
  method.params?.forEach((parameter, index) => {
    const argument = given.find(one => one.name === parameter.name);
    const place = places[index];
    if (argument === undefined) return;
    if (place.in === 'body') { body = argument.json; return; }
    if (place.in === 'member') { members.push(argument); return; }
    const value = exact(argument.json);
    const texts = Array.isArray(value) ? value.map(textOf) : [textOf(value)];
    if (place.in === 'query') query.push(...texts.map(text => `${encodeURIComponent(place.name)}=${encodeURIComponent(text)}`));
    else if (place.in === 'header') headers[place.name] = texts.join(', ');
    else target = target.replaceAll(`{${place.name}}`, texts.map(encodeURIComponent).join(','));
  });
  if (operation.requestBody && body === undefined) body = jsonObject(members);
  return {
    verb, path: query.length ? `${target}?${query.join('&')}` : target,
    headers: body === undefined ? headers : { ...JSON_TYPE, ...headers }, body,
  };
}

const protocols = {
  'JSON-RPC': {
    build(method, given) {
      const params = method.paramStructure === 'by-position' ? `[${given.map(one => one.json).join(', ')}]` : jsonObject(given);
      return { path: '/jsonrpc', headers: JSON_TYPE, body: `{"jsonrpc": "2.0", "method": ${JSON.stringify(method.name)}, "params": ${params}, "id": 1}` };
    },
    failed: answer => /^\s*\{\s*"error"/.test(answer),
  },
  'XML-RPC': {
    build(method, given, all) {
      // By position: what is left out in the middle takes its default, or null.
      const last = all.findLastIndex(one => one.json !== undefined);
      const params = all.slice(0, last + 1).map(one => xmlRpcValue(one.schema, exact(one.json ?? one.schema?.defaultText ?? 'null')));
      return {
        path: '/xmlrpc', headers: { 'Content-Type': 'text/xml; charset=utf-8' },
        body: `<?xml version="1.0" encoding="UTF-8"?>\n<methodCall><methodName>${escapeXml(method.name)}</methodName>`
          + `<params>${params.map(one => `<param>${one}</param>`).join('')}</params></methodCall>`,
      };
    },
    failed: answer => /<fault>/.test(answer),
  },
  'SOAP': {
    async build(method, given) {
      const name = elementName(method.name);
      return {
        path: '/soap', headers: { 'Content-Type': 'text/xml; charset=utf-8', 'SOAPAction': '""' },
        body: `<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="${SOAP}" xmlns:xsi="${INSTANCE}" xmlns:xsd="${SCHEMA}">`
          + `<soap:Body><${name} xmlns="${escapeXml(await soapNamespace())}">`
          + `${given.map(one => soapElement(one.name, one.schema, exact(one.json))).join('')}</${name}></soap:Body></soap:Envelope>`,
      };
    },
    failed: answer => /:Fault>/.test(answer),
  },
  'REST': {
    build: async (method, given, all, route) => restRequest(method, byName(method, given), (await routesOf(method))[route]),
    failed: () => false,
  },
  'MCP': {
    build: async (method, given) => ({
      path: '/mcp', headers: MCP_HEADERS,
      body: `{"jsonrpc": "2.0", "method": "tools/call", "params": {"name": ${JSON.stringify(await toolName(method))}, `
        + `"arguments": ${jsonObject(byName(method, given))}}, "id": 1}`,
    }),
    failed: answer => /"isError"\s*:\s*true|^\s*\{\s*"error"/.test(answer),
  },
};

