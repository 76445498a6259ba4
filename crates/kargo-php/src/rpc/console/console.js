// The console: it reads the API's OpenRPC document, and makes calls in each protocol by hand, so that people see the bytes.
// Texts of the API get into the page as text only.

const base = location.pathname.replace(/\/+$/, '');
const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';
const SCHEMA = 'http://www.w3.org/2001/XMLSchema';
const byId = id => document.getElementById(id);
let api = null;
let namespace = null;
let tools = null;
let operations = null;
let protocol = 'JSON-RPC';
let headerLines = '';

/** An element: attributes by name (`on` + event: a listener), children are elements or texts. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined && child !== ''));
  return element;
}

// ---- types

/** A schema with its reference followed. */
function resolve(schema) {
  for (let hops = 0; schema && schema.$ref && hops < 32; hops++) {
    schema = api.components?.schemas?.[schema.$ref.split('/').pop()];
  }
  return schema ?? {};
}

const typesOf = schema => [schema.type ?? []].flat();
const variants = schema => schema.anyOf ?? schema.oneOf ?? null;

function isNullable(schema) {
  schema = resolve(schema);
  return typesOf(schema).includes('null') || (variants(schema)?.some(one => typesOf(resolve(one)).includes('null')) ?? false);
}

/** The one type that is left when null is not counted; an empty schema if there are several. */
function core(schema) {
  schema = resolve(schema);
  const several = variants(schema);
  if (several) {
    const left = several.map(resolve).filter(one => !(typesOf(one).length === 1 && typesOf(one)[0] === 'null'));
    return left.length === 1 ? core(left[0]) : {};
  }
  const types = typesOf(schema).filter(type => type !== 'null');
  return types.length === 1 ? { ...schema, type: types[0] } : schema.enum ? schema : {};
}

/** A type in a few words. */
function typeName(schema, depth = 0) {
  const name = schema?.$ref?.split('/').pop();
  if (name) return name;
  const several = variants(schema ?? {});
  if (several) return several.map(one => typeName(one, depth)).join(' or ');
  if (schema?.enum) return depth ? 'one of ' + schema.enum.length : schema.enum.map(value => JSON.stringify(value)).join(', ');
  return typesOf(schema ?? {}).map(type => {
    if (type === 'array') return schema.items && depth < 3 ? `list of ${typeName(schema.items, depth + 1)}` : 'list';
    if (type === 'object' && typeof schema.additionalProperties === 'object' && depth < 3) {
      return `map of ${typeName(schema.additionalProperties, depth + 1)}`;
    }
    if (type === 'string' && schema.format) return schema.format;
    if (type === 'string' && schema.contentEncoding) return schema.contentEncoding;
    return type;
  }).join(' or ') || 'anything';
}

/** An example of a value, as JavaScript has it. */
function example(schema, depth = 0) {
  if (schema && 'default' in schema) return schema.default;
  const kind = core(schema);
  if (depth > 4) return null;
  if (kind.enum) return kind.enum[0];
  switch (kind.type) {
    case 'integer': return Math.max(kind.minimum ?? 0, 0);
    case 'number': return 0.5;
    case 'boolean': return true;
    case 'array': return [example(kind.items, depth + 1)];
    case 'object': return Object.fromEntries((kind.required ?? Object.keys(kind.properties ?? {}))
      .map(name => [name, example(kind.properties?.[name], depth + 1)]));
    case 'string':
      return kind.format === 'date-time' ? new Date().toISOString().slice(0, 19) + 'Z' : kind.contentEncoding ? 'AAEC' : '';
    default: return null;
  }
}

// ---- the form

