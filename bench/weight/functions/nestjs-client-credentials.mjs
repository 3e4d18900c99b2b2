import { authorizeFetch, TokenManager } from 'nestjs-client-credentials/core';
import { answered, apiUrl, clientId, clientSecret, tokenUrl } from './first-answer.mjs';

const bench = { tokenUrl, clientId, clientSecret, api: { baseURL: apiUrl } };
const tokens = new TokenManager({ providers: { bench } });
await answered(await authorizeFetch(tokens.source('bench'))(`${apiUrl}/a`));
