// What a token costs the memory, counted by BenchmarkDotNet in a process that is the server.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { basic, embeddedDatabase, register, startIdp } from "./lib/idp.js";
import { freePort } from "./lib/processes.js";
import { atMost, count } from "./lib/report.js";

const root = new URL("../../", import.meta.url).pathname;
const names = { Rs256: "client_credentials, RS256", Es256: "client_credentials, ES256", Metadata: "discovery" };

export async function measureAllocations() {
  const server = await startIdp();
  const { machine } = register(server);
  const issuer = `http://127.0.0.1:${await freePort()}`;
  const env = {
    ...process.env, ...server.env, Idp__Issuer: issuer, Idp__Database__ConnectionString: embeddedDatabase(server.folder),
    Authorization: basic(machine),
  };
  const child = spawn("dotnet", [join(root, "artifacts/bench/allocations/allocations.dll")], { env, cwd: server.folder, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`Counting allocations ended with ${code}`);
  const bytes = JSON.parse(output.trim().split("\n").at(-1));
  return Object.entries(names).map(([name, title]) => [
    `allocated for one answer: ${title}`, `${count(bytes[name])} bytes`, "in the whole process, Kestrel and all", name === "Rs256" ? `kB ${atMost(bytes[name] / 1000, 8)}` : "",
  ]);
}
