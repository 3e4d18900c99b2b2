/**
 * Runs a config through interceptors and adapter as axios 1.21 does in `Axios#_request`, without axios's own work.
 *
 * The interceptors run in axios's order, synchronously if all of them are synchronous.
 */
export function throughInterceptors({ interceptors }, config) {
  const before = [];
  let isSynchronous = true;
  interceptors.request.forEach(({ fulfilled, rejected, synchronous, runWhen }) => {
    if (typeof runWhen === 'function' && runWhen(config) === false) return;
    isSynchronous = isSynchronous && synchronous;
    if (config.transitional.legacyInterceptorReqResOrdering) before.unshift(fulfilled, rejected);
    else before.push(fulfilled, rejected);
  });
  const after = [];
  interceptors.response.forEach(({ fulfilled, rejected }) => after.push(fulfilled, rejected));
  return isSynchronous
    ? chained(callAdapter(runThrough(before, config)), after)
    : chained(Promise.resolve(config), [...before, callAdapter, undefined, ...after]);
}

function callAdapter(config) {
  return config.adapter(config);
}

/** Runs synchronous interceptors; no contender's interceptor throws here. */
function runThrough(handlers, config) {
  let current = config;
  for (let index = 0; index < handlers.length; index += 2) {
    if (handlers[index]) current = handlers[index](current);
  }
  return current;
}

function chained(promise, handlers) {
  let last = promise;
  for (let index = 0; index < handlers.length; index += 2) {
    last = last.then(handlers[index], handlers[index + 1]);
  }
  return last;
}
