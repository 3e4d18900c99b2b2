// Compares the public API of every entry point with its report in api/, or writes the reports anew (--local).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = join(import.meta.dirname, '..');
const localBuild = process.argv.includes('--local');
const { exports: entryPoints } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const settings = ExtractorConfig.loadFile(join(root, 'api-extractor.json'));

let isSame = true;
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
  if (!existsSync(config.mainEntryPointFilePath)) throw new Error(`${types} is missing. Build the library.`);
  const { succeeded } = Extractor.invoke(config, { localBuild, showVerboseMessages: false });
  isSame &&= succeeded;
}
if (!isSame) {
  console.error(
    'The public API is not what api/ says. If that is meant, run `npm run api:update` and commit it.',
  );
  process.exitCode = 1;
}
