import adapters from 'axios/unsafe/adapters/adapters.js';

/** Axios adapter without network, so that only the work around the adapter is measured. */
export async function answerAtOnce(config) {
  return { data: '{}', status: 200, statusText: 'OK', headers: {}, config };
}

/**
 * The same in the place of axios's http adapter, for this whole process: packages may treat an adapter of the application's own with more
 * care, and that is not what most calls go through.
 */
export function answerAtOnceAsHttp() {
  adapters.adapters.http = answerAtOnce;
  return answerAtOnce;
}

/** Adapter without network that checks the token of the first call: a contender that adds no token would win. */
export function answerWithCheck() {
  let isChecked = false;
  return async (config) => {
    isChecked ||= String(config.headers.get('authorization')).startsWith('Bearer t.');
    if (!isChecked) throw new Error('The call reached the adapter without a token.');
    return answerAtOnce(config);
  };
}
