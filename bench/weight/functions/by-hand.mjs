import { answered, askByFetch, callWith } from './first-answer.mjs';

const { access_token } = await askByFetch();
await answered(await callWith(access_token));