/** One parameter: its controls, and value() which gives JSON text, undefined for "left out", or throws what is wrong. */
function field(parameter, index) {
  const { schema } = parameter;
  const kind = core(schema);
  const id = `parameter-${index}`;
  const shown = { id, name: parameter.name, 'aria-describedby': `${id}-hint ${id}-wrong` };
  const initial = schema && 'default' in schema ? schema.default : example(schema);
  let control;
  let read;
  if (kind.enum) {
    control = make('select', shown, ...kind.enum.map(value => make('option', { value: JSON.stringify(value) }, String(value))));
    read = text => text;
  } else if (kind.type === 'boolean') {
    control = make('select', shown, make('option', {}, 'true'), make('option', {}, 'false'));
    control.value = String(initial ?? true);
    read = text => text;
  } else if (kind.type === 'integer' || kind.type === 'number') {
    control = make('input', { ...shown, type: 'text', inputmode: kind.type === 'integer' ? 'numeric' : 'decimal', autocomplete: 'off' });
    control.value = initial === null ? '' : schema?.defaultText ?? String(initial);
    const form = kind.type === 'integer' ? /^-?(0|[1-9]\d*)$/ : /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;
    read = text => {
      if (!form.test(text.trim())) throw new Error(kind.type === 'integer' ? 'A whole number is expected.' : 'A number is expected.');
      return text.trim();
    };
  } else if (kind.type === 'string') {
    control = make('input', { ...shown, type: 'text', autocomplete: 'off', spellcheck: 'false' });
    control.value = initial ?? '';
    read = text => JSON.stringify(text);
  } else {
    const text = schema?.defaultText ?? JSON.stringify(initial, null, 2);
    control = make('textarea', { ...shown, rows: Math.min(16, Math.max(3, text.split('\n').length)), spellcheck: 'false' });
    control.value = text;
    read = text => {
      try { JSON.parse(text); } catch (error) { throw new Error(`This is no JSON: ${error.message}`); }
      return text.trim();
    };
  }
  const wrong = make('p', { id: `${id}-wrong`, class: 'wrong', 'aria-live': 'polite' });
  const choices = [];
  const absent = parameter.required ? null : choice('Leave out', true);
  const none = isNullable(schema) && kind.type !== undefined ? choice('null', initial === null && parameter.required) : null;
  function choice(text, isOn) {
    const box = make('input', { type: 'checkbox', onchange: update, 'aria-label': `${text}: ${parameter.name}` });
    box.checked = isOn;
    choices.push(make('label', { class: 'choice' }, box, text));
    return box;
  }
  function update() { control.disabled = (absent?.checked || none?.checked) ?? false; }
  update();
  const element = make('div', { class: 'field' },
    make('div', { class: 'head' }, make('label', { class: 'main', for: id }, parameter.name),
      make('span', { class: 'type' }, typeName(schema)), ...choices),
    control, make('p', { id: `${id}-hint`, class: 'hint' }, parameter.description ?? schema?.description ?? ''), wrong);
  return {
    element, name: parameter.name, schema, control,
    value() {
      wrong.textContent = '';
      control.removeAttribute('aria-invalid');
      if (absent?.checked) return undefined;
      if (none?.checked) return 'null';
      try {
        return read(control.value);
      } catch (error) {
        wrong.textContent = error.message;
        control.setAttribute('aria-invalid', 'true');
        throw error;
      }
    },
  };
}

// ---- one method

