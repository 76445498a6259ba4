'use strict';

// Node's own http module, no framework: node bench/servers/node.js HOST PORT
// It has no XML parser, so the method's name is taken out of the call by a regular expression: less than the others do.

const http = require('node:http');

const POLLS = {
  'What framework do you prefer?': { a: 'Zend Framework', b: 'Symphony', c: 'I just write code' },
};

function answerJsonRpc(body) {
  let call;
  try {
    call = JSON.parse(body);
  } catch {
    return jsonRpcError(-32700, 'Parse error', null);
  }
  if (call?.jsonrpc !== '2.0' || typeof call.method !== 'string') {
    return jsonRpcError(-32600, 'Invalid Request', null);
  }
  const id = call.id ?? null;
  switch (call.method) {
    case 'poll.getAllPolls':
      return JSON.stringify({ result: POLLS, id, jsonrpc: '2.0' });
    case 'echo':
      return Array.isArray(call.params?.[0])
        ? JSON.stringify({ result: call.params[0], id, jsonrpc: '2.0' })
        : jsonRpcError(-32602, 'Invalid params', id);
    default:
      return jsonRpcError(-32601, 'Method not found', id);
  }
}

function jsonRpcError(code, message, id) {
  return JSON.stringify({ error: { code, message }, id, jsonrpc: '2.0' });
}

const escapeXml = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

function xmlRpcValue(value) {
  if (typeof value === 'number') return `<value><int>${value}</int></value>`;
  if (typeof value === 'string') return `<value><string>${escapeXml(value)}</string></value>`;
  const members = Object.entries(value).map(
    ([name, member]) => `<member><name>${escapeXml(name)}</name>${xmlRpcValue(member)}</member>`,
  );
  return `<value><struct>${members.join('')}</struct></value>`;
}

function answerXmlRpc(body) {
  const method = /^\s*(?:<\?xml[^>]*\?>)?\s*<methodCall>\s*<methodName>([\w.]+)<\/methodName>/.exec(body)?.[1];
  const content = method === 'poll.getAllPolls'
    ? `<params><param>${xmlRpcValue(POLLS)}</param></params>`
    : `<fault>${xmlRpcValue({ faultCode: -32601, faultString: 'Method not found' })}</fault>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<methodResponse>${content}</methodResponse>\n`;
}

function send(response, status, contentType, body) {
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

function withBody(request, handle) {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => handle(Buffer.concat(chunks).toString()));
}

const server = http.createServer((request, response) => {
  switch (`${request.method} ${request.url}`) {
    case 'GET /hello':
      return send(response, 200, 'text/plain; charset=utf-8', 'Hello, World!');
    case 'POST /jsonrpc':
      return withBody(request, (body) => send(response, 200, 'application/json', answerJsonRpc(body)));
    case 'POST /xmlrpc':
      return withBody(request, (body) => send(response, 200, 'text/xml; charset=utf-8', answerXmlRpc(body)));
    default:
      return send(response, 404, 'text/plain; charset=utf-8', 'Not Found');
  }
});

server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[3]), process.argv[2]);
