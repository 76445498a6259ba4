// The npm client "xmlrpc" against the poll API: node xmlrpc.js HOST PORT
'use strict';

const assert = require('node:assert/strict');
const xmlrpc = require('xmlrpc');

const [host, port] = process.argv.slice(2);
const question = 'What framework do you prefer?';
const options = { a: 'Zend Framework', b: 'Symphony', c: 'I just write code' };
const client = xmlrpc.createClient({ host, port: Number(port), path: '/xmlrpc' });

function call(method, ...params) {
  return new Promise((resolve, reject) => {
    client.methodCall(method, params, (error, value) => (error ? reject(error) : resolve(value)));
  });
}

async function fault(method, ...params) {
  return call(method, ...params).then(
    (value) => assert.fail(`${method} gave ${JSON.stringify(value)}`),
    (error) => error.faultCode,
  );
}

async function main() {
  assert.deepEqual(await call('poll.getAllPolls'), { [question]: options });
  assert.deepEqual(await call('poll.getAllQuestions'), [question]);
  assert.deepEqual(await call('poll.vote', question, 'c', 'nöde <&>'), { a: 0, b: 0, c: 1 });
  assert.equal(await call('poll.create', 'Fünf & <zehn>?', ['ja', 'nein']), true);
  assert.deepEqual((await call('poll.getAllPolls'))['Fünf & <zehn>?'], { a: 'ja', b: 'nein' });

  assert.equal(await fault('poll.none'), -32601);
  assert.equal(await fault('poll.vote', question, 'c', 5), -32602);
  assert.equal(await fault('poll.vote', question, 'c', 'nöde <&>'), 3);
  assert.equal(await fault('poll.results', new Date()), -32602);
  assert.equal(await fault('poll.results', Buffer.from('bytes')), 1);
  assert.equal(await fault('poll.results', { a: [1, 2.5, true, null] }), -32602);

  const calls = [
    { methodName: 'poll.getAllQuestions', params: [] },
    { methodName: 'poll.none', params: [] },
  ];
  const [first, second] = await call('system.multicall', calls);
  assert.deepEqual(first[0][0], question);
  assert.equal(second.faultCode, -32601);
  assert.ok((await call('system.listMethods')).includes('poll.vote'));
  assert.equal(await call('system.methodHelp', 'poll.getAllPolls'), 'Retrieve all polls');
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
