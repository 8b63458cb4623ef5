#!/bin/bash
# A PostgreSQL server for tests: thrown away afterwards, on a free port of the loopback address and a socket in its
# folder, with one user and a password. Works as root (the server then runs as another user) and as anybody else.
#
#   postgres.sh start DIR [OPTION=VALUE...]   prints the address; OPTIONs go into postgresql.conf
#   postgres.sh stop|kill|restart DIR         stop waits for nobody; kill is SIGKILL for all of it
#   postgres.sh up DIR                        after stop or kill, on the same port
#   postgres.sh standby DIR OF                a standby in DIR that follows the server in OF; prints its address
#   postgres.sh promote DIR
#   postgres.sh remove DIR
#   postgres.sh with COMMAND...               runs it with LASTDAY_TEST_POSTGRES set to an address
set -euo pipefail

fail() { printf 'postgres.sh: %s\n' "$*" >&2; exit 1; }

bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)")
[ -x "$bin/initdb" ] || fail 'postgresql is not installed (packaging/debian-packages.txt)'
password=hush-its-a-secret
# What initdb makes is kept beside the programs under test and copied: it takes a second, and dozens of tests want one.
fresh=${BUILD_DIR:-$(realpath "$(dirname "$0")/../../build-test")}/postgres-$(basename "$(dirname "$bin")")

# The server refuses to run as root.
owner=
if [ "$(id -u)" = 0 ]; then
    owner=$(getent passwd postgres >/dev/null && echo postgres || echo nobody)
fi
run() {
    if [ -n "$owner" ]; then
        (cd / && runuser -u "$owner" -- env PGPASSWORD="$password" "$@")
    else
        PGPASSWORD="$password" "$@"
    fi
}
own() { [ -z "$owner" ] || chown -R "$owner" "$@"; }

make_folder() { mkdir -p "$1" && chmod 755 "$1" && own "$1"; }
port_of() { cat "$1/port"; }
url_of() { printf 'postgresql://lastday:%s@127.0.0.1:%s/postgres\n' "$password" "$(port_of "$1")"; }
control() { # DIR ACTION...
    local folder=$1
    shift
    run "$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/log" --wait --timeout=60 --silent "$@" >/dev/null
}

# Nobody can be asked for a free port: one is tried, and then another.
start_somewhere() { # DIR
    local folder=$1 try
    for try in 1 2 3 4 5 6 7 8 9 10; do
        printf '%d\n' $((20000 + (RANDOM * 32768 + RANDOM) % 12000)) >"$folder/port"
        printf "port = %s\n" "$(port_of "$folder")" | run tee "$folder/data/port.conf" >/dev/null
        control "$folder" start && return
    done
    cat "$folder/log" >&2
    fail 'the server does not start'
}

configure() { # DIR OPTION=VALUE...
    local folder=$1
    shift
    {
        printf "listen_addresses = '127.0.0.1'\nunix_socket_directories = '%s'\ninclude 'port.conf'\n" "$folder"
        # Tests throw everything away; those about durability ask for fsync=on.
        # Shared memory in files: what is killed leaves nothing behind in /dev/shm.
        printf '%s\n' 'fsync = off' 'dynamic_shared_memory_type = mmap' 'max_connections = 200' 'shared_buffers = 32MB' 'log_min_messages = warning' "$@"
    } | run tee -a "$folder/data/postgresql.conf" >/dev/null
}

initialize() { # DIR
    local folder=$1 kept=$fresh.$$
    if [ -d "$fresh" ]; then
        cp -a "$fresh" "$folder/data"
        return
    fi
    printf '%s\n' "$password" | run tee "$folder/password" >/dev/null
    run "$bin/initdb" --no-sync --pgdata="$folder/data" --username=lastday --encoding=UTF8 --locale=C.UTF-8 \
        --wal-segsize=1 --auth-host=scram-sha-256 --auth-local=trust --pwfile="$folder/password" >"$folder/initdb.log" 2>&1 ||
        { cat "$folder/initdb.log" >&2; fail 'initdb failed'; }
    # Others may be at it too: whoever comes first keeps theirs.
    if mkdir -p "$(dirname "$fresh")" && cp -a "$folder/data" "$kept"; then
        mv -T "$kept" "$fresh" 2>/dev/null || rm -rf "$kept"
    fi
}

start() {
    local folder=$1
    shift
    make_folder "$folder"
    initialize "$folder"
    configure "$folder" "$@"
    start_somewhere "$folder"
    url_of "$folder"
}

standby() {
    local folder=$1 of=$2
    make_folder "$folder"
    run "$bin/pg_basebackup" --host="$of" --port="$(port_of "$of")" --username=lastday --pgdata="$folder/data" \
        --write-recovery-conf --no-sync --checkpoint=fast >/dev/null
    printf "unix_socket_directories = '%s'\n" "$folder" | run tee -a "$folder/data/postgresql.conf" >/dev/null
    start_somewhere "$folder"
    url_of "$folder"
}

kill_all() {
    local pid
    pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) || return 0
    kill -KILL -- "$pid" $(ps -o pid= --ppid "$pid") 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
}

remove() {
    control "$1" stop --mode=immediate 2>/dev/null || kill_all "$1"
    rm -rf "$1"
}

with() {
    folder=$(mktemp -d /tmp/lastday-pg-XXXXXX)
    trap 'remove "$folder"' EXIT
    LASTDAY_TEST_POSTGRES=$(start "$folder")
    export LASTDAY_TEST_POSTGRES
    "$@"
}

action=${1:?what}
shift
case $action in
start) start "$@" ;;
stop) control "$1" stop --mode=immediate ;;
kill) kill_all "$1" ;;
restart) control "$1" restart --mode=immediate ;;
up) control "$1" start ;;
standby) standby "$@" ;;
promote) control "$1" promote ;;
remove) remove "$1" ;;
with) with "$@" ;;
*) fail "there is no action $action" ;;
esac
