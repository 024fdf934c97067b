#!/usr/bin/env bash
# The whole GPU benchmark in one run; see README.md.
#   run.sh [PACKED] [WORK] [OUT]      default .carry/gpu, data/gpu and WORK/results
#   GPU=cuda|off  ARCH=90             as in build.sh; off is for trying the scripts out, without transformers
#   LAYERS=28 CALLS=30 RUNS=7 TOKENS=750 NEW=64
#   THREADS=N         of the judge process (default: what presend finds) and of llama-bench (default 4)
# Order: verdict, recipe, verdict again, llama.cpp's own rates; so a machine that grows slower meanwhile shows.
set -euo pipefail
cd "$(dirname "$0")/../../.."
packed=${1:-.carry/gpu}
work=${2:-data/gpu}
mkdir -p "$work"
work=$(cd "$work" && pwd)
out=${3:-$work/results}
mkdir -p "$out"
out=$(cd "$out" && pwd)
gpu=${GPU:-cuda} layers=${LAYERS:-28} calls=${CALLS:-30} runs=${RUNS:-7} tokens=${TOKENS:-750} new=${NEW:-64}
here=test/bench/gpu
step() { echo "[$SECONDS s] $*"; }

GPU=$gpu bash "$here/build.sh" "$packed" "$work"
if [ "$gpu" = cuda ]; then
  source "$work/cuda-env.sh"
  nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.mem,utilization.gpu,memory.used --format=csv | tee "$out/gpu.csv" || true
  # Another program on the card would make every figure worthless.
  nvidia-smi --query-compute-apps=pid,used_memory --format=csv || true
fi
export PATH=$work/bin:$PATH PYTHONUNBUFFERED=1
app=$work/app
model=$work/model-$layers
if [ ! -e "$model/lora.gguf" ]; then
  step 'random model'
  python3 "$here/random_model.py" --out "$model" --layers "$layers"
fi
common=(--app "$app" --model "$model/base.gguf" --lora "$model/lora.gguf" --gpu "$gpu" --tokens "$tokens")
bench() {
  LD_LIBRARY_PATH=$work/build-$gpu/bin:${LD_LIBRARY_PATH:-} "$work/build-$gpu/bin/llama-bench" -m "$model/base.gguf" \
    -p "$tokens" -n "$new" -r "$runs" -fa auto -ngl "$([ "$gpu" = cuda ] && echo 99 || echo 0)" -t "${THREADS:-4}" -o json >"$out/llama-bench.json"
}

failed=()
try() {
  local name=$1
  shift
  step "$name"
  "$@" || failed+=("$name")
}
try 'verdict' node "$here/verdict.mjs" "${common[@]}" --calls "$calls" --rationale "$new" ${THREADS:+--threads "$THREADS"} --json "$out/verdict-1.json"
[ "$gpu" = off ] || try "the card's recipe" python3 "$here/recipe.py" --tokens "$tokens" --new "$new" --runs "$runs" --json "$out/recipe.json"
try 'verdict again' node "$here/verdict.mjs" "${common[@]}" --calls "$calls" --rationale "$new" ${THREADS:+--threads "$THREADS"} --json "$out/verdict-2.json"
try 'rates' node "$here/rates.mjs" "${common[@]}" --new "$new" --runs "$runs" --threads "${THREADS:-4}" --json "$out/rates.json"
try 'llama-bench' bench
try 'report' node "$here/report.mjs" --out "$out" --app "$app" --work "$work"
step "done${failed[*]:+, failed: ${failed[*]}}"
[ ${#failed[@]} -eq 0 ]
