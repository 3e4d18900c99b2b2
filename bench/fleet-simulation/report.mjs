/** Results as a Markdown table. */
export function tablesOf(results) {
  const rows = results.map(({ lifetime, size, alone, shared }) => [
    lifetime,
    number(size),
    number(alone.perHour),
    number(shared.perHour),
    number(alone.inAMinute),
    number(shared.inAMinute),
    number(alone.afterRevocation),
    number(shared.afterRevocation),
    percent(alone.waitedShare),
    percent(shared.waitedShare),
  ]);
  const head = [
    'lifetime',
    'replicas',
    'requests per hour, no store',
    'shared store',
    'most in a minute, no store',
    'shared store',
    'after a revocation, no store',
    'shared store',
    'calls that waited, no store',
    'shared store',
  ];
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)].join(
    '\n',
  );
}

function line(cells) {
  return `| ${cells.join(' | ')} |`;
}

function number(value) {
  return value.toLocaleString(
    'en',
    value < 10 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 0 },
  );
}

function percent(share) {
  return `${(share * 100).toFixed(share > 0 && share < 0.001 ? 4 : 2)} %`;
}

/** Page for docs/. */
export function pageOf(tables, settings, date) {
  return `# Token requests of a fleet

Each replica renews its token before expiry, behind the caller's back. With a shared store, one replica renews the token for all. This page shows the number
of token requests in a simulation: the library's own decisions (\`decide\`, \`EntryState\`, the waits for a lock) run in simulated time.

Assumptions: each replica makes a call every ${settings.callEveryMs / 1000} s on average, at random times. Clocks are off by ${settings.skewSigmaMs} ms (normally distributed, at most
${settings.skewBoundMs / 1000} s). A token request takes ${settings.requestMs} ms, a store operation ${settings.storeMs} ms. All options have their defaults. The simulation counts requests during 20 lifetimes, after
two lifetimes of warm-up, and then during the minute after a revocation of all tokens. ${date.toISOString().slice(0, 10)}, \`npm run bench:fleet\`.

${tables}

With a shared store, the number of requests hardly depends on the number of replicas: about one per lifetime minus the refresh-ahead time. With more replicas
the first renewal comes slightly earlier, because the refresh-ahead time varies by ±10 %. Without a store, each replica makes these requests itself.

With tokens of 60 s, the minute after a revocation also includes a regular renewal. Example: a provider allows 100 tokens a day. Ten replicas with tokens of
15 min exceed this limit without a store, and stay far below it with one.
`;
}
