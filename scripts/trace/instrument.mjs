import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';

const CONFIG = join('libs', 'client-credentials', 'tsconfig.lib.json');

/**
 * Compiles the library to `outDir` with a call of the global recorder at the start of every named function.
 *
 * Uses the sources and compiler options of tsconfig.lib.json.
 *
 * @returns the functions by number, each with its file and name
 */
export function instrument(root, outDir, recorder) {
  const { options, fileNames } = settingsOf(root);
  const functions = [];
  rmSync(outDir, { recursive: true, force: true });
  for (const fileName of fileNames) {
    const file = relative(options.rootDir, fileName).split(sep).join('/');
    const { outputText } = ts.transpileModule(readFileSync(fileName, 'utf8'), {
      fileName,
      compilerOptions: options,
      transformers: { before: [transformer(recorder, (name) => functions.push({ file, name }) - 1)] },
    });
    const target = join(outDir, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
  writeFileSync(join(outDir, 'package.json'), '{ "type": "module" }\n');
  return functions;
}

function settingsOf(root) {
  const path = join(root, CONFIG);
  const { config } = ts.readConfigFile(path, (name) => ts.sys.readFile(name));
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(path));
  const noDeclarations = { declaration: false, isolatedDeclarations: false };
  const noMaps = { sourceMap: false, inlineSources: false };
  return { options: { ...options, ...noDeclarations, ...noMaps, module: ts.ModuleKind.ESNext }, fileNames };
}

/** Inserts a recorder call at the start of every named function. */
function transformer(recorder, numberOf) {
  return (context) => {
    const { factory } = context;
    const recording = (number, body) => {
      const target = factory.createPropertyAccessExpression(factory.createIdentifier('globalThis'), recorder);
      const call = factory.createCallExpression(target, undefined, [factory.createNumericLiteral(number)]);
      const first = factory.createExpressionStatement(call);
      return ts.isBlock(body)
        ? factory.updateBlock(body, [first, ...body.statements])
        : factory.createBlock([first, factory.createReturnStatement(body)], true);
    };
    /** @param names - names of the enclosing classes and functions */
    const visitor = (names, body, number) => (node) => {
      const name = nameOf(node);
      const path = name === undefined ? names : [...names, name];
      const isRecorded = name !== undefined && ts.isFunctionLike(node) && node.body !== undefined;
      const inside = isRecorded ? visitor(path, node.body, numberOf(path.join('.'))) : visitor(path);
      const visited = ts.visitEachChild(node, inside, context);
      return node === body ? recording(number, visited) : visited;
    };
    return (source) => ts.visitNode(source, visitor([]));
  };
}

/** Name of a class or function; `undefined` for other nodes and without a name. */
function nameOf(node) {
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  if (ts.isGetAccessor(node)) return `get ${node.name.getText()}`;
  if (ts.isSetAccessor(node)) return `set ${node.name.getText()}`;
  if (ts.isMethodDeclaration(node) || ts.isFunctionDeclaration(node)) return node.name?.getText();
  if (ts.isClassLike(node)) return node.name?.getText();
  if (ts.isFunctionExpression(node) || ts.isArrowFunction(node)) return node.name?.text ?? assignedName(node);
  return undefined;
}

/** Name that a function expression is assigned to. */
function assignedName(node) {
  const { parent } = node;
  if (ts.isParenthesizedExpression(parent)) return assignedName(parent);
  const isNaming =
    ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent) || ts.isPropertyAssignment(parent);
  if (isNaming) return parent.name.getText();
  const isAssigned =
    ts.isBinaryExpression(parent) &&
    parent.right === node &&
    ts.isAssignmentOperator(parent.operatorToken.kind);
  return isAssigned ? parent.left.getText() : undefined;
}
