// jayson against the poll API: node jayson.js HOST PORT
'use strict';

const assert = require('node:assert/strict');
const jayson = require('jayson/promise');

const [host, port] = process.argv.slice(2);
const question = 'What framework do you prefer?';
const options = { a: 'Zend Framework', b: 'Symphony', c: 'I just write code' };

async function main() {
  const client = jayson.Client.http({ host, port: Number(port), path: '/jsonrpc' });

  const polls = await client.request('poll.getAllPolls', []);
  assert.deepEqual(polls.result, { [question]: options });
  assert.equal(polls.jsonrpc, '2.0');
  assert.equal('error' in polls, false);

  const vote = await client.request('poll.vote', { user: 'jayson', option: 'b', question }, 17);
  assert.deepEqual(vote, { result: { a: 0, b: 1, c: 0 }, id: 17, jsonrpc: '2.0' });

  const unknown = await client.request('poll.none', [], 'an id');
  assert.deepEqual([unknown.error.code, unknown.id], [-32601, 'an id']);
  const wrong = await client.request('poll.vote', [1, 2, 3]);
  assert.equal(wrong.error.code, -32602);
  const twice = await client.request('poll.vote', [question, 'a', 'jayson']);
  assert.equal(twice.error.code, 3);

  const batch = await client.request([
    client.request('poll.getAllQuestions', [], 1, false),
    client.request('poll.getAllQuestions', [], null, false),
    client.request('poll.none', [], 2, false),
  ]);
  assert.deepEqual(batch.map((answer) => answer.id), [1, 2]);
  assert.deepEqual(batch[0].result, [question]);
  assert.equal(batch[1].error.code, -32601);

  const notified = await client.request('poll.getAllQuestions', [], null);
  assert.equal(notified, undefined);

  const old = jayson.Client.http({ host, port: Number(port), path: '/jsonrpc', version: 1 });
  const questions = await old.request('poll.getAllQuestions', []);
  assert.deepEqual(questions.result, [question]);

  const many = await Promise.all(
    Array.from({ length: 200 }, (_, number) => client.request('poll.results', [question], number)),
  );
  many.forEach((answer, number) => {
    assert.deepEqual(answer, { result: { a: 0, b: 1, c: 0 }, id: number, jsonrpc: '2.0' });
  });
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
