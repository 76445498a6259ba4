// The official client of MCP against described.php: node mcp.js URL
'use strict';

const assert = require('node:assert/strict');
const { Client } = require('@modelcontextprotocol/sdk/client/index.js');
const { StreamableHTTPClientTransport } = require('@modelcontextprotocol/sdk/client/streamableHttp.js');

const [url] = process.argv.slice(2);
const hearts = { suit: 'H', rank: 2, below: null };

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error.code;
  }
  throw new Error('not refused');
}

async function main() {
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(url));
  await client.connect(transport);
  assert.equal(transport.protocolVersion, '2025-06-18');
  assert.equal(transport.sessionId, undefined);
  assert.deepEqual(client.getServerVersion(), { name: 'Cards', version: '1.2' });
  assert.deepEqual(client.getServerCapabilities(), { tools: {} });
  await client.ping();

  const { tools } = await client.listTools();
  const names = tools.map((tool) => tool.name);
  assert.deepEqual(names, [
    'pack_put_2', 'pack_count', 'pack_find', 'pack_shuffle', 'pack_tear', 'pack_sum', 'pack_put',
  ]);
  assert.deepEqual(tools.map((tool) => 'outputSchema' in tool), [true, true, false, false, false, false, false]);
  assert.equal(tools[0].description, 'Puts a card on another one.\n\nBoth stay as they were.');
  assert.equal(tools[2].description, 'Deprecated: use count');

  // The client checks what comes against the schema of the output.
  const put = await client.callTool({ name: 'pack_put_2', arguments: { card: { suit: 'S' }, on: hearts } });
  const card = { suit: 'S', rank: 1, below: hearts };
  assert.deepEqual(put.structuredContent, card);
  assert.deepEqual(put.content, [{ type: 'text', text: JSON.stringify(card) }]);
  const count = await client.callTool({ name: 'pack_count', arguments: { cards: [hearts, hearts] } });
  assert.deepEqual(count.structuredContent, { H: 2 });
  const none = await client.callTool({ name: 'pack_count', arguments: { cards: [] } });
  assert.deepEqual(none.structuredContent, {});
  const found = await client.callTool({ name: 'pack_find', arguments: { query: { rank: 7, suits: ['S'] } } });
  assert.equal(found.structuredContent, undefined);
  assert.deepEqual(JSON.parse(found.content[0].text), [{ suit: 'S', rank: 7, below: null }]);
  const nothing = await client.callTool({ name: 'pack_shuffle' });
  assert.deepEqual(nothing.content, [{ type: 'text', text: 'null' }]);
  const value = { a: [1.5, 'é\u2028', { b: null }] };
  const same = await client.callTool({ name: 'pack_put', arguments: { value } });
  assert.deepEqual(same.structuredContent, value);

  const torn = await client.callTool({ name: 'pack_put_2', arguments: { card: { suit: 'H', rank: 0 } } });
  assert.equal(torn.isError, true);
  assert.deepEqual(JSON.parse(torn.content[0].text), { code: 17, message: 'it is torn', data: { rank: 0 } });
  assert.equal(await refusal(client.callTool({ name: 'pack_tear' })), -32603);
  assert.equal(await refusal(client.callTool({ name: 'pack.put', arguments: {} })), -32602);
  assert.equal(await refusal(client.callTool({ name: 'pack_count', arguments: { cards: [{}] } })), -32602);
  assert.equal(await refusal(client.listPrompts()), -32601);

  const many = await Promise.all(
    Array.from({ length: 100 }, (_, n) => client.callTool({ name: 'pack_put', arguments: { value: { n } } })),
  );
  many.forEach((answer, n) => assert.deepEqual(answer.structuredContent, { n }));
  await client.close();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
