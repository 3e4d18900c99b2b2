import config from './jest.config.js';

/** For mutation testing: the unit specs alone, since each mutant runs all that cover it. */
export default { ...config, projects: config.projects.filter(({ displayName }) => displayName === 'unit') };
