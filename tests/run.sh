#!/bin/sh
# All tests, as `make test` runs them: PYTHON. Most keep a processor busy; some wait for a real
# clock, which costs little. Both run at the same time, and what waits comes first whenever it has
# something to do. Afterwards comes what measures time: it has nothing beside it.
python=$1
out=tests/output
mkdir -p "$out"

echo "tests on the real clock run beside the others; their words come after: $out/waits.txt"
"$python" -m pytest -q -o cache_dir="$out/.cache" -n 2 --dist loadfile -m waits --durations=5 > "$out/waits.txt" 2>&1 &
waits=$!
trap 'kill $waits 2> /dev/null' INT TERM
nice -n 5 "$python" -m pytest -q -n 2 --dist worksteal -m "not alone and not waits" --durations=5
busy=$?
wait $waits
waited=$?
cat "$out/waits.txt"
[ $busy -eq 0 ] && [ $waited -eq 0 ] || exit 1
exec "$python" -m pytest -q -m alone --durations=10 tests/e2e tests/perf tests/robot tests/vllm
