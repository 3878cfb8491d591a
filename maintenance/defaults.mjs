// Reads defaults from a package's own code: the literal values of one object literal or destructured parameter.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** The defaults that `place` ("file#name", below `folder`) gives to options, by their paths; nothing where there is no such place. */
export function defaultsIn(ts, folder, place) {
  const found = {};
  for (const object of objectsAt(ts, folder, place)) gather(ts, object, "", found);
  return found;
}

/**
 * The objects of options that a literal describes, entry by entry: `{ formatter: boolean, default: true, env }` or a plain default is an
 * option, any other object holds the options below it. One that takes in another object is open.
 */
export function describedIn(ts, folder, place, under) {
  const found = [];
  for (const object of objectsAt(ts, folder, place)) entries(ts, object, under, found);
  return found;
}

function objectsAt(ts, folder, place) {
  const [file, name] = place.split("#");
  const full = path.join(folder, file);
  if (!existsSync(full)) return [];
  const source = ts.createSourceFile(full, readFileSync(full, "utf8"), ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS);
  return objectsOf(ts, declarationOf(ts, source, name));
}

const SCHEMA = new Set(["default", "formatter", "env"]);
const FORMATTERS = { boolean: "boolean", int: "number", float: "number", array: "list", objectList: "list", object: "object" };

function entries(ts, object, under, found) {
  const entry = { under, open: false, types: {}, defaults: {} };
  found.push(entry);
  for (const part of object.properties) {
    if (!ts.isPropertyAssignment(part)) {
      entry.open = true;
      continue;
    }
    const [name, value] = [part.name.text, part.initializer];
    const described = ts.isObjectLiteralExpression(value) && value.properties.every((inner) => SCHEMA.has(inner.name?.text));
    const inner = (key) => value.properties.find((property) => property.name?.text === key)?.initializer;
    const standard = described ? inner("default") : value;
    entry.types[name] = described ? (FORMATTERS[inner("formatter")?.getText()] ?? "") : kindOf(ts, value);
    if (standard && isLiteral(ts, standard)) entry.defaults[name] = standard.getText();
    if (described || name.includes(".")) continue;
    if (ts.isObjectLiteralExpression(value)) entries(ts, value, under ? `${under}.${name}` : name, found);
    else if (ts.isCallExpression(value)) found.push({ under: under ? `${under}.${name}` : name, open: true, types: {}, defaults: {} });
  }
}

function kindOf(ts, node) {
  if (ts.isStringLiteral(node)) return "string";
  if (ts.isNumericLiteral(node)) return "number";
  if (ts.isArrayLiteralExpression(node)) return "list";
  return [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword].includes(node.kind) ? "boolean" : "object";
}

/** The value or the declaration that has a name anywhere in a file: bundles put modules into functions. */
function declarationOf(ts, node, name) {
  if (ts.isVariableDeclaration(node) && node.name.getText() === name && node.initializer) return node.initializer;
  const isAssigned = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  if (isAssigned && ts.isPropertyAccessExpression(node.left) && node.left.name.text === name) return node.right;
  if ((ts.isFunctionDeclaration(node) || ts.isClassLike(node)) && node.name?.text === name) return node;
  return ts.forEachChild(node, (child) => declarationOf(ts, child, name));
}

/** The objects of defaults in a declaration: what it is, what it returns, or what its constructor takes apart. */
function objectsOf(ts, node) {
  if (!node) return [];
  if (ts.isParenthesizedExpression(node)) return objectsOf(ts, node.expression);
  if (ts.isObjectLiteralExpression(node)) return [node];
  if (ts.isCallExpression(node)) return node.arguments.flatMap((argument) => objectsOf(ts, argument)); // Object.assign and its kin
  if (ts.isClassLike(node)) {
    const parameter = node.members.find(ts.isConstructorDeclaration)?.parameters[0];
    return parameter && ts.isObjectBindingPattern(parameter.name) ? [parameter.name] : [];
  }
  if (!ts.isFunctionLike(node) || !node.body) return [];
  if (!ts.isBlock(node.body)) return objectsOf(ts, node.body);
  return node.body.statements.filter(ts.isReturnStatement).flatMap((statement) => objectsOf(ts, statement.expression));
}

/** Adds an object's literal values to `found`; a value that is computed says nothing. */
function gather(ts, object, under, found) {
  for (const part of object.properties ?? object.elements) {
    const key = part.propertyName ?? part.name;
    if (!part.initializer || !key || !(ts.isIdentifier(key) || ts.isStringLiteral(key))) continue;
    const name = under ? `${under}.${key.text}` : key.text;
    if (ts.isObjectLiteralExpression(part.initializer)) gather(ts, part.initializer, name, found);
    else if (isLiteral(ts, part.initializer)) found[name] = part.initializer.getText();
  }
}

function isLiteral(ts, node) {
  const words = [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword];
  return ts.isStringLiteral(node) || ts.isNumericLiteral(node) || words.includes(node.kind);
}
