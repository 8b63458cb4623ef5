#!/bin/bash
# A folder of src/ includes its own headers and lower ones. Lowest layer first; folders on one line are neighbours
# that do not know each other. sim/ may use base and nothing else of src/.
cd "$(dirname "$0")/.." || exit 2
layers='base
config
model
store
journal vault
plan schedule connector
access
task
engine
notify report
auth
api
cli'
{
    awk '{ for (i = 1; i <= NF; i++) print "layer", $i, NR }' <<<"$layers"
    grep -rHoE --include='*.[ch]' --include='*.def' '^[[:space:]]*#[[:space:]]*include "[^"/]+/' src sim |
        sed -E 's/^([^:]*):.*"([^"]*)\/$/include \1 \2/'
} | awk '
    $1 == "layer" { rank[$2] = $3; next }
    {
        n = split($2, part, "/"); own = part[1] == "sim" ? "sim" : n > 2 ? part[2] : "main"; other = $3
        ok = own == other || own == "main" || (own == "sim" ? other == "base" : rank[other] && rank[other] < rank[own])
        if (!ok) { print $2 ": src/" own " may not include \"" other "/…\""; bad = 1 }
    }
    END { exit bad }'
