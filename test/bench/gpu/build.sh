#!/usr/bin/env bash
# Unpacks what pack.sh packed and builds node-llama-cpp's addon and llama-bench from one source tree.
#   build.sh [PACKED] [WORK]      default .carry/gpu and data/gpu, from the repository's root
#   GPU=cuda|off        off builds for the CPU (default cuda)
#   ARCH=90             compute capability of the card, CMAKE_CUDA_ARCHITECTURES
#   JOBS=16             compilers at once (default: all cores)
# The addon is laid where node-llama-cpp looks for a local build, so getLlama({gpu, build: 'never'}) loads it. A second
# run waits for the first and builds only what is missing, so this may go on in the background beside other work:
#   setsid bash build.sh >/dev/null 2>&1 &
# Writes WORK/build-$GPU.log; WORK/build-$GPU.done appears when all is in place.
set -euo pipefail
cd "$(dirname "$0")/../../.."
packed=${1:-.carry/gpu}
work=${2:-data/gpu}
gpu=${GPU:-cuda}
arch=${ARCH:-90}
jobs=${JOBS:-$(nproc)}
mkdir -p "$work"
work=$(cd "$work" && pwd)
exec 9>"$work/build.lock"
flock 9
[ "$work/build-$gpu.done" -nt "$packed/app.tar.xz" ] && exit
rm -f "$work/build-$gpu.done"
exec > >(tee "$work/build-$gpu.log") 2>&1
step() { echo "[$SECONDS s] $*"; }
unxz() {
  if command -v xz >/dev/null; then xz -dc "$1"; else
    python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), sys.stdout.buffer, 1 << 20)' "$1"
  fi
}

step "unpack into $work"
mkdir -p "$work/bin"
[ -x "$work/bin/node" ] || { unxz "$packed/node.xz" >"$work/bin/node.new" && chmod +x "$work/bin/node.new" && mv "$work/bin/node.new" "$work/bin/node"; }
export PATH=$work/bin:$PATH
node --version
# Presend's own code is always fresh; sources and builds are kept.
rm -rf "$work/app/dist"
unxz "$packed/app.tar.xz" | tar -C "$work" -xf - --no-same-owner
llama=$work/app/node_modules/node-llama-cpp/llama
[ -d "$llama/llama.cpp" ] || unxz "$packed/llama.tar.xz" | tar -C "$work/app/node_modules/node-llama-cpp" -xf - --no-same-owner

release=$(node -p "require('$llama/binariesGithubRelease.json').release")
name=linux-x64 variant=$release
options=(-DGGML_CUDA=OFF)
if [ "$gpu" = cuda ]; then
  name=linux-x64-cuda variant=cuda.$release
  source test/bench/gpu/cuda-options.sh
  cuda_options "$work" "$arch"
fi
step "configure ($gpu)"
build=$work/build-$gpu
cmake -S "$llama" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_JS_INC="$llama/node-headers" -DCMAKE_LIBRARY_OUTPUT_DIRECTORY="$build/Release" \
  -DNLC_CURRENT_PLATFORM=linux-x64 -DNLC_TARGET_PLATFORM=linux-x64 -DNLC_VARIANT="$variant" \
  -DGGML_METAL=OFF -DGGML_CCACHE=OFF -DGGML_NATIVE=ON -DGGML_BUILD_NUMBER=1 -DLLAMA_BUILD_NUMBER=1 -DLLAMA_ALL_WARNINGS=OFF -DCMAKE_CXX_FLAGS='-w' -DCMAKE_C_FLAGS='-w' \
  -DLLAMA_CURL=OFF -DLLAMA_HTTPLIB=OFF -DLLAMA_BUILD_BORINGSSL=OFF -DLLAMA_OPENSSL=OFF \
  -DLLAMA_BUILD_TOOLS=ON -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
  "${options[@]}"
step "compile with $jobs jobs"
NINJA_STATUS='[%f/%t %es] ' ninja -C "$build" -j "$jobs" llama-addon llama-bench
step "lay out the addon as node-llama-cpp's local build $name"
local_build=$llama/localBuilds/$name
rm -rf "$local_build"
mkdir -p "$local_build/Release"
cp -a "$build"/Release/* "$local_build/Release/"
cp -a "$build"/bin/*.so* "$local_build/Release/"
node test/bench/gpu/build-metadata.mjs "$work/app" "$gpu" >"$local_build/Release/_nlcBuildMetadata.json"
touch "$local_build/buildDone.status"
step 'try it'
node test/bench/gpu/try-addon.mjs "$work/app" "$gpu"
"$build/bin/llama-bench" --help >/dev/null
touch "$work/build-$gpu.done"
step done
