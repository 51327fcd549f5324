# Sourced by test after engines.sh: starts the real servers on loopback, waits until they answer, stops them.
# shellcheck shell=bash

# Long enough for a JVM on a busy machine of two cores.
READY_SECONDS=180
# Suites that take longer than this are stuck.
SUITES_SECONDS=1200
# Any key will do: it opens a store that only this machine reaches and that is thrown away.
S3_KEY=GK0123456789abcdef01234567
S3_SECRET=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

RUN=
PIDS=()

# Below the range the system gives to outgoing connections, so that none takes a port before its server does.
choose_ports() {
  python3 - "$1" <<'PY'
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
  PIDS+=($!)
  LAUNCHED=$!
}

# answers PORT REQUEST BYTE: whether the answer to a request of the server's own protocol begins with BYTE.
answers() {
  [ "$(timeout 2 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && printf "$1" >&3 && head -c 1 <&3 | od -An -tx1' \
    "$1" "$2" 2>/dev/null)" = " $3" ]
}

# await NAME PID COMMAND...: until the command succeeds; ends the run when the server dies or takes too long.
await() {
  local name=$1 pid=$2 deadline=$((SECONDS + READY_SECONDS)) why=
  shift 2
  until "$@"; do
    kill -0 "$pid" 2>/dev/null || why='has ended'
    [ $SECONDS -lt $deadline ] || why="does not answer after $READY_SECONDS s"
    if [ -n "$why" ]; then
      tail -n 20 "$RUN/logs/$name.log" >&2
      fail "$name $why; the lines above are the last of $RUN/logs/$name.log"
    fi
    sleep 0.1
  done
}

start_cassandra() {
  local home=$RUN/cassandra jars=$ENGINES/cassandra/jars
  mkdir "$home"
  fill "$SERVERS/cassandra/cassandra.yaml" "$home/cassandra.yaml" \
    "DATA=$home" "NATIVE_PORT=$1" "STORAGE_PORT=$2"
  launch cassandra "$JAVA_17" "@$SERVERS/cassandra/java.options" "-javaagent:$(echo "$jars"/jamm-*.jar)" \
    "-Dcassandra.config=file://$home/cassandra.yaml" "-Dcassandra.storagedir=$home" \
    "-Dlogback.configurationFile=$SERVERS/cassandra/logback.xml" "-Djava.io.tmpdir=$home" \
    -Dcassandra-foreground=yes -cp "$jars/*" org.apache.cassandra.service.CassandraDaemon
  CASSANDRA=$LAUNCHED
}

