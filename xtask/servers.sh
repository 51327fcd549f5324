# Sourced after engines.sh: starts real servers on loopback, waits until they answer, stops them.
# For each server there is start_NAME, which exports where it will be, and ready_NAME, which waits for it.
# shellcheck shell=bash

# Long enough for a JVM on a busy machine of two cores.
READY_SECONDS=180
# Any key will do: it opens a store that only this machine reaches and that is thrown away.
S3_KEY=GK0123456789abcdef01234567
S3_SECRET=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

RUN=
PORTS=()
declare -A PROCESS=()

# choose_ports COUNT: free ones, into PORTS. Below the range that the system gives to outgoing connections, so
# that none of those takes a port before its server does.
choose_ports() {
  read -r -a PORTS < <(python3 - "$1" <<'PY'
import random, socket, sys
held = []
while len(held) < int(sys.argv[1]):
    one = socket.socket()
    try:
        one.bind(("127.0.0.1", random.randint(12000, 31999)))
        held.append(one)
    except OSError:
        one.close()
print(*(one.getsockname()[1] for one in held))
PY
  )
}

# next_port VARIABLE: the next of PORTS.
next_port() {
  printf -v "$1" %s "${PORTS[0]}"
  PORTS=("${PORTS[@]:1}")
}

# fill SOURCE TARGET NAME=VALUE...: a configuration with its @NAMES@ filled in.
fill() {
  local source=$1 target=$2 pair edits=()
  shift 2
  for pair in "$@"; do edits+=(-e "s|@${pair%%=*}@|${pair#*=}|g"); done
  sed "${edits[@]}" "$source" >"$target"
}

# launch NAME COMMAND...: in the background, its output in its log, and gone when this shell is, however it goes.
launch() {
  local name=$1
  shift
  setpriv --pdeathsig KILL "$@" >"$RUN/logs/$name.log" 2>&1 </dev/null &
  PROCESS[$name]=$!
}

# answers PORT REQUEST BYTE: whether the answer to a request of the server's own protocol begins with BYTE.
answers() {
  [ "$(timeout 2 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && printf "$1" >&3 && head -c 1 <&3 | od -An -tx1' \
    "$1" "$2" 2>/dev/null)" = " $3" ]
}

# await NAME COMMAND...: until the command succeeds; ends the run when the server dies or takes too long.
await() {
  local name=$1 deadline=$((SECONDS + READY_SECONDS)) why=
  shift
  until "$@"; do
    kill -0 "${PROCESS[$name]}" 2>/dev/null || why='has ended'
    [ $SECONDS -lt $deadline ] || why="does not answer after $READY_SECONDS s"
    if [ -n "$why" ]; then
      tail -n 20 "$RUN/logs/$name.log" >&2
      fail "$name $why; the lines above are the last of its log"
    fi
    sleep 0.1
  done
}

start_cassandra() {
  local home=$RUN/cassandra jars=$ENGINES/cassandra/jars storage
  next_port CASSANDRA_PORT
  next_port storage
  mkdir "$home"
  fill "$SERVERS/cassandra/cassandra.yaml" "$home/cassandra.yaml" \
    "DATA=$home" "NATIVE_PORT=$CASSANDRA_PORT" "STORAGE_PORT=$storage"
  launch cassandra "$JAVA_17" "@$SERVERS/cassandra/java.options" "-javaagent:$(echo "$jars"/jamm-*.jar)" \
    "-Dcassandra.config=file://$home/cassandra.yaml" "-Dcassandra.storagedir=$home" \
    "-Dlogback.configurationFile=$SERVERS/cassandra/logback.xml" "-Djava.io.tmpdir=$home" \
    -Dcassandra-foreground=yes -cp "$jars/*" org.apache.cassandra.service.CassandraDaemon
  export MARQUEE_TEST_CASSANDRA=127.0.0.1:$CASSANDRA_PORT
}

# The OPTIONS request, which a server answers with SUPPORTED.
ready_cassandra() { await cassandra answers "$CASSANDRA_PORT" '\x04\0\0\0\x05\0\0\0\0' 84; }

