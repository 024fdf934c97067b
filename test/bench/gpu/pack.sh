#!/usr/bin/env bash
# Packs what the GPU benchmark needs on a machine with neither Node nor network: run after `npm ci`.
#   pack.sh [FOLDER]      default .carry/gpu, about 30 MB
# Gives node.xz, app.tar.xz (compiled presend, node-llama-cpp and what it imports) and llama.tar.xz (the sources of the
# llama.cpp release that node-llama-cpp is pinned to, cut down to the library and llama-bench).
set -euo pipefail
cd "$(dirname "$0")/../../.."
repo=$PWD
out=${1:-.carry/gpu}
mkdir -p "$out"
out=$(cd "$out" && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

package=$repo/node_modules/node-llama-cpp
mkdir -p "$stage/app/node_modules" "$stage/llama"

npx tsc -p src/tsconfig.json --outDir "$stage/app/dist"
echo '{"type":"module"}' >"$stage/app/package.json"
node test/bench/gpu/imports.mjs node-llama-cpp zod yaml | while read -r folder; do
  mkdir -p "$stage/app/$(dirname "$folder")"
  # The sources travel apart, and the bundle they come from is not needed then.
  tar -C "$repo" --exclude='*.d.ts' --exclude='*.d.cts' --exclude='*.map' --exclude=gitRelease.bundle \
    --exclude=node-llama-cpp/templates -cf - "$folder" | tar -C "$stage/app" -xf -
done
tar -C "$stage" -cf - app | xz -T0 -6 >"$out/app.tar.xz"

git clone -q "$package/llama/gitRelease.bundle" "$stage/clone" 2>/dev/null
for patch in "$package"/llama/patches/*.diff; do git -C "$stage/clone" apply --ignore-whitespace "$patch"; done
cp "$package/llama/llama.cpp.info.json" "$stage/clone/"
mkdir -p "$stage/llama/llama.cpp/tools"
(cd "$stage/clone" && cp -r CMakeLists.txt LICENSE cmake common ggml include src vendor llama.cpp.info.json "$stage/llama/llama.cpp/")
cp -r "$stage/clone/tools/llama-bench" "$stage/llama/llama.cpp/tools/"
# Of the tools only llama-bench.
cat >"$stage/llama/llama.cpp/tools/CMakeLists.txt" <<'CMAKE'
find_package(Threads REQUIRED)
llama_add_compile_flags()
add_subdirectory(llama-bench)
CMAKE
(cd "$stage/llama/llama.cpp/ggml/src" && rm -rf ggml-cann ggml-et ggml-hexagon ggml-metal ggml-opencl ggml-openvino ggml-sycl ggml-virtgpu ggml-vulkan ggml-webgpu ggml-zdnn)
mkdir -p "$stage/llama/node-headers"
headers=$(node -p "path.join(path.dirname(path.dirname(fs.realpathSync(process.execPath))), 'include/node')")
cp "$headers"/{node_api,node_api_types,js_native_api,js_native_api_types}.h "$stage/llama/node-headers/"
tar -C "$stage" -cf - llama | xz -T0 -6 >"$out/llama.tar.xz"

node=$(node -p 'fs.realpathSync(process.execPath)')
if [ ! -e "$out/node.xz" ] || [ "$node" -nt "$out/node.xz" ]; then
  strip -o "$stage/node" "$node" 2>/dev/null || cp "$node" "$stage/node"
  xz -T0 -6 -c "$stage/node" >"$out/node.xz"
fi
ls -l "$out"
