import axios from 'axios';
import express, { type Express } from 'express';
import { authorizeAxios, authorizeFetch, type TokenSource } from 'nestjs-client-credentials/core';

/** Two routes that call the upstream API: one with axios, one with fetch. */
export function documentsApplication(source: TokenSource, apiUrl: string): Express {
  const api = axios.create({ baseURL: apiUrl });
  authorizeAxios(api, source);
  const fetchDocument = authorizeFetch(source);

  const application = express();
  application.get('/axios/:id', async ({ params }, response) => {
    const { data } = await api.get<unknown>(`/documents/${params.id}`);
    response.json(data);
  });
  application.get('/fetch/:id', async ({ params }, response) => {
    const answer = await fetchDocument(`${apiUrl}/documents/${params.id}`);
    response.json(await answer.json());
  });
  return application;
}
