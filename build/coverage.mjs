// Merges the cobertura files of a test run and prints the share of lines under src that some test ran.
// usage: node build/coverage.mjs RESULTS_FOLDER
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(".") + "/";
const files = readdirSync(process.argv[2], { recursive: true })
  .filter((file) => file.endsWith(".cobertura.xml"))
  .map((file) => join(process.argv[2], file));

const lines = new Map(); // project -> "file:line" -> was it run
for (const file of files) {
  const xml = readFileSync(file, "utf8");
  const sources = [...xml.matchAll(/<source>([^<]*)<\/source>/g)].map((match) => match[1]);
  for (const [, name, body] of xml.matchAll(/<class [^>]*filename="([^"]*)"[^>]*>([\s\S]*?)<\/class>/g)) {
    const path = [name, ...sources.map((source) => join(source, name))].map((candidate) => resolve("/", candidate))
      .find((candidate) => candidate.startsWith(root + "src/"));
    if (!path || path.includes("/obj/")) continue;
    const project = path.slice((root + "src/").length).split("/")[0];
    const known = lines.get(project) ?? lines.set(project, new Map()).get(project);
    for (const [, number, hits] of body.matchAll(/<line number="(\d+)" hits="(\d+)"/g)) {
      const key = `${path}:${number}`;
      known.set(key, known.get(key) || hits !== "0");
    }
  }
}

let covered = 0;
let total = 0;
for (const [project, known] of [...lines].sort()) {
  const run = [...known.values()].filter(Boolean).length;
  covered += run;
  total += known.size;
  console.log(`${project.padEnd(22)} ${((100 * run) / known.size).toFixed(1).padStart(5)} % of ${known.size} lines`);
}

console.log(`${"src".padEnd(22)} ${((100 * covered) / total).toFixed(1).padStart(5)} % of ${total} lines`);
