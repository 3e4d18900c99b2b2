import { allowInsecureRequests, clientCredentialsGrant, Configuration } from 'openid-client';
import { answered, callWith, clientId, clientSecret, tokenUrl } from './first-answer.mjs';

const server = { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl };
const configuration = new Configuration(server, clientId, clientSecret);
allowInsecureRequests(configuration);
const { access_token } = await clientCredentialsGrant(configuration);
await answered(await callWith(access_token));
