// Checks the files that a typing error in would only be noticed by a host that does not start.
import { existsSync, readFileSync } from "node:fs";

const faults = [];
const read = (file) => {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    faults.push(`${file}: ${error.message}`);
    return undefined;
  }
};
const expect = (holds, message) => holds || faults.push(message);

for (const app of ["Functions.Api", "Functions.Pipelines"]) {
  const file = `src/${app}/host.json`;
  const host = read(file);
  if (!host) continue;
  expect(host.version === "2.0", `${file}: version must be "2.0"`);
  expect(host.extensions?.http?.routePrefix === "", `${file}: extensions.http.routePrefix must be "", for routes are whole`);
  expect(/^\d\d:\d\d:\d\d$/.test(host.functionTimeout ?? ""), `${file}: functionTimeout must be hh:mm:ss`);
}

for (const file of ["local.settings.json.example", "src/Functions.Api/local.settings.json", "src/Functions.Pipelines/local.settings.json"]) {
  if (!existsSync(file)) continue;
  const settings = read(file);
  if (!settings) continue;
  expect(settings.Values?.FUNCTIONS_WORKER_RUNTIME === "dotnet-isolated", `${file}: Values.FUNCTIONS_WORKER_RUNTIME must be "dotnet-isolated"`);
  expect(Boolean(settings.Values?.AzureWebJobsStorage), `${file}: Values.AzureWebJobsStorage is missing`);
  for (const [name, value] of Object.entries(settings.Values ?? {})) {
    expect(typeof value === "string", `${file}: Values.${name} must be a string`);
  }
}

expect(read("global.json")?.sdk?.version?.startsWith("10."), "global.json: sdk.version must be a .NET 10 SDK");

for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? "The configuration is valid." : `${faults.length} faults.`);
process.exitCode = faults.length === 0 ? 0 : 1;