start_kafka() {
  local home=$RUN/kafka jars=$ENGINES/kafka/jars
  mkdir "$home"
  fill "$SERVERS/kafka/kafka.properties" "$home/kafka.properties" \
    "DATA=$home" "BROKER_PORT=$1" "CONTROLLER_PORT=$2"
  "$JAVA_17" -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$jars/*" kafka.tools.StorageTool format \
    --config "$home/kafka.properties" --cluster-id bWFycXVlZS1lbmdpbmVzLQ >"$RUN/logs/kafka.log" 2>&1 ||
    fail "cannot lay out Kafka's folder; see $RUN/logs/kafka.log"
  launch kafka "$JAVA_17" "@$SERVERS/kafka/java.options" -cp "$jars/*" kafka.Kafka "$home/kafka.properties"
  KAFKA=$LAUNCHED
}

# The port answers a little before the broker may lead a partition; its log says when it may.
kafka_ready() {
  grep -q 'Kafka Server started' "$RUN/logs/kafka.log" && answers "$1" '\0\0\0\x0a\0\x12\0\0\0\0\0\x01\xff\xff' 00
}

# garage NODE ARGUMENTS...: the command line, for one node.
garage() {
  local node=$1
  shift
  "$GARAGE" -c "$RUN/garage-$node.toml" "$@" 2>>"$RUN/logs/garage-cli.log" ||
    fail "cannot set up garage ($*); see $RUN/logs/garage-cli.log"
}

# start_garage RPC_PORT S3_PORT three times over; GARAGES are their processes.
start_garage() {
  local node
  GARAGES=()
  for node in 1 2 3; do
    mkdir "$RUN/garage-$node"
    fill "$SERVERS/garage/garage.toml" "$RUN/garage-$node.toml" \
      "DATA=$RUN/garage-$node" "RPC_PORT=$1" "S3_PORT=$2" "RPC_SECRET=$S3_SECRET"
    chmod 600 "$RUN/garage-$node.toml"
    launch "garage-$node" env RUST_LOG=garage=info "$GARAGE" -c "$RUN/garage-$node.toml" server
    GARAGES+=("$LAUNCHED")
    shift 2
  done
}

# join_garage: the three nodes know one another, each is a zone, and the suites' bucket is there.
join_garage() {
  local node id
  for node in 1 2 3; do
    id=$(garage "$node" node id --quiet)
    [ "$node" = 1 ] || garage 1 node connect "$id"
    garage 1 layout assign --zone "zone-$node" --capacity 1G "${id%%@*}"
  done
  garage 1 layout apply --version 1
  garage 1 key import --yes -n suites "$S3_KEY" "$S3_SECRET"
  garage 1 bucket create marquee
  garage 1 bucket allow --read --write --owner marquee --key "$S3_KEY"
}

start_redis() {
  launch "redis-$1" env LD_LIBRARY_PATH="$CACHE_LIBRARIES" "$REDIS" --bind 127.0.0.1 --port "$2" --save '' --appendonly no --dir "$RUN" \
    --maxmemory 64mb --maxmemory-policy allkeys-lru
}

start_memcached() {
  launch "memcached-$1" env LD_LIBRARY_PATH="$CACHE_LIBRARIES" "$MEMCACHED" -l 127.0.0.1 -p "$2" -U 0 -m 64 -t 2 \
    $([ "$(id -u)" -ne 0 ] || echo -u root)
}

# start_servers: all of them at once, then each awaited; exports where they are.
start_servers() {
  command -v setpriv >/dev/null 2>&1 || fail 'setpriv (of util-linux) is missing; the servers need Linux'
  need_packages python3=python3
  RUN=$(mktemp -d "${TMPDIR:-/tmp}/marquee-engines.XXXXXX")
  mkdir "$RUN/logs"
  trap stop_servers EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  local -a port
  read -r -a port <<<"$(choose_ports 14)"
  say "starting Cassandra, Kafka, three garages, two Redis and two memcached (logs in $RUN/logs)"
  start_cassandra "${port[0]}" "${port[1]}"
  start_garage "${port[@]:4:6}"
  start_kafka "${port[2]}" "${port[3]}"
  local zone redis=() memcached=()
  for zone in 0 1; do
    start_redis $zone "${port[10 + zone]}" && redis+=("$LAUNCHED")
    start_memcached $zone "${port[12 + zone]}" && memcached+=("$LAUNCHED")
  done
  for zone in 0 1 2; do
    await "garage-$((zone + 1))" "${GARAGES[zone]}" answers "${port[5 + 2 * zone]}" 'GET / HTTP/1.0\r\n\r\n' 48
  done
  join_garage >>"$RUN/logs/garage-cli.log"
  for zone in 0 1; do
    await "redis-$zone" "${redis[zone]}" answers "${port[10 + zone]}" 'PING\r\n' 2b
    await "memcached-$zone" "${memcached[zone]}" answers "${port[12 + zone]}" 'version\r\n' 56
  done
  await kafka "$KAFKA" kafka_ready "${port[2]}"
  await cassandra "$CASSANDRA" answers "${port[0]}" '\x04\0\0\0\x05\0\0\0\0' 84
  export_addresses "${port[@]}"
}

export_addresses() {
  export MARQUEE_TEST_CASSANDRA=127.0.0.1:$1
  export MARQUEE_TEST_KAFKA=127.0.0.1:$3
  export MARQUEE_TEST_S3=http://127.0.0.1:$6
  export MARQUEE_TEST_S3_REGION=garage MARQUEE_TEST_S3_BUCKET=marquee
  export MARQUEE_TEST_S3_KEY=$S3_KEY MARQUEE_TEST_S3_SECRET=$S3_SECRET
  export MARQUEE_TEST_REDIS=127.0.0.1:${11},127.0.0.1:${12}
  export MARQUEE_TEST_MEMCACHED=127.0.0.1:${13},127.0.0.1:${14}
}

# What they hold is thrown away, so they need not put anything in order. Logs stay when something went wrong.
stop_servers() {
  local status=$?
  trap - EXIT INT TERM
  [ -z "${SUITES:-}" ] || kill "$SUITES" 2>/dev/null || true
  [ ${#PIDS[@]} -eq 0 ] || kill -KILL "${PIDS[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  find "$RUN" -mindepth 1 -maxdepth 1 ! -name logs -exec rm -rf {} +
  case $status in
    0 | 130 | 143) rm -rf "$RUN" ;;
    *) say "the servers' logs are in $RUN/logs" ;;
  esac
  exit "$status"
}
