#!/usr/bin/env bash
# Installs what the tests need and runs all of them. Ends with the line "N passed, N failed, N skipped".
#   --unit   only the tests that need no server, network or footage
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

packages=(ffmpeg redis-server)
[ "${1:-}" = --unit ] || packages+=(chromium postgresql mosquitto openssl python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good
  gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav opencv-doc fonts-noto-core)
need_node
[ "${1:-}" = --unit ] || begin_minio
# Both mostly wait for their servers.
need_packages "${packages[@]}" &
installing=$!
need_modules
wait "$installing" || exit 2

reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
# What many test files need is made once (test/made-once.ts).
export WATCHPOST_TEST_CACHE=$reports/cache
mkdir "$WATCHPOST_TEST_CACHE"
say "build"
failed=0
npx prettier --check --log-level warn . >"$reports/format.txt" 2>&1 &
format=$!
npm run --silent build || { echo "the build failed"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
# One core reads the code, the other runs the unit tests meanwhile.
check_code() {
  local faults=0
  npx tsc -p tsconfig.test.json || faults=$((faults + 1))
  npx eslint . --max-warnings 0 || faults=$((faults + 1))
  node scripts/generate-docs.mjs --check || faults=$((faults + 1))
  return "$faults"
}
check_code >"$reports/code.txt" 2>&1 &
code=$!
# run_tests NAME ARGUMENT... : vitest with a report of that name.
run_tests() {
  local name=$1
  shift
  say "$name tests"
  npx vitest run "$@" --reporter=default --reporter=json --outputFile.json="$reports/$name.json" || true
  [ -s "$reports/$name.json" ] || { echo "the $name tests ended without a report"; failed=$((failed + 1)); }
}
# run_system_tests NAME ARGUMENT... : the same; as browsers, cameras and servers share the machine there, a few files that
# failed are run once more, by themselves. The summary names them.
run_system_tests() {
  run_tests "$@"
  local again=() file
  while read -r file; do [ -z "$file" ] || again+=("$file"); done < <(node scripts/failed-files.mjs "$reports/$1.json")
  [ ${#again[@]} -eq 0 ] || run_tests "$1-again" --project "$1" --maxWorkers 1 "${again[@]}"
}
# The drawn street and hillside of the demo, and its clips as cameras send them, meanwhile too.
draw_samples() {
  nice node dist/models/hill/main.js --out .cache/samples/hill
  nice node dist/models/street/main.js --out .cache/samples/street
  [ ! -d "${WATCHPOST_SHARED:-../shared}/footage" ] || nice node scripts/demo-config.mjs once "$WATCHPOST_TEST_CACHE"
}
[ "${1:-}" = --unit ] || { draw_samples >"$reports/samples.txt" 2>&1 & samples=$!; }
await_code() {
  wait "$code" || failed=$((failed + $?))
  wait "$format" || failed=$((failed + 1))
  say "types, lint, format, generated docs"
  cat "$reports/code.txt" "$reports/format.txt"
}
# What needs MinIO comes last: its build has until then.
object_store=(test/conformance/evidence-store.test.ts test/e2e/evidence-minio.test.ts)
if [ "${1:-}" = --unit ]; then
  run_tests unit --project unit
  await_code
else
  run_tests unit --project unit --exclude "${object_store[0]}"
  await_code
  wait "$samples" || cat "$reports/samples.txt"
  mapfile -t together < <(node -p 'JSON.parse(fs.readFileSync("test/e2e/together.json")).map((name) => `--exclude=test/e2e/${name}.test.ts`).join("\n")')
  run_system_tests together --project together --maxWorkers 3
  run_system_tests e2e --project e2e --exclude "${object_store[1]}" "${together[@]}"
  await_minio 120
  run_tests object-store "${object_store[@]}"
  say "benchmark: every stage within its budget"
  node dist/benchmarks/run.js --gate || failed=$((failed + 1))
fi

node scripts/summarise-tests.mjs "$failed" "$reports"
