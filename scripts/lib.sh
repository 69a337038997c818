# Shared by demo.sh and test.sh: brings what is missing on a Debian or Ubuntu machine, and the build.

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 2; }

# need_packages PACKAGE... : installs the Debian packages that are not there yet.
need_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get >/dev/null || fail "install these first (no apt-get here): ${missing[*]}"
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "as root: apt-get install ${missing[*]}"
    root=(sudo)
  fi
  say "installing ${missing[*]}"
  # Waits for another apt that is at work, as on machines that just started.
  local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3)
  "${apt[@]}" update || true
  twice "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "apt-get install ${missing[*]} did not succeed; run it by hand to see why"
}

# twice COMMAND... : once more after a pause when it failed, as servers of packages do now and then.
twice() {
  "$@" && return 0
  say "once more: $*" >&2
  sleep 5
  "$@"
}

need_node() {
  command -v node >/dev/null || fail "Node.js 20.19 or newer is needed: https://nodejs.org or your distribution's package"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    fail "Node.js 20.19 or newer is needed, this is $(node --version)"
}

# npm packages, again only when the lock file has changed since.
need_modules() {
  if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    # npm would empty the folder that a link leads to, for all who use it.
    [ ! -L node_modules ] || fail "node_modules is a link to $(readlink node_modules) and out of date; remove the link (rm node_modules)"
    say "npm ci"
    twice npm ci --no-progress || fail "npm ci did not succeed; is the npm registry reachable?"
    touch node_modules/.package-lock.json
  fi
}

# begin_minio : starts building the MinIO server that evidence is tested against, beside what else goes on. Never fails:
# without Go, or when the module proxy cannot be reached, those tests are skipped by name.
begin_minio() {
  minio_build=
  [ ! -x .cache/bin/minio ] && ! command -v minio >/dev/null || return 0
  command -v go >/dev/null || { say "no MinIO and no Go to build it: tests of the S3 store will be skipped"; return 0; }
  say "building MinIO beside the other steps"
  mkdir -p .cache/bin
  (
    folder=$(mktemp -d .cache/minio.XXXXXX)
    GOBIN=$PWD/$folder nice -n 15 timeout "${WATCHPOST_MINIO_BUILD_S:-900}" \
      go install github.com/minio/minio@latest >"$folder/log" 2>&1 &&
      mv "$folder/minio" .cache/bin/minio || tail -n 3 "$folder/log"
    rm -rf "$folder"
  ) &
  minio_build=$!
}

# await_minio SECONDS : gives the build that much more time, then does without it.
await_minio() {
  [ -n "$minio_build" ] || return 0
  local waited=0
  while kill -0 "$minio_build" 2>/dev/null; do
    [ $((waited++)) -lt "$1" ] || { say "MinIO is not built yet: tests of the S3 store are skipped"; return 0; }
    sleep 1
  done
  [ -x .cache/bin/minio ] || say "MinIO could not be built: tests of the S3 store are skipped"
}
