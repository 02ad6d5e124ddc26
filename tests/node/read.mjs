// Reads graph files with other programs and prints what they see, as JSON:
//   node read.mjs graphology graph.graphml | graphology graph.gexf | cytoscape graph.cyjs | cypher load.cypher
// Several pairs may be given; the answer is a list in their order.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Nodes and edges as graphology's parsers understand them. */
function graphology(path) {
  const { MultiDirectedGraph } = require("graphology");
  const text = readFileSync(path, "utf8");
  const parse = path.endsWith(".gexf") ? require("graphology-gexf").parse : require("graphology-graphml").parse;
  const graph = parse(MultiDirectedGraph, text);
  return {
    nodes: graph.mapNodes((id, data) => ({ id, data })),
    edges: graph.mapEdges((id, data, source, target) => ({ id, source, target, data })),
  };
}

/** Nodes and edges as a headless cytoscape.js holds them. */
function cytoscape(path) {
  const graph = require("cytoscape")({ headless: true, ...JSON.parse(readFileSync(path, "utf8")) });
  return {
    nodes: graph.nodes().map((n) => ({ id: n.id(), data: n.data(), parent: n.parent().map((p) => p.id()) })),
    edges: graph.edges().map((e) => ({ id: e.id(), source: e.source().id(), target: e.target().id(), data: e.data() })),
  };
}

/** What Neo4j's own language support has against a file of Cypher: nothing, one hopes. */
function cypher(path) {
  const { lintCypherQuery, parseStatementsStrs } = require("@neo4j-cypher/language-support");
  const text = readFileSync(path, "utf8");
  return { statements: parseStatementsStrs(text).length, faults: [lintCypherQuery(text, {}).diagnostics ?? lintCypherQuery(text, {})].flat() };
}

const readers = { graphology, cytoscape, cypher };
const given = process.argv.slice(2);
const answers = [];
for (let i = 0; i < given.length; i += 2) answers.push(readers[given[i]](given[i + 1]));
process.stdout.write(JSON.stringify(answers));
