// Builds the pages into dist/, or bundles and runs the unit tests.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";

const common = { bundle: true, format: "esm", target: "es2022", logLevel: "warning" };

if (process.argv.includes("--test")) {
  const files = readdirSync("test").filter((name) => name.endsWith(".test.ts"));
  const made = "node_modules/.test";
  rmSync(made, { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: files.map((name) => `test/${name}`),
    outdir: made,
    outExtension: { ".js": ".mjs" },
    platform: "node",
  });
  const run = spawnSync(
    process.execPath,
    ["--test", ...files.map((name) => `${made}/${name.replace(/\.ts$/, ".mjs")}`)],
    { stdio: "inherit" },
  );
  process.exit(run.status ?? 1);
}

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist", { recursive: true });
await build({
  ...common,
  entryPoints: {
    kiosk: "src/kiosk.ts",
    console: "src/console.ts",
    lobby: "src/lobby.ts",
    "link-worker": "src/link-worker.ts",
    "sound-worklet": "src/sound-worklet.ts",
  },
  outdir: "dist",
  minify: true,
  sourcemap: process.argv.includes("--maps"),
  legalComments: "linked",
});
cpSync("static", "dist", { recursive: true });
