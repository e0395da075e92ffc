#!/bin/sh
# All tests, as `make test` runs them: PYTHON. Most keep a processor busy; some wait for a real
# clock, which costs little. Both run at the same time, and what waits comes first whenever it has
# something to do. Afterwards comes what measures time: it has nothing beside it.
python=$1
out=tests/output
mkdir -p "$out"

# Each of these processes reads all the sources: what one has compiled is there for the others.
unset PYTHONDONTWRITEBYTECODE

# There are as many processes as processors: none of them needs threads to compute.
one_thread="env OMP_NUM_THREADS=1"
keep="-o tmp_path_retention_policy=failed"

# Thousands of small files and databases wait for no disk where memory can hold them. What fails
# leaves its files behind.
free_kb=$(df -Pk /dev/shm 2> /dev/null | awk 'NR == 2 { print $4 }')
if [ "${free_kb:-0}" -gt 4000000 ] && scratch=$(mktemp -d /dev/shm/foyer.XXXXXX); then
  trap 'rm -rf "$scratch"' EXIT
  printf '#!/bin/sh\n' > "$scratch/program"
  chmod +x "$scratch/program"
  "$scratch/program" 2> /dev/null && one_thread="$one_thread TMPDIR=$scratch"
fi

# Only files that say so themselves hold what runs on the real clock (conftest.py sees to it).
timed=$(find tests -name 'test_*.py' -exec grep -l real_time {} + | sort)

echo "tests on the real clock run beside the others; their words come after: $out/waits.txt"
$one_thread "$python" -m pytest -q -o cache_dir="$out/.cache" -n 2 --dist loadfile -m waits $keep --durations=5 $timed > "$out/waits.txt" 2>&1 &
waits=$!
trap 'kill $waits 2> /dev/null; exit 130' INT TERM
$one_thread nice -n 5 "$python" -m pytest -q -n 2 --dist worksteal -m "not alone and not waits" $keep --durations=5
busy=$?
wait $waits
waited=$?
cat "$out/waits.txt"
if [ $busy -ne 0 ] || [ $waited -ne 0 ]; then
  trap - EXIT
  echo "files of what failed: ${scratch:-${TMPDIR:-/tmp}}/pytest-of-$(id -un)"
  exit 1
fi
"$python" -m pytest -q -m alone --durations=10 tests/e2e tests/perf tests/robot tests/vllm