start_kafka() {
  local home=$RUN/kafka jars=$ENGINES/kafka/jars controller
  next_port KAFKA_PORT
  next_port controller
  mkdir "$home"
  fill "$SERVERS/kafka/kafka.properties" "$home/kafka.properties" \
    "DATA=$home" "BROKER_PORT=$KAFKA_PORT" "CONTROLLER_PORT=$controller"
  "$JAVA_17" -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$jars/*" kafka.tools.StorageTool format \
    --config "$home/kafka.properties" --cluster-id bWFycXVlZS1lbmdpbmVzLQ >"$RUN/logs/kafka-format.log" 2>&1 ||
    fail "cannot lay out Kafka's folder; see $RUN/logs/kafka-format.log"
  launch kafka "$JAVA_17" "@$SERVERS/kafka/java.options" -cp "$jars/*" kafka.Kafka "$home/kafka.properties"
  export MARQUEE_TEST_KAFKA=127.0.0.1:$KAFKA_PORT
}

ready_kafka() { await kafka kafka_leads; }

# The port answers (here ApiVersions) a little before the broker may lead a partition; its log says when it may.
kafka_leads() {
  grep -q 'Kafka Server started' "$RUN/logs/kafka.log" &&
    answers "$KAFKA_PORT" '\0\0\0\x0a\0\x12\0\0\0\0\0\x01\xff\xff' 00
}

start_garage() {
  local node rpc
  for node in 1 2 3; do
    next_port rpc
    next_port "GARAGE_PORT_$node"
    local port=GARAGE_PORT_$node
    mkdir "$RUN/garage-$node"
    fill "$SERVERS/garage/garage.toml" "$RUN/garage-$node.toml" \
      "DATA=$RUN/garage-$node" "RPC_PORT=$rpc" "S3_PORT=${!port}" "RPC_SECRET=$S3_SECRET"
    chmod 600 "$RUN/garage-$node.toml"
    launch "garage-$node" env RUST_LOG=garage=info "$GARAGE" -c "$RUN/garage-$node.toml" server
  done
  export MARQUEE_TEST_S3=http://127.0.0.1:$GARAGE_PORT_1 MARQUEE_TEST_S3_REGION=garage
  export MARQUEE_TEST_S3_BUCKET=marquee MARQUEE_TEST_S3_KEY=$S3_KEY MARQUEE_TEST_S3_SECRET=$S3_SECRET
}

# The three nodes know one another, each is a zone, and the suites' bucket and key are there.
ready_garage() {
  local node port id
  for node in 1 2 3; do
    port=GARAGE_PORT_$node
    await "garage-$node" answers "${!port}" 'GET / HTTP/1.0\r\n\r\n' 48
    id=$(garage "$node" node id --quiet)
    [ "$node" = 1 ] || garage 1 node connect "$id"
    garage 1 layout assign --zone "zone-$node" --capacity 1G "${id%%@*}"
  done >>"$RUN/logs/garage-cli.log"
  {
    garage 1 layout apply --version 1
    garage 1 key import --yes -n suites "$S3_KEY" "$S3_SECRET"
    garage 1 bucket create marquee
    garage 1 bucket allow --read --write --owner marquee --key "$S3_KEY"
  } >>"$RUN/logs/garage-cli.log"
}

# garage NODE ARGUMENTS...: the command line, for one node.
garage() {
  local node=$1
  shift
  "$GARAGE" -c "$RUN/garage-$node.toml" "$@" 2>>"$RUN/logs/garage-cli.log" ||
    fail "cannot set up garage ($*); see $RUN/logs/garage-cli.log"
}

# Two, each a zone of its own.
start_redis() {
  next_port REDIS_PORT_1
  next_port REDIS_PORT_2
  local zone port
  for zone in 1 2; do
    port=REDIS_PORT_$zone
    launch "redis-$zone" env LD_LIBRARY_PATH="$CACHE_LIBRARIES" "$REDIS" --bind 127.0.0.1 --port "${!port}" \
      --save '' --appendonly no --dir "$RUN" --maxmemory 64mb --maxmemory-policy allkeys-lru
  done
  export MARQUEE_TEST_REDIS=127.0.0.1:$REDIS_PORT_1,127.0.0.1:$REDIS_PORT_2
}

ready_redis() {
  await redis-1 answers "$REDIS_PORT_1" 'PING\r\n' 2b
  await redis-2 answers "$REDIS_PORT_2" 'PING\r\n' 2b
}

# Two, each a zone of its own.
start_memcached() {
  next_port MEMCACHED_PORT_1
  next_port MEMCACHED_PORT_2
  local zone port user=()
  [ "$(id -u)" -ne 0 ] || user=(-u root)
  for zone in 1 2; do
    port=MEMCACHED_PORT_$zone
    launch "memcached-$zone" env LD_LIBRARY_PATH="$CACHE_LIBRARIES" "$MEMCACHED" -l 127.0.0.1 -p "${!port}" \
      -U 0 -m 64 -t 2 "${user[@]}"
  done
  export MARQUEE_TEST_MEMCACHED=127.0.0.1:$MEMCACHED_PORT_1,127.0.0.1:$MEMCACHED_PORT_2
}

ready_memcached() {
  await memcached-1 answers "$MEMCACHED_PORT_1" 'version\r\n' 56
  await memcached-2 answers "$MEMCACHED_PORT_2" 'version\r\n' 56
}

# start_servers NAME...: all of them at once, then each awaited. They end with this shell.
start_servers() {
  command -v setpriv >/dev/null 2>&1 || fail 'setpriv (of util-linux) is missing; the servers need Linux'
  need_packages python3=python3
  RUN=$(mktemp -d "${TMPDIR:-/tmp}/marquee-engines.XXXXXX")
  mkdir "$RUN/logs"
  trap stop_servers EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  choose_ports 14
  say "starting $* (logs in $RUN/logs)"
  local name
  for name in "$@"; do "start_$name"; done
  for name in "$@"; do "ready_$name"; done
}

# run_beside_servers SECONDS COMMAND...: at most so long, in a group of its own, so that a signal to this shell ends all of it.
run_beside_servers() {
  local patience=$1
  shift
  timeout "$patience" "$@" &
  PROCESS[command]=$!
  wait "${PROCESS[command]}"
}

# What they hold is thrown away, so they need not put anything in order. Logs stay when something went wrong.
stop_servers() {
  local status=$?
  trap - EXIT INT TERM
  # timeout passes a TERM on to its whole group; a KILL it could not.
  [ -z "${PROCESS[command]:-}" ] || kill "${PROCESS[command]}" 2>/dev/null || true
  unset 'PROCESS[command]'
  kill -KILL "${PROCESS[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  find "$RUN" -mindepth 1 -maxdepth 1 ! -name logs -exec rm -rf {} +
  case $status in
    0 | 130 | 143) rm -rf "$RUN" ;;
    *) say "the servers' logs are in $RUN/logs" ;;
  esac
  exit "$status"
}
