// The official client of MCP against policies_server.php: node mcp_policies.js URL
'use strict';

const assert = require('node:assert/strict');
const { Client } = require('@modelcontextprotocol/sdk/client/index.js');
const { StreamableHTTPClientTransport } = require('@modelcontextprotocol/sdk/client/streamableHttp.js');

const [url] = process.argv.slice(2);

// A client with these headers, and all answers that it got.
async function connect(headers) {
  const answers = [];
  const watch = async (...request) => {
    const answer = await fetch(...request);
    answers.push(answer);
    return answer;
  };
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers }, fetch: watch }));
  const call = (name, given = {}) => client.callTool({ name, arguments: given });
  const told = async (name, given) => {
    const { isError, content } = await call(name, given);
    return { isError, ...JSON.parse(content[0].text) };
  };
  return { client, call, told, last: () => answers.at(-1) };
}

async function main() {
  const nobody = await connect({});
  assert.equal((await nobody.client.listTools()).tools.length, 10);
  await assert.rejects(nobody.call('shop_stock', { article: 8 }), /Authentication required|401/);
  assert.equal(nobody.last().status, 401);
  assert.match(nobody.last().headers.get('www-authenticate'), /Basic realm="Shop".*Bearer realm="API"/);

  // What else is refused, the model is told.
  const guest = await connect({ 'X-Api-Key': 'key-of-guest' });
  assert.deepEqual(await guest.told('shop_stock', { article: 8 }), { isError: true, code: -32003, message: 'Forbidden' });
  assert.deepEqual(await guest.told('shop_report', { year: 2026 }), { isError: true, code: -32008, message: 'Timed out' });
  const missing = await guest.told('shop_pay', { sum: 1 });
  assert.equal(missing.code, -32010);
  for (let i = 0; i < 5; i += 1) {
    assert.equal((await guest.call('shop_me')).content[0].text, '"guest"');
  }
  const limited = await guest.told('shop_me');
  assert.equal(limited.code, -32029);
  assert.equal(String(limited.data.retryAfter), guest.last().headers.get('retry-after'));
  assert.equal(guest.last().status, 200);

  const robot = await connect({ 'X-Api-Key': 'key-of-robot', 'Idempotency-Key': 'one' });
  assert.equal((await robot.call('shop_stock', { article: 8 })).content[0].text, '1');
  assert.equal((await robot.call('shop_pay', { sum: 5 })).content[0].text, '"robot paid 5"');
  assert.equal((await robot.told('shop_pay', { sum: 6 })).code, -32022);
  await Promise.all([nobody, guest, robot].map(({ client }) => client.close()));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
