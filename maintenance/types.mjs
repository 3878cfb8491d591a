// Reads the properties of option types from unpacked packages, with the compiler's own resolution.
//
//   node types.mjs <folder of the typescript package> < request.json
//
// The request is {"tree": folder with node_modules, "probes": [{"module", "type", "literal", "under", "skip", "defaults"}]}. `type` is
// a type expression over `m`, the module's namespace: "m.PostHogConfig", "Parameters<typeof m.init>[0]"; where a package has
// no types, `literal` ("file#name") is an object in its code that describes each option. The answer is a list,
// per probe {"problems": [...], "objects": [{"under", "open", "types": {name: words}, "defaults"}], "defaults": {path: code}}.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { defaultsIn, describedIn } from "./defaults.mjs";

const ts = createRequire(import.meta.url)(path.resolve(process.argv[2]));
const request = JSON.parse(readFileSync(0, "utf8"));
const DEEPEST = 6;
const MOST_WORDS = 8; // of a longer union nobody reads the members
const FOREIGN_WORDS = ["Date", "RegExp"]; // objects of the platform that people write out

const OPTIONS = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  esModuleInterop: true,
  preserveSymlinks: true, // the tree links to the unpacked packages; their imports must be looked up in the tree
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  jsx: ts.JsxEmit.Preserve,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: [],
};

/** The program over one small file per probe that gives the wanted type a name. */
function programOf(tree, probes) {
  const texts = new Map(
    probes.map((probe, index) => [
      path.join(tree, `probe${index}.ts`),
      `import * as m from ${JSON.stringify(probe.module)};\nexport type Probe = ${probe.literal ? "never" : `NonNullable<${probe.type}>`};\n`,
    ]),
  );
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => texts.has(path.normalize(name)) || fileExists(name);
  host.readFile = (name) => texts.get(path.normalize(name)) ?? readFile(name);
  host.getSourceFile = (name, ...rest) => {
    const text = texts.get(path.normalize(name));
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ESNext, true);
  };
  return [ts.createProgram([...texts.keys()], OPTIONS, host), [...texts.keys()]];
}

const [program, files] = programOf(request.tree, request.probes);
const checker = program.getTypeChecker();

/** The alternatives of a type without null and undefined; a type parameter stands for its bound. */
function alternatives(type) {
  const bound = type.flags & ts.TypeFlags.Instantiable ? (checker.getBaseConstraintOfType(type) ?? type) : type;
  const plain = checker.getNonNullableType(bound);
  return plain.isUnion() ? plain.types : [plain];
}

/** Whether a type is a thing that code makes, not an object of options that people write: a class or one of the platform's own. */
function isForeign(type) {
  const symbol = type.getSymbol();
  if (!symbol || !(symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class))) return false;
  if (symbol.flags & ts.SymbolFlags.Class) return true;
  return (symbol.declarations ?? []).some((declaration) => {
    const source = declaration.getSourceFile();
    return program.isSourceFileDefaultLibrary(source) || /node_modules\/(@types\/(node|react)|typescript)\//.test(source.fileName);
  });
}

const isFunction = (type) => type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0;

/** Whether an object is a service with an interface to implement (a logger, a transport): all its own functions are required. */
function isService(type) {
  const functions = checker.getPropertiesOfType(type).filter((property) => {
    const own = checker.getTypeOfSymbol(property);
    return !(property.flags & ts.SymbolFlags.Optional) && isFunction(own);
  });
  return functions.length > 1 || functions.some((property) => property.flags & ts.SymbolFlags.Method);
}

/** Whether a type extends one that could not be found, so that some of its properties are unknown. */
function hasUnknownBase(type) {
  for (const declaration of type.getSymbol()?.declarations ?? []) {
    for (const clause of declaration.heritageClauses ?? []) {
      for (const base of clause.types) {
        const extended = checker.getTypeAtLocation(base);
        if (extended.flags & ts.TypeFlags.Any || hasUnknownBase(extended)) return true;
      }
    }
  }
  return false;
}

/** What values a type takes, in few words: "boolean", `"cookie" | "localStorage"`, "function", "list of string". */
function wordsOf(type) {
  const words = new Set(alternatives(type).map(wordOf));
  if (words.has("true") && words.has("false")) words.delete("true"), words.delete("false"), words.add("boolean");
  const told = [...words].sort();
  return told.length > MOST_WORDS ? [...new Set(told.map((word) => (word.startsWith('"') ? "string" : word)))].join(" | ") : told.join(" | ");
}

