// Compares the public API of every entry point with its report in api/; with --local, rewrites the reports.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = join(import.meta.dirname, '..');
const localBuild = process.argv.includes('--local');
const { exports: entryPoints } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const settings = ExtractorConfig.loadFile(join(root, 'api-extractor.json'));

let isUnchanged = true;
for (const [path, target] of Object.entries(entryPoints)) {
  const types = target.import?.types;
  if (types === undefined) continue;
  const name = path === '.' ? 'index' : path.slice(2);
  const config = ExtractorConfig.prepare({
    configObject: {
      ...settings,
      mainEntryPointFilePath: join(root, types),
      apiReport: { ...settings.apiReport, reportFileName: `${name}.api.md` },
    },
    configObjectFullPath: join(root, 'api-extractor.json'),
    packageJsonFullPath: join(root, 'package.json'),
  });
  if (!existsSync(config.mainEntryPointFilePath))
    throw new Error(`${types} is missing. Run \`npm run build:lib\` first.`);
  const { succeeded } = Extractor.invoke(config, { localBuild, showVerboseMessages: false });
  isUnchanged &&= succeeded;
}
if (!isUnchanged) {
  console.error(
    'The public API differs from the reports in api/. If the change is intended, run `npm run api:update` and commit the reports.',
  );
  process.exitCode = 1;
}
