// Bundles the pages' style and scripts into ../static/dist under names that hold their content's hash, and writes
// manifest.json: {"app.css": "app-XXXXXXXX.css", ...}. The manifest is replaced last, in one step, so that a server
// that runs meanwhile never names a file that is not there. Beside each lies the same packed, NAME.gz: a phone on 3G is sent that.
import { build } from "esbuild";
import { readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, "..", "static", "dist");

// Bootstrap writes dark colours for [data-bs-theme=dark] only. The page says "auto" until its reader chooses, and then
// follows the reader's system without a script: each dark rule is repeated for "auto" inside the media query.
const darkRule = /([^{}]*\[data-bs-theme=["']?dark["']?\][^{}]*)\{([^{}]*)\}/g;
const darkBySystem = {
  name: "dark-by-system",
  setup(api) {
    api.onLoad({ filter: /\.css$/ }, async ({ path: file }) => {
      const css = await readFile(file, "utf8");
      const contents = css.replace(
        darkRule,
        (rule, selector, body) =>
          `${rule}\n@media screen and (prefers-color-scheme: dark) {` +
          `${selector.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\[data-bs-theme=["']?dark["']?\]/g, "[data-bs-theme=auto]")}{${body}}}`,
      );
      return { contents, loader: "css" };
    });
  },
};

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["src/app.css", "src/app.ts", "src/map.ts"],
  outdir: out,
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  metafile: true,
  target: ["chrome109", "firefox115", "safari16"],
  legalComments: "none",
  loader: { ".svg": "dataurl" },
  plugins: [darkBySystem],
  logLevel: "warning",
});

const manifest = {};
for (const [file, { entryPoint }] of Object.entries(metafile.outputs)) {
  if (entryPoint) {
    manifest[path.basename(entryPoint).replace(/\.ts$/, ".js")] = path.basename(file);
  }
}
for (const name of Object.values(manifest)) {
  await writeFile(path.join(out, `${name}.gz`), gzipSync(await readFile(path.join(out, name)), { level: 9 }));
}
const draft = path.join(out, "manifest.json.new");
await writeFile(draft, `${JSON.stringify(manifest, null, 2)}\n`);
await rename(draft, path.join(out, "manifest.json"));

const kept = new Set(["manifest.json", ...Object.values(manifest).flatMap((name) => [name, `${name}.gz`])]);
for (const name of await readdir(out)) {
  if (!kept.has(name)) {
    await rm(path.join(out, name));
  }
}
for (const name of Object.values(manifest)) {
  const [whole, packed] = await Promise.all([name, `${name}.gz`].map((one) => stat(path.join(out, one))));
  console.log(`${name}  ${Math.ceil(whole.size / 1024)} KiB, packed ${Math.ceil(packed.size / 1024)} KiB`);
}
