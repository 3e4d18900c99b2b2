/** The results as Markdown. */
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
    'requests per hour, each alone',
    'with a store',
    'most in a minute, alone',
    'with a store',
    'after a revocation, alone',
    'with a store',
    'calls that waited, alone',
    'with a store',
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

/** The page for the documentation. */
export function pageOf(tables, settings, date) {
  return `# How many tokens a fleet asks for

Every replica asks for tokens by the same rules: a token is renewed ahead of its end, behind the caller's back; with a shared store one replica does so for
all. What that comes to was simulated: the library's own decisions (\`decide\`, \`EntryState\`, the waits for a lock) in simulated time.

Played were: replicas that each make a call every ${settings.callEveryMs / 1000} s on average, by chance; clocks that are off by ${settings.skewSigmaMs} ms (normally distributed, at most
${settings.skewBoundMs / 1000} s); token requests of ${settings.requestMs} ms; operations of the store of ${settings.storeMs} ms. Counted were 20 lifetimes after two to settle, then the minute after
all tokens were revoked at once. Options are the defaults. ${date.toISOString().slice(0, 10)}, \`npm run bench:fleet\`.

${tables}

With a store the number of requests does not depend on the number of replicas: about one per lifetime less the time ahead of which tokens are renewed. The more replicas
there are, the sooner one of them is due, since that time is jittered by 10 %. Alone, each replica makes those requests for itself.

With tokens of 60 s the minute after a revocation holds a renewal that was due anyway. A day of a provider that allows 100 tokens in it: ten replicas with tokens of
15 min are over it alone, and far below it with a store.
`;
}
