import axios from 'axios';

const SET_BY_HAND = 'the header is set by hand: no token is requested';

/** Baseline: a constant header on each call. */
export const contender = {
  name: 'bare axios, header set by hand',
  package: 'axios',
  lacks: {
    interceptors: 'the baseline of the comparison',
    getToken: SET_BY_HAND,
    acquiring: SET_BY_HAND,
    many: SET_BY_HAND,
    sharedStore: SET_BY_HAND,
  },
  connect({ axiosDefaults, heldToken }) {
    const instance = axios.create(axiosDefaults);
    const Authorization = `Bearer ${heldToken}`;
    return { axios: instance, get: (path) => instance.get(path, { headers: { Authorization } }) };
  },
};
