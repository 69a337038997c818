#!/usr/bin/env bash
# Brings everything a fresh Debian or Ubuntu machine needs, builds, and runs the whole system on sample footage.
#   bash scripts/demo.sh          samples play as live cameras; prints the address and the one-time password
#   bash scripts/demo.sh --once   processes the samples to their end, prints the cases and their verification, exits
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

mode=live
case "${1:-}" in
  '') ;;
  --once) mode=once ;;
  *) fail "unknown option $1; use no option, or --once" ;;
esac

need_node
need_packages ffmpeg redis-server opencv-doc
need_modules
if [ ! -e dist/bin/cli/main.js ] || [ -n "$(find pipeline models workers api player bin package.json -newer dist/bin/cli/main.js -type f -print -quit)" ]; then
  say "build"
  npm run --silent build
  touch dist/bin/cli/main.js
fi

cache=${WATCHPOST_CACHE:-.cache}
say "sample footage"
config=$(node scripts/demo-config.mjs "$mode" "$cache")
bin/watchpost config check "$config"

if [ "$mode" = once ]; then
  data=$(mktemp -d "${TMPDIR:-/tmp}/watchpost-demo.XXXXXX")
  say "processing the samples to their end (data: $data)"
  exec bin/watchpost up --once --config "$config" --data "$data"
fi
say "starting; stop with Ctrl-C"
exec bin/watchpost up --config "$config" --data "${WATCHPOST_DATA:-data/demo}"