function wordOf(type) {
  if (type.isStringLiteral()) return JSON.stringify(type.value);
  if (type.isNumberLiteral()) return String(type.value);
  if (type.flags & ts.TypeFlags.BooleanLiteral) return type.intrinsicName;
  if (type.flags & ts.TypeFlags.StringLike) return "string";
  if (type.flags & ts.TypeFlags.NumberLike) return "number";
  if (type.flags & ts.TypeFlags.BooleanLike) return "boolean";
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never)) return "any";
  if (type.flags & ts.TypeFlags.VoidLike) return "nothing";
  if (checker.isArrayType(type)) return `list of ${wordsOf(checker.getTypeArguments(type)[0]).replaceAll(" | ", "/")}`;
  if (checker.isTupleType(type)) return "list";
  return isFunction(type) ? "function" : (FOREIGN_WORDS.includes(type.getSymbol()?.name) ? type.getSymbol().name : "object");
}

/** What a property's comment says about its default, as it is written there. */
function defaultOf(property) {
  const tag = property.getJsDocTags(checker).find((tag) => /^default(Value)?$/i.test(tag.name));
  if (tag) return ts.displayPartsToString(tag.text).trim();
  const comment = ts.displayPartsToString(property.getDocumentationComment(checker));
  const told = comment.match(/\bdefaults?(?:\s+(?:value|is|to|of))*\s*[:=]?\s*(`[^`]+`|"[^"]*"|'[^']*'|true\b|false\b|\d+(?:\.\d+)?\b)/i);
  return told ? told[1] : undefined;
}

/** Gathers the objects of options at a path and below it into `found`. */
function walk(type, under, skip, found, above) {
  if (skip.includes(under) || above.length > DEEPEST) return;
  const entry = found.get(under) ?? { under, open: false, types: {}, defaults: {} };
  let isObject = false;
  for (const part of alternatives(type)) {
    if (above.includes(part)) continue;
    if (part.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) {
      [isObject, entry.open] = [true, true];
    } else if (checker.isArrayType(part) || checker.isTupleType(part)) {
      for (const item of checker.getTypeArguments(part)) walk(item, `${under}[]`, skip, found, [...above, part]);
    } else if (part.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection) && !isFunction(part)) {
      if (isForeign(part) || (under && isService(part))) continue;
      isObject = true;
      describe(part, under, skip, entry, found, above);
    }
  }
  if (isObject) found.set(under, entry);
}

/** Adds one object type's properties to the entry of its path, and walks into them. */
function describe(type, under, skip, entry, found, above) {
  const properties = checker.getPropertiesOfType(type).filter((property) => !property.getName().startsWith("__@"));
  const isIndexed = checker.getIndexInfosOfType(type).some((info) => info.keyType.flags & ts.TypeFlags.StringLike);
  if (!properties.length || isIndexed || hasUnknownBase(type)) entry.open = true;
  for (const property of properties) {
    const name = property.getName();
    const words = wordsOf(checker.getTypeOfSymbol(property));
    entry.types[name] = [...new Set([...(entry.types[name]?.split(" | ") ?? []), ...words.split(" | ")])].sort().join(" | ");
    const told = defaultOf(property);
    if (told !== undefined) entry.defaults[name] = told;
    if (name.includes(".")) continue; // no option path could tell what lies below such a name
    walk(checker.getTypeOfSymbol(property), under ? `${under}.${name}` : name, skip, found, [...above, type]);
  }
}

/** The objects of one probe, or what is wrong with it. */
function answer(probe, file) {
  const folder = path.join(request.tree, "node_modules");
  if (probe.literal) {
    const objects = describedIn(ts, folder, probe.literal, probe.under);
    return { problems: objects.length ? [] : [`no object ${probe.literal}`], objects, defaults: {} };
  }
  const source = program.getSourceFile(file);
  const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((diagnostic) =>
    ts.flattenDiagnosticMessageText(diagnostic.messageText, " "),
  );
  if (problems.length) return { problems, objects: [], defaults: {} };
  const found = new Map();
  const declaration = source.statements.find(ts.isTypeAliasDeclaration);
  const skip = probe.skip.map((inner) => (probe.under ? `${probe.under}.${inner}` : inner));
  walk(checker.getTypeAtLocation(declaration.name), probe.under, skip, found, []);
  const inCode = probe.defaults.map((place) => defaultsIn(ts, folder, place));
  return { problems, objects: [...found.values()], defaults: Object.assign({}, ...inCode) };
}

console.log(JSON.stringify(request.probes.map((probe, index) => answer(probe, files[index]))));
