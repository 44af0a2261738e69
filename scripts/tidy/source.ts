/**
 * The project's sources as the taste test sees them.
 * Gives each tracked or new TypeScript file with its text, lines, imports and functions.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import ts from 'typescript'

/** A finding: where, what is wrong, what to do. */
export interface Finding {
  readonly path: string
  readonly line: number
  readonly problem: string
  readonly fix: string
}

export interface SourceFunction {
  readonly name: string
  readonly line: number
  readonly lines: number
  readonly parameters: number
}

export interface SourceFile {
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
  readonly isTest: boolean
  readonly imports: readonly { readonly from: string; readonly line: number }[]
  readonly functions: readonly SourceFunction[]
}

/** Every TypeScript file that git tracks or would track. */
export function readSources(root: string): readonly SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  return listed
    .split('\0')
    .filter(path => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
    .flatMap(path => readSource(root, path))
}

function readSource(root: string, path: string): readonly SourceFile[] {
  let text: string
  try {
    text = readFileSync(`${root}/${path}`, 'utf8')
  } catch (error) {
    // A file that git still lists but that is gone from the work tree is being removed.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return [parseSource(path, text)]
}

/** One source from its text, as tests of the checks make it. */
export function parseSource(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
  const isTest = path.endsWith('.test.ts') || path.startsWith('tests/') || path.includes('/testing/')
  return {
    path,
    text,
    lines: text.split('\n'),
    isTest,
    imports: importsOf(tree),
    functions: functionsOf(tree),
  }
}

function importsOf(tree: ts.SourceFile): SourceFile['imports'] {
  const found: { from: string; line: number }[] = []
  const visit = (node: ts.Node): void => {
    const from = specifierOf(node)
    if (from !== undefined) found.push({ from, line: lineOf(tree, node) })
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function specifierOf(node: ts.Node): string | undefined {
  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
    return ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : undefined
  }
  if (!ts.isCallExpression(node)) return undefined
  const [first] = node.arguments
  const isLoad =
    node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require'
  return isLoad && first !== undefined && ts.isStringLiteral(first) ? first.text : undefined
}

function functionsOf(tree: ts.SourceFile): SourceFunction[] {
  const found: SourceFunction[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const start = lineOf(tree, node)
      const end = tree.getLineAndCharacterOfPosition(node.end).line + 1
      const name = ts.isConstructorDeclaration(node) ? 'constructor' : (node.name?.getText() ?? 'a function')
      found.push({ name, line: start, lines: end - start + 1, parameters: node.parameters.length })
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1
}
