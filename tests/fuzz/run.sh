#!/bin/bash
# Fuzzes each parser for FUZZ_SECONDS (60). What is found stays in build-fuzz/TARGET/ and is printed.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-60}
libraries='jansson talloc libsodium glib-2.0 gumbo'
mkdir -p build-fuzz

for target in json_read_big options_check; do
    echo "== fuzzing $target for $seconds seconds"
    sources=$(ls src/base/*.c src/model/*.c src/plan/*.c | grep -v '_test\.c$')
    # shellcheck disable=SC2046,SC2086
    clang-14 -std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -D_GNU_SOURCE \
        -DLASTDAY_VERSION='"fuzz"' -Isrc $(pkg-config --cflags $libraries) -o "build-fuzz/$target.bin" \
        "tests/fuzz/$target.c" $sources $(pkg-config --libs $libraries) -lpthread
    mkdir -p "build-fuzz/$target" "build-fuzz/$target-corpus"
    "build-fuzz/$target.bin" -max_total_time="$seconds" -max_len=4096 -timeout=5 -print_final_stats=0 -verbosity=0 \
        -artifact_prefix="build-fuzz/$target/" "build-fuzz/$target-corpus" "tests/fuzz/seeds/$target"
    echo "   nothing found"
done
