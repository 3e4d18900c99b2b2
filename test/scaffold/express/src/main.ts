import express from 'express';
import { billing, tokens } from './billing.js';

const app = express();
app.get('/invoices/:id', async (request, response) => {
  const { data } = await billing.get<unknown>(`/invoices/${request.params.id}`);
  response.json(data);
});
app.post('/end', async (_request, response) => {
  await tokens.close();
  response.end();
  server.close();
});
const server = app.listen(Number(process.env.PORT), '127.0.0.1', () => {
  console.log('Listening');
});
