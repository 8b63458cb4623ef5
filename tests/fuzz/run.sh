#!/bin/bash
# Fuzzes each parser for FUZZ_SECONDS (60). What is found stays in build-fuzz/found/TARGET/ and is printed.
#
#   run.sh [TARGET...]   all of them when none is named
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-60}
export ASAN_OPTIONS=detect_leaks=1 LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0
if [ $# = 0 ]; then
    targets=$(ls tests/fuzz/*.c | xargs -n 1 basename -s .c)
else
    targets=$*
fi

[ -f build-fuzz/build.ninja ] || CC=clang-14 meson setup --native-file packaging/debian.ini build-fuzz -Dfuzz=true \
    --buildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false -Dwerror=false \
    -Dc_args='-fsanitize=fuzzer-no-link -fno-sanitize-recover=undefined' >/dev/null
echo '== building the fuzz targets'
ninja -C build-fuzz --quiet fuzz

for target in $targets; do
    echo "== fuzzing $target for $seconds seconds"
    mkdir -p "build-fuzz/found/$target" "build-fuzz/corpus/$target"
    dictionary=tests/fuzz/seeds/$target.dict
    "build-fuzz/tests/fuzz/$target" -max_total_time="$seconds" -max_len=4096 -timeout=5 -print_final_stats=0 -verbosity=0 \
        ${dictionary:+$([ -f "$dictionary" ] && echo "-dict=$dictionary")} \
        -artifact_prefix="build-fuzz/found/$target/" "build-fuzz/corpus/$target" "tests/fuzz/seeds/$target"
    echo "   nothing found"
done
