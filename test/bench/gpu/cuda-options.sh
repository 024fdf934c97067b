# Where nvcc, cuBLAS and the driver's library are. A toolkit put together from pip packages has cuBLAS apart, without the
# libcublas.so that a linker looks for; a whole toolkit needs none of this.
#   cuda_options WORK ARCH      adds to the array `options`, sets CUDACXX and LD_LIBRARY_PATH
cuda_options() {
  local work=$1 arch=$2 toolkit headers='' library='' runtime driver='' folder
  export CUDACXX=${CUDACXX:-$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)}
  toolkit=$(dirname "$(dirname "$(readlink -f "$CUDACXX")")")
  # nvcc may be a script that calls the real one.
  [ -e "$toolkit/include/cuda_runtime.h" ] || toolkit=$("$CUDACXX" --dryrun any.cu 2>&1 | sed -n 's/^#\$ TOP=//p' | head -1)
  [ -e "$toolkit/include/cuda_runtime.h" ] || toolkit=/usr/local/cuda
  options=(-DGGML_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=$arch" -DGGML_CUDA_NCCL=OFF "-DCUDAToolkit_ROOT=$toolkit")
  "$CUDACXX" --version | tail -2

  local wheels=()
  mapfile -t wheels < <(nvidia_wheels)
  for folder in ${CUBLAS_ROOT:+"$CUBLAS_ROOT"} "$toolkit" /usr/local/cuda ${wheels[@]+"${wheels[@]}"} /usr; do
    [ -n "$headers" ] || { [ -e "$folder/include/cublas_v2.h" ] && headers=$folder/include; } || true
    [ -n "$library" ] || library=$(first_of "$folder"/lib64/libcublas.so "$folder"/lib/libcublas.so "$folder"/lib/libcublas.so.[0-9]* \
      "$folder"/lib64/libcublas.so.[0-9]* "$folder"/lib/x86_64-linux-gnu/libcublas.so)
  done
  if [ -z "$headers" ] || [ -z "$library" ]; then
    echo "no cuBLAS found (headers: ${headers:-none}, library: ${library:-none}); name its folder in CUBLAS_ROOT" >&2
    return 1
  fi
  echo "cuBLAS headers $headers, library $library"
  runtime=$(first_of "$toolkit"/lib64/libcudart.so "$toolkit"/lib/libcudart.so "$toolkit"/targets/x86_64-linux/lib/libcudart.so \
    "$toolkit"/lib64/libcudart.so.[0-9]* "$toolkit"/lib/libcudart.so.[0-9]*)
  echo "CUDA runtime ${runtime:-left to CMake}"
  # The linker wants names without a version; at run time the real ones are found through their sonames.
  mkdir -p "$work/link"
  ln -sf "$(readlink -f "$library")" "$work/link/libcublas.so"
  options+=("-DCUDA_cublas_LIBRARY=$work/link/libcublas.so" "-DCMAKE_CUDA_FLAGS=-isystem $headers")
  if [ -n "$runtime" ]; then
    ln -sf "$(readlink -f "$runtime")" "$work/link/libcudart.so"
    options+=("-DCUDA_CUDART=$work/link/libcudart.so" "-DCUDA_cudart_LIBRARY=$work/link/libcudart.so")
  fi
  # Executables are linked on machines without the driver, whose library comes at run time.
  options+=(-DCMAKE_EXE_LINKER_FLAGS=-Wl,--allow-shlib-undefined)
  LD_LIBRARY_PATH=$(dirname "$(readlink -f "$library")"):$(cublaslt_folder ${wheels[@]+"${wheels[@]}"})$(dirname "$(readlink -f "${runtime:-$toolkit/lib64/libcudart.so}")")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export LD_LIBRARY_PATH
  printf 'export LD_LIBRARY_PATH=%q\n' "$LD_LIBRARY_PATH" >"$work/cuda-env.sh"

  local known=()
  IFS=: read -r -a known <<<"$LD_LIBRARY_PATH"
  driver=$(first_of "$toolkit"/lib64/stubs/libcuda.so "$toolkit"/targets/x86_64-linux/lib/stubs/libcuda.so \
    /usr/lib/x86_64-linux-gnu/libcuda.so /usr/lib/x86_64-linux-gnu/libcuda.so.1 /usr/local/nvidia/lib64/libcuda.so.1 /usr/local/nvidia/lib/libcuda.so.1 \
    "${known[@]/%//libcuda.so.1}")
  [ -n "$driver" ] || driver=$(ldconfig -p | sed -n 's/.*libcuda\.so\.1 .*=> //p' | head -1)
  if [ -n "$driver" ]; then
    options+=("-DCUDA_cuda_driver_LIBRARY=$driver")
  else
    options+=(-DGGML_CUDA_NO_VMM=ON)
  fi
  echo "driver library ${driver:-none, without virtual memory management}"
}

# Folders of the nvidia pip packages that hold lib/ and include/.
nvidia_wheels() {
  python3 - <<'PYTHON' 2>/dev/null || true
import glob, nvidia
for root in nvidia.__path__:
    for folder in sorted(glob.glob(root + "/cu1*") + glob.glob(root + "/cublas")):
        print(folder)
PYTHON
}

# cuBLAS loads cuBLASLt, which may lie in another folder.
cublaslt_folder() {
  local folder found
  for folder in "$@"; do
    found=$(first_of "$folder"/lib/libcublasLt.so.[0-9]*)
    [ -z "$found" ] || { echo "$(dirname "$found"):"; return; }
  done
}

first_of() {
  local path
  for path in "$@"; do [ -e "$path" ] && { echo "$path"; return; }; done
  return 0
}
