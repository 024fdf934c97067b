// As requests_client.py, with Node's fetch.
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { method, url, headers, body } = JSON.parse(Buffer.concat(chunks).toString());
try {
  const answer = await fetch(url, { method, headers, body });
  console.log(JSON.stringify({ status: answer.status, body: await answer.text() }));
} catch (error) {
  console.log(JSON.stringify({ error: `${error.message}: ${error.cause?.code ?? error.cause?.message}` }));
}