function showMethod(method) {
  const fields = (method.params ?? []).map(field);
  const request = make('pre', { id: 'request', tabindex: 0, role: 'region', 'aria-label': 'Request' });
  const outcome = make('p', { class: 'outcome', id: 'outcome', role: 'status' });
  const response = make('pre', { id: 'response', tabindex: 0, role: 'region', 'aria-label': 'Response', hidden: true });
  const pretty = make('input', { type: 'checkbox', id: 'pretty', onchange: () => showResponse() });
  const copied = make('span', { class: 'quiet', role: 'status' });
  let latest = null;
  let previews = 0;

  async function built() {
    const all = fields.map(one => ({ name: one.name, schema: one.schema, json: one.value() }));
    const sent = await protocols[protocol].build(method, all.filter(one => one.json !== undefined), all, Number(routes.value));
    return { verb: 'POST', ...sent, headers: { ...sent.headers, ...furtherHeaders() } };
  }

  async function preview() {
    // One that waits for the WSDL may end after a later one: only the latest is shown.
    const current = ++previews;
    const show = text => { if (current === previews) request.textContent = text; };
    try {
      const sent = await built();
      const lines = Object.entries(sent.headers).map(([name, value]) => `${name}: ${value}`);
      show([`${sent.verb} ${base}${sent.path} HTTP/1.1`, `Host: ${location.host}`, ...lines, '', sent.body ?? ''].join('\n'));
      return sent;
    } catch (error) {
      show(error.message);
      return null;
    }
  }

  async function send(event) {
    event.preventDefault();
    const { failed } = protocols[protocol];
    const sent = await preview();
    if (sent === null) {
      fields.find(one => one.control.hasAttribute('aria-invalid'))?.control.focus();
      return;
    }
    outcome.replaceChildren('Waiting for the answer…');
    const start = performance.now();
    try {
      const answer = await fetch(`${base}${sent.path}`, { method: sent.verb, headers: sent.headers, body: sent.body });
      const text = await answer.text();
      const seconds = (performance.now() - start) / 1000;
      const isGood = answer.ok && !failed(text);
      latest = { answer, text };
      outcome.replaceChildren(
        make('b', { class: isGood ? 'good' : 'bad' }, `${answer.status} ${answer.statusText}`.trim() + (answer.ok && !isGood ? ', a fault' : '')),
        make('span', { class: 'quiet' }, `${(seconds * 1000).toFixed(1)} ms`),
        make('span', { class: 'quiet' }, `${new Blob([text]).size.toLocaleString('en')} bytes`));
      showResponse();
    } catch (error) {
      latest = null;
      response.hidden = true;
      outcome.replaceChildren(make('b', { class: 'bad' }, 'No answer'), make('span', {}, error.message));
    }
  }

  function showResponse() {
    if (latest === null) return;
    let { text } = latest;
    if (pretty.checked) {
      try { text = JSON.stringify(JSON.parse(text), null, 2); } catch { text = indentXml(text); }
    }
    const lines = [...latest.answer.headers].map(([name, value]) => `${name}: ${value}`);
    response.textContent = [`HTTP/1.1 ${latest.answer.status} ${latest.answer.statusText}`.trim(), ...lines, '', text].join('\n');
    response.hidden = false;
  }

  async function copy() {
    const sent = await preview();
    if (sent === null) return;
    const quoted = text => `'${text.replaceAll("'", "'\\''")}'`;
    // To curl a name with a colon and nothing after it is a header that is not to be sent.
    const headers = Object.entries(sent.headers).map(([name, value]) => ` \\\n  -H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`).join('');
    const verb = sent.verb === (sent.body === undefined ? 'GET' : 'POST') ? '' : ` -X ${sent.verb}`;
    const body = sent.body === undefined ? '' : ` \\\n  --data-raw ${quoted(sent.body)}`;
    const command = `curl -sg${verb} ${quoted(location.origin + base + sent.path)}${headers}${body}`;
    try {
      await navigator.clipboard.writeText(command);
    } catch {
      // Browsers give the clipboard to pages of HTTPS and of this machine only.
      copied.textContent = 'This page may not use the clipboard.';
      return;
    }
    copied.textContent = 'Copied.';
  }

  const tabs = Object.keys(protocols).map(name => {
    const radio = make('input', { type: 'radio', name: 'protocol', value: name, onchange: () => { protocol = name; showRoutes(); preview(); } });
    radio.checked = name === protocol;
    return make('label', {}, radio, name);
  });
  const routes = make('select', { id: 'route', onchange: preview }, make('option', { value: 0 }, `POST /rest/${method.name.replaceAll('.', '/')}`));
  const routing = make('div', { class: 'field', hidden: true }, make('div', { class: 'head' }, make('label', { class: 'main', for: 'route' }, 'Verb and path')), routes);
  async function showRoutes() {
    routing.hidden = protocol !== 'REST';
    if (routing.hidden || routes.dataset.known) return;
    try {
      routes.replaceChildren(...(await routesOf(method)).map((one, at) => make('option', { value: at }, `${one.verb} ${one.path}`)));
      routes.dataset.known = 'yes';
    } catch { /* The preview says it. */ }
  }
  const extra = make('textarea', { id: 'headers', rows: 2, spellcheck: 'false', placeholder: 'Authorization: Bearer …',
    oninput: event => { headerLines = event.target.value; preview(); } });
  extra.value = headerLines;
  const errors = (method.errors ?? []).map(one => make('li', {}, `${one.code}: ${one.message}`));
  const form = make('form', { class: 'card', onsubmit: send, oninput: () => preview(), novalidate: true },
    ...fields.map(one => one.element),
    fields.length === 0 ? make('p', { class: 'quiet' }, 'This method takes no arguments.') : null,
    make('fieldset', { class: 'field' }, make('div', { class: 'protocols', role: 'radiogroup', 'aria-label': 'Protocol' }, ...tabs)),
    routing,
    make('details', {}, make('summary', {}, 'Further headers'), make('label', { class: 'quiet', for: 'headers' }, 'One line each, as in HTTP'), extra),
    make('div', { class: 'actions' }, make('button', { type: 'submit' }, 'Call'),
      make('button', { type: 'button', class: 'second', onclick: copy }, 'Copy as curl'), copied));
  byId('method').replaceChildren(...[
    make('h2', { id: 'method-name' }, method.name),
    method.summary ? make('p', { class: 'summary' }, method.summary) : null,
    method.deprecated ? make('p', { class: 'mark' }, 'Deprecated') : null,
    method.description && method.description !== method.summary ? make('p', { class: 'prose' }, method.description) : null,
    form,
    make('h3', {}, 'Gives'),
    make('p', {}, make('span', { class: 'type' }, typeName(method.result?.schema)), method.result?.description ? ` ${method.result.description}` : ''),
    ...(errors.length ? [make('h3', {}, 'Declared faults'), make('ul', {}, ...errors)] : []),
    make('h3', {}, 'Request'), request,
    make('div', { class: 'bar' }, make('h3', {}, 'Response'), make('label', { class: 'choice' }, pretty, 'Indented')),
    outcome, response,
  ].filter(Boolean));
  outcome.replaceChildren(make('span', { class: 'quiet' }, 'Nothing was sent yet.'));
  showRoutes();
  preview();
}

