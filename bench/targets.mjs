const WITH_AXIOS = 'nestjs-client-credentials';
const WITH_NEST = 'nestjs-client-credentials-nest';
const WITH_FETCH = 'nestjs-client-credentials-fetch';
const WITH_UNDICI = 'nestjs-client-credentials-undici';

/**
 * Targets of the library. Each target limits a `ratio` or `figure` of a scenario: `atMost`, `atLeast`, or `exactly` for counts.
 *
 * A full run reports whether each target is met. A short run fails where a count (`exactly`) is wrong.
 * Ratios depend on the machine: a short run prints them, and marks those that are missed by more than a factor of two.
 */
export const TARGETS = [
  {
    scenario: 'a1',
    contender: WITH_AXIOS,
    ratio: 'timesFloor',
    what: 'a whole call, × bare axios',
    atMost: 1.03,
  },
  {
    scenario: 'a2',
    contender: WITH_AXIOS,
    ratio: 'leanestPeer',
    what: 'interceptors and adapter alone, × the leanest peer that adds the token',
    atMost: 0.75,
    reached: 1.6,
  },
  {
    scenario: 'a2',
    contender: WITH_AXIOS,
    ratio: 'leanestInWholeCalls',
    what: 'work added to a whole call, × the leanest peer that adds the token',
    atMost: 0.75,
  },
  {
    scenario: 'a3',
    contender: WITH_AXIOS,
    ratio: 'leanestPeer',
    what: 'a cached token, × the leanest peer',
    atMost: 1,
  },
  {
    scenario: 'a4',
    contender: WITH_FETCH,
    figure: 'addedNs',
    what: 'ns added to a fetch of an address and its init',
    atMost: 1_500,
  },
  {
    scenario: 'a4',
    contender: WITH_FETCH,
    figure: 'addedToRequestNs',
    what: 'ns added to a fetch of a Request',
    atMost: 3_000,
  },
  ...[1, 64].flatMap((lanes) => [
    {
      scenario: 'b',
      contender: WITH_FETCH,
      ratio: `timesFloor${lanes}`,
      what: `requests/s at ${lanes}, × bare fetch`,
      atLeast: 0.97,
    },
    {
      scenario: 'b',
      contender: WITH_UNDICI,
      ratio: `timesFloor${lanes}`,
      what: `requests/s at ${lanes}, × bare undici`,
      atLeast: 0.95,
    },
    {
      scenario: 'b',
      contender: WITH_AXIOS,
      ratio: `timesFloor${lanes}`,
      what: `requests/s at ${lanes}, × bare axios`,
      atLeast: 0.97,
    },
    {
      scenario: 'b',
      contender: WITH_NEST,
      ratio: `timesFloor${lanes}`,
      what: `requests/s at ${lanes}, × HttpService`,
      atLeast: 0.97,
    },
  ]),
  {
    scenario: 'b',
    contender: WITH_UNDICI,
    ratio: 'timesBareAxios64',
    what: 'requests/s at 64, × bare axios',
    atLeast: 3.5,
  },
  ...['c1', 'c2'].flatMap((scenario) =>
    [1_000, 10_000].flatMap((callers) => [
      {
        scenario,
        contender: WITH_AXIOS,
        figure: `tokenRequests${callers}`,
        what: `token requests of ${callers} cold callers`,
        exactly: 1,
      },
      {
        scenario,
        contender: WITH_AXIOS,
        figure: `failed${callers}`,
        what: `failures of ${callers} cold callers`,
        exactly: 0,
      },
    ]),
  ),
  ...['c1', 'c2'].map((scenario) => ({
    scenario,
    contender: WITH_AXIOS,
    ratio: 'fastestPeer10000',
    what: '10,000 cold callers, × the fastest peer',
    atMost: 1,
  })),
  ...[WITH_AXIOS, WITH_NEST, WITH_FETCH, WITH_UNDICI].flatMap((contender) => [
    {
      scenario: 'd1',
      contender,
      figure: 'tokenRequests',
      what: 'token requests after a revocation during 500 calls',
      exactly: 1,
    },
    { scenario: 'd1', contender, figure: 'failed', what: 'failed calls of these 500', exactly: 0 },
    {
      scenario: 'd2',
      contender,
      figure: 'tokenRequests20',
      what: 'token requests in 20 refused calls',
      exactly: 1,
    },
    {
      scenario: 'd2',
      contender,
      figure: 'tokenRequests200',
      what: 'token requests in 200 refused calls',
      exactly: 1,
    },
  ]),
  ...[WITH_AXIOS, WITH_FETCH, WITH_UNDICI].flatMap((contender) => [
    { scenario: 'e', contender, figure: 'refusals', what: '401s during renewals', exactly: 0 },
    { scenario: 'e', contender, figure: 'failed', what: 'failed calls during renewals', exactly: 0 },
  ]),
  {
    scenario: 'e',
    contender: WITH_AXIOS,
    figure: 'tokenRequests',
    what: 'token requests in 10 s with tokens of 2 s',
    atMost: 7,
  },
  {
    scenario: 'e',
    contender: WITH_AXIOS,
    ratio: 'nearToElsewhere',
    what: 'p99 near a renewal / elsewhere',
    atMost: 1.1,
  },
  {
    scenario: 'f1',
    contender: WITH_AXIOS,
    figure: 'bytes',
    what: 'bytes per token beyond its text',
    atMost: 800,
  },
  {
    scenario: 'f2',
    contender: WITH_AXIOS,
    ratio: 'growthToMap',
    what: 'growth of a look-up from 1,000 tokens to the maximum, × that of a Map',
    atMost: 1,
  },
  {
    scenario: 'f3',
    contender: WITH_AXIOS,
    figure: 'fullToFilling',
    what: 'longest pause of a full cache / of a filling one',
    atMost: 1.5,
  },
  {
    scenario: 'g',
    contender: WITH_AXIOS,
    figure: 'coldRequests',
    what: 'token requests of two cold tokens',
    exactly: 2,
  },
  {
    scenario: 'g',
    contender: WITH_AXIOS,
    figure: 'secondRequests',
    what: 'token requests of a second process',
    exactly: 0,
  },
  {
    scenario: 'g',
    contender: WITH_AXIOS,
    figure: 'pausedFailed',
    what: 'failures while Redis is paused',
    exactly: 0,
  },
];
