# Sourced by test: fetches the real servers the suites run on, each once, into the cache beside the clone.
# shellcheck shell=bash

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
  mvn --batch-mode --quiet --strict-checksums -Dstyle.color=never --file "$SERVERS/$name/pom.xml" \
    -Dmaven.repo.local="$folder.partial/maven" "$MAVEN_COPY" \
    -DincludeScope=runtime -DoutputDirectory="$folder.partial/jars" >&2 ||
    fail "cannot fetch the jars of $name; is the network up?"
  (cd "$folder.partial/jars" && sha256sum --check --strict --quiet "$pins" >&2 &&
    cmp -s <(LC_ALL=C ls) <(cut -c 67- "$pins")) ||
    fail "the jars of $name are not the files that were pinned; nothing was installed"
  rm -rf "$folder.partial/maven"
  cp "$pins" "$folder.partial/jars.sha256"
  mv "$folder.partial" "$folder"
}

# Garage replicates with three nodes on one machine and its crate is checked by crates.io's index.
# Built lightly: the suites wait for the network and the disk, not for its code.
need_garage() {
  [ -x "$GARAGE" ] && return
  local folder=$ENGINES/garage-$GARAGE_VERSION
  say "building garage $GARAGE_VERSION, the S3 store (once, some minutes)"
  rm -rf "$folder.partial"
  CARGO_TARGET_DIR=$folder.partial/target CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=false \
    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    nice cargo install --quiet --locked --root "$folder.partial" --no-default-features \
    --features bundled-libs,lmdb "garage@$GARAGE_VERSION" || fail "cannot build garage $GARAGE_VERSION"
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
  rm -rf "$folder" "$folder.partial"
  mkdir -p "$folder.partial/packages"
  (cd "$folder.partial" && fetch_caches) ||
    fail "cannot fetch redis and memcached; type this, then start again: apt-get update"
  mv "$folder.partial" "$folder"
}

# Into this folder: the two servers and the libraries they name that are not installed.
fetch_caches() {
  set -e
  local package archive
  local -a wanted=(redis-server redis-tools memcached)
  for package in $(apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks \
    --no-replaces --no-enhances "${wanted[@]}" | sed -n 's/^[ |]*Depends: \(lib[^ ]*\)$/\1/p' | sort -u); do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
      wanted+=("$package")
  done
  (cd packages && apt-get download -qq -o APT::Sandbox::User= "${wanted[@]}" >&2)
  for archive in packages/*.deb; do dpkg-deb --extract "$archive" .; done
  mkdir libraries
  find usr/lib lib -name '*.so*' -exec cp --no-dereference {} libraries/ \; 2>/dev/null
  ! LD_LIBRARY_PATH=$PWD/libraries ldd usr/bin/redis-server usr/bin/memcached | grep 'not found' >&2
  rm -rf packages
}

# One at a time: two clones share the cache.
need_engines() {
  need_java_17
  mkdir -p "$ENGINES"
  exec 9>"$ENGINES/.lock"
  flock 9
  need_jars cassandra
  need_jars kafka
  need_caches
  need_garage
  exec 9>&-
}