/** XML with a line for each element. */
function indentXml(text) {
  let depth = 0;
  return text.replace(/>\s*</g, '>\n<').split('\n').map(line => {
    if (/^<\//.test(line)) depth = Math.max(0, depth - 1);
    const indented = '  '.repeat(depth) + line;
    if (/^<[^?!/][^>]*[^/]?>$/.test(line) && !/\/>$/.test(line) && !/<\//.test(line)) depth++;
    return indented;
  }).join('\n');
}

// ---- the list

function listMethods() {
  const wanted = byId('filter').value.trim().toLowerCase();
  const current = currentName();
  const groups = new Map();
  let count = 0;
  for (const method of api.methods) {
    if (!`${method.name} ${method.summary ?? ''}`.toLowerCase().includes(wanted)) continue;
    const group = method.name.includes('.') ? method.name.slice(0, method.name.lastIndexOf('.')) : '';
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(method);
    count++;
  }
  byId('count').textContent = count === 1 ? '1 method' : `${count} methods`;
  // Those without a namespace belong to no heading.
  const ordered = [...groups].sort(([one], [other]) => Number(one !== '') - Number(other !== ''));
  byId('methods').replaceChildren(...ordered.flatMap(([group, methods]) => [
    group ? make('li', { class: 'group' }, group) : null,
    ...methods.map(method => make('li', {}, make('a', {
      href: `#${encodeURIComponent(method.name)}`, title: method.summary, class: method.deprecated ? 'old' : undefined,
      'aria-current': method.name === current ? 'true' : undefined,
    }, group ? method.name.slice(group.length + 1) : method.name))),
  ].filter(Boolean)));
}

function currentName() {
  try { return decodeURIComponent(location.hash.slice(1)); } catch { return ''; }
}

function route(event) {
  const method = api.methods.find(one => one.name === currentName()) ?? api.methods[0];
  if (!method) {
    byId('notice').textContent = 'This API has no methods.';
    return;
  }
  document.title = `${method.name} · ${api.info.title}`;
  listMethods();
  showMethod(method);
  if (event) byId('method').focus();
}

async function start() {
  const links = [['OpenRPC', '/openrpc.json'], ['OpenAPI', '/openapi.json'], ['WSDL', '/soap?wsdl'], ['SMD', '/jsonrpc']];
  byId('documents').replaceChildren(...links.map(([name, path]) => make('li', {}, make('a', { href: base + path }, name))));
  const answer = await fetch(`${base}/openrpc.json`);
  if (!answer.ok) throw new Error(`openrpc.json: ${answer.status} ${answer.statusText}`);
  const text = await answer.text();
  api = JSON.parse(text);
  keepDefaults(api, exact(text));
  byId('title').textContent = api.info.title;
  byId('version').textContent = api.info.version;
  byId('filter').addEventListener('input', listMethods);
  addEventListener('hashchange', route);
  route();
}

start().catch(error => { byId('notice').textContent = `The description of this API can't be read: ${error.message}`; });
