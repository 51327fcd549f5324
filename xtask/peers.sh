# Sourced by bench after engines.sh: builds peers that no registry has ready, each once, into the cache outside the clone.
# shellcheck shell=bash

# The release that Debian 12 builds on; its patches are left out.
NGINX_VERSION=1.22.1
NGINX_SHA256=9ebb333a9e82b952acd3e2b4aeb1d4ff6406f72491bab6cd9fe69f0dea737f31
# The source of OpenSSL, as a crate.
OPENSSL_CRATE=openssl-src@300.5.5+3.5.5
OPENSSL_SHA256=3f1787d533e03597a7934fd0a765f0d28e94ecc5fb7789f8053b1e699a56f709
NGINX_OPENSSL=$ENGINES/nginx-$NGINX_VERSION-openssl-${OPENSSL_CRATE##*+}/nginx

# need_nginx_openssl: nginx on a newer OpenSSL than the distribution's, with the modules of Debian's that are asked here.
# Fails where its source cannot be had.
need_nginx_openssl() {
  [ -x "$NGINX_OPENSSL" ] && return
  command -v apt-get >/dev/null 2>&1 || return 1
  need_packages cc=build-essential make=build-essential perl=perl pcre2-config=libpcre2-dev
  local folder=${NGINX_OPENSSL%/*}.partial
  say "building nginx $NGINX_VERSION with OpenSSL ${OPENSSL_CRATE##*+}, a peer (once, some minutes)"
  rm -rf "$folder"
  mkdir -p "$folder"
  fetch_openssl "$folder" && fetch_nginx "$folder" || return
  (build_openssl "$folder" && build_nginx "$folder") >"$folder/build.log" 2>&1 ||
    fail "cannot build nginx with OpenSSL; see $folder/build.log"
  mkdir -p "${NGINX_OPENSSL%/*}"
  mv "$folder/nginx-$NGINX_VERSION/objs/nginx" "$NGINX_OPENSSL"
  rm -rf "$folder"
}

# fetch_openssl FOLDER: asking about a crate fetches it.
fetch_openssl() {
  local crate=${OPENSSL_CRATE/@/-}.crate
  (cd "$1" && cargo info --quiet "$OPENSSL_CRATE" >/dev/null) || return
  crate=$(echo "${CARGO_HOME:-$HOME/.cargo}"/registry/cache/*/"$crate")
  echo "$OPENSSL_SHA256  $crate" | sha256sum --check --status ||
    fail "$OPENSSL_CRATE is not the crate that was pinned; nothing was built"
  tar -xzf "$crate" -C "$1"
}

# fetch_nginx FOLDER: from where the distribution keeps sources, which apt is seldom told of.
fetch_nginx() {
  local folder=$1 listed archive=nginx_$NGINX_VERSION.orig.tar.gz
  mkdir -p "$folder/sources" "$folder/lists/partial"
  for listed in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    case $listed in
      *.list) sed -n 's/^deb /deb-src /p' "$listed" >"$folder/sources/${listed##*/}" ;;
      *.sources) sed 's/^Types:.*/Types: deb-src/' "$listed" >"$folder/sources/${listed##*/}" ;;
    esac 2>/dev/null || true
  done
  local apt=(apt-get -qq -o APT::Sandbox::User= -o Dir::Etc::SourceList=/dev/null
    -o "Dir::Etc::SourceParts=$folder/sources" -o "Dir::State::Lists=$folder/lists")
  # Others than the distribution may have no sources.
  "${apt[@]}" update >/dev/null 2>&1 || true
  (cd "$folder" && "${apt[@]}" source --tar-only --download-only nginx >/dev/null 2>&1) || true
  [ -e "$folder/$archive" ] || return
  echo "$NGINX_SHA256  $folder/$archive" | sha256sum --check --status ||
    fail "$archive is not the file that was pinned; nothing was built"
  tar -xzf "$folder/$archive" -C "$folder"
}

# build_openssl FOLDER: its libraries, to be linked in.
build_openssl() {
  cd "$1/${OPENSSL_CRATE/@/-}/openssl" || return
  nice perl ./Configure --prefix="$1/openssl" --libdir=lib no-shared no-module no-tests no-apps no-docs &&
    nice make --silent --jobs="$(nproc)" build_libs && make --silent install_dev
}

# build_nginx FOLDER: optimised as Debian's is.
build_nginx() {
  cd "$1/nginx-$NGINX_VERSION" || return
  ./configure --with-cc-opt="-O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2 -I$1/openssl/include" \
    --with-ld-opt="-L$1/openssl/lib" --with-compat --with-pcre-jit --with-threads --with-file-aio \
    --with-http_ssl_module --with-http_secure_link_module --without-http_gzip_module &&
    nice make --silent --jobs="$(nproc)"
}
