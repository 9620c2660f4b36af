// The report: tables of rows [work, measured, beside, bar], written into documents between their marks.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

const root = new URL("../../../", import.meta.url).pathname;

export const count = (number) => Math.round(number).toLocaleString("en");
export const rate = (result) => `${count(result.rate)}/s`;
export const processor = (result) => `${result.processor.toFixed(2)} CPU-ms`;
export const both = (result) => `${rate(result)}, ${processor(result)}`;
export const milliseconds = (number) => `${number < 10 ? number.toFixed(1) : number.toFixed(0)} ms`;
export const times = (number) => `${number.toFixed(2)} times`;

/** What must be true of a figure, and whether it was. */
export const atLeast = (value, bar, text = String(bar)) => `${value.toFixed(2)}, at least ${text}: ${value >= bar ? "met" : "**missed**"}`;
export const atMost = (value, bar, text = String(bar)) => `${value.toFixed(2)}, at most ${text}: ${value <= bar ? "met" : "**missed**"}`;
export const isTrue = (holds, text) => `${text}: ${holds ? "met" : "**missed**"}`;

export function table(title, rows) {
  const columns = Math.max(...rows.map((row) => row.length));
  const heads = [title, "measured", "beside", "bar"].slice(0, columns);
  return [`| ${heads.join(" | ")} |`, `|${"---|".repeat(columns)}`, ...rows.map((row) => `| ${heads.map((_, i) => row[i] ?? "").join(" | ")} |`)];
}

/** Which machine, which commit, and what is on it. */
export function printed() {
  return `Printed by \`make bench\` at ${commit()}: ${cpus().length} cores (${cpus()[0].model}), ${(totalmem() / 2 ** 30).toFixed(0)} GB, server, database and load generator on it together.`;
}

/** Into a document, between its marks. */
export function write(name, lines) {
  const file = join(root, name);
  const text = readFileSync(file, "utf8");
  const [begin, end] = ["<!-- bench -->", "<!-- /bench -->"];
  if (!text.includes(begin)) throw new Error(`${name} has no place for the report`);
  writeFileSync(file, text.slice(0, text.indexOf(begin) + begin.length) + "\n" + lines.join("\n") + "\n" + text.slice(text.indexOf(end)));
}

/** The commit that was measured; a copy without its history is measured all the same. */
function commit() {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, stdio: ["ignore", "pipe", "ignore"] }).toString().trim();
  } catch {
    return "an unknown commit";
  }
}
