/**
 * What axios (1.21, `Axios#_request`) does with a config once it is made, but for the work of its own before and after the
 * adapter: walks the interceptors in its order, synchronously where all are, and hands the config to its adapter.
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
    ? chained(handToAdapter(runThrough(before, config)), after)
    : chained(Promise.resolve(config), [...before, handToAdapter, undefined, ...after]);
}

function handToAdapter(config) {
  return config.adapter(config);
}

/** None of the contenders' interceptors throws here. */
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
