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

# Only files that say so themselves hold what runs on the real clock (conftest.py sees to it).
timed=$(find tests -name 'test_*.py' -exec grep -l real_time {} + | sort)

echo "tests on the real clock run beside the others; their words come after: $out/waits.txt"
$one_thread "$python" -m pytest -q -o cache_dir="$out/.cache" -n 2 --dist loadfile -m waits --durations=5 $timed > "$out/waits.txt" 2>&1 &
waits=$!
trap 'kill $waits 2> /dev/null' INT TERM
$one_thread nice -n 5 "$python" -m pytest -q -n 2 --dist worksteal -m "not alone and not waits" --durations=5
busy=$?
wait $waits
waited=$?
cat "$out/waits.txt"
[ $busy -eq 0 ] && [ $waited -eq 0 ] || exit 1
exec "$python" -m pytest -q -m alone --durations=10 tests/e2e tests/perf tests/robot tests/vllm
