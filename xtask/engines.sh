# Sourced by test: fetches the real servers that suites run on, each once, into the cache outside the clone.
# For each server there is need_NAME.
# shellcheck shell=bash

ALL_ENGINES=(cassandra kafka garage redis memcached)
ENGINES=$CACHE/engines
SERVERS=$ROOT/tests/engines/servers
MAVEN_COPY=org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies
GARAGE_VERSION=2.5.0
GARAGE=$ENGINES/garage-$GARAGE_VERSION/bin/garage

# Cassandra 5.0 runs on Java 17 and no later one; Kafka 4 asks for 17 at least.
need_java_17() {
  need_packages java=openjdk-17-jre-headless mvn=maven
  local candidate
  for candidate in "${JAVA_HOME:-/nonexistent}/bin/java" java /usr/lib/jvm/*17*/bin/java; do
    if "$candidate" -version 2>&1 | grep -q 'version "17\.'; then
      JAVA_17=$candidate
      return
    fi
  done
  fail "Java 17 is missing; install it, point JAVA_HOME at it, then start again"
}

# need_jars NAME: the jars that its pom.xml asks for, every file held against jars.sha256.
# Maven's own store goes with them: it repeats what the folder holds.
need_jars() {
  local name=$1 folder=$ENGINES/$1 pins=$SERVERS/$1/jars.sha256
  cmp -s "$pins" "$folder/jars.sha256" && return
  say "fetching $name (about 60 MB)"
  rm -rf "$folder" "$folder.partial"
  mkdir -p "$folder.partial"
  mvn --batch-mode --quiet --strict-checksums --file "$SERVERS/$name/pom.xml" \
    -Dmaven.repo.local="$folder.partial/maven" "$MAVEN_COPY" -DincludeScope=runtime \
    -DoutputDirectory="$folder.partial/jars" >"$folder.partial/maven.log" 2>&1 ||
    fail "cannot fetch the jars of $name; is the network up? Maven's words are in $folder.partial/maven.log"
  (cd "$folder.partial/jars" && sha256sum --check --strict --quiet "$pins" >&2 &&
    cmp -s <(LC_ALL=C ls) <(cut -c 67- "$pins")) ||
    fail "the jars of $name are not the files that were pinned; nothing was installed"
  rm -rf "$folder.partial/maven" "$folder.partial/maven.log"
  cp "$pins" "$folder.partial/jars.sha256"
  mv "$folder.partial" "$folder"
}

# Garage replicates over three small nodes on one machine; the crates' index holds the hash of all that it is
# made of. Built lightly: its own crates are glue that is not worth optimizing here, and the tests of the
# C library it brings (what `make check` builds and runs) are left out.
need_garage() {
  [ -x "$GARAGE" ] && return
  local folder=$ENGINES/garage-$GARAGE_VERSION crate glue=()
  for crate in garage garage_api_admin garage_api_common garage_api_s3 garage_block garage_model garage_net \
    garage_rpc garage_table garage_util; do
    glue+=(--config "profile.release.package.$crate.opt-level=0")
  done
  say "building garage $GARAGE_VERSION, the S3 store (once, some minutes)"
  rm -rf "$folder.partial"
  MAKEFLAGS='TESTS= check_PROGRAMS=' CARGO_TARGET_DIR=$folder.partial/target CARGO_PROFILE_RELEASE_LTO=off \
    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=false \
    nice cargo install --quiet --locked --root "$folder.partial" --no-default-features \
    --features bundled-libs,lmdb "${glue[@]}" "garage@$GARAGE_VERSION" || fail "cannot build garage $GARAGE_VERSION"
  rm -rf "$folder.partial/target"
  mv "$folder.partial" "$folder"
}

# Redis and memcached as the distribution has them: its index is signed and names every file's hash, and it
# keeps no older version to pin. Unpacked beside the clone: an installed one would start as a service.
need_caches() {
  REDIS=$(command -v redis-server || true) MEMCACHED=$(command -v memcached || true) CACHE_LIBRARIES=
  [ -n "$REDIS" ] && [ -n "$MEMCACHED" ] && return
  local folder=$ENGINES/debian
  REDIS=$folder/usr/bin/redis-server MEMCACHED=$folder/usr/bin/memcached
  CACHE_LIBRARIES=$folder/libraries
  [ -x "$REDIS" ] && [ -x "$MEMCACHED" ] && return
  command -v apt-get >/dev/null 2>&1 ||
    fail "please install redis and memcached with your package manager, then start again"
  say "fetching redis and memcached"
  fetch_caches "$folder.partial" || { refresh_packages && fetch_caches "$folder.partial"; } ||
    fail "cannot fetch redis and memcached; type this, then start again: sudo apt-get update"
  rm -rf "$folder"
  mv "$folder.partial" "$folder"
}

# Debian's list of packages may be missing, or name versions that are gone.
refresh_packages() {
  local sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo -n)
  "${sudo[@]}" apt-get update -qq >/dev/null
}

# fetch_caches FOLDER: the two servers, and the libraries they name that are not installed.
fetch_caches() {
  local folder=$1 package archive wanted=(redis-server redis-tools memcached)
  rm -rf "$folder"
  mkdir -p "$folder/packages" "$folder/libraries"
  for package in $(apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks \
    --no-replaces --no-enhances "${wanted[@]}" | sed -n 's/^[ |]*Depends: \(lib[^ ]*\)$/\1/p' | sort -u); do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
      wanted+=("$package")
  done
  (cd "$folder/packages" && apt-get download -qq -o APT::Sandbox::User= "${wanted[@]}" >&2) || return
  for archive in "$folder"/packages/*.deb; do
    dpkg-deb --extract "$archive" "$folder" || return
  done
  find "$folder/usr/lib" -name '*.so*' -exec cp --no-dereference {} "$folder/libraries/" \;
  if LD_LIBRARY_PATH=$folder/libraries ldd "$folder/usr/bin/redis-server" "$folder/usr/bin/memcached" |
    grep 'not found' >&2; then
    return 1
  fi
  rm -rf "$folder/packages"
}

need_cassandra() { need_java_17; need_jars cassandra; }
need_kafka() { need_java_17; need_jars kafka; }
need_redis() { need_caches; }
need_memcached() { need_caches; }

# need_engines NAME...: one clone at a time, as clones share the cache.
need_engines() {
  local name
  mkdir -p "$ENGINES"
  exec 9>"$ENGINES/.lock"
  flock 9
  for name in "$@"; do
    [[ " ${ALL_ENGINES[*]} " = *" $name "* ]] || fail "$name is no server; there are ${ALL_ENGINES[*]}"
    "need_$name"
  done
  exec 9>&-
}
