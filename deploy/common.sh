# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# What the scripts of deploy/ and tests/ share: where things lie, how progress
# is shown, how a failure is told. Sourced, never run.

set -euo pipefail
umask 022

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
BUILD=$ROOT/build
DEPS=$BUILD/deps
LOGS=$BUILD/log
mkdir -p "$LOGS"

STEP=0
STEPS=0
LOG=$LOGS/$(basename "$0").log

say() { printf '%s\n' "$*"; }

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# begin_steps N: N steps follow, their output goes to a fresh $LOG.
begin_steps() {
    STEP=0
    STEPS=$1
    : >"$LOG"
}

# step TEXT HINT COMMAND...: run COMMAND with its output in $LOG; show that it
# goes on, and how long it took. A failure ends the script with the end of the
# log and HINT, what to do about it. (Not to be called under `if`, `||` or
# `&&`: bash would then go on after failed commands inside COMMAND.)
step() {
    local text=$1 hint=$2 start=$SECONDS pid rc=0 ticks=0
    shift 2
    STEP=$((STEP + 1))
    printf '[%d/%d] %s ' "$STEP" "$STEPS" "$text"
    printf '\n== %s\n' "$text" >>"$LOG"
    ("$@") >>"$LOG" 2>&1 &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.1
        ticks=$((ticks + 1))
        if ((ticks % 50 == 0)); then
            printf '.'
        fi
    done
    wait "$pid" || rc=$?
    if ((rc == 0)); then
        printf ' %d s\n' $((SECONDS - start))
        return 0
    fi
    printf ' FAILED after %d s\n' $((SECONDS - start))
    tail -n 25 "$LOG" | sed 's/^/    | /'
    say "    The whole log: $LOG"
    say "$hint"
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

have() { command -v "$1" >/dev/null 2>&1; }

# The newest PostgreSQL server's programs, 15 or later.
postgres_bin() {
    local dir
    for dir in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5,5nr); do
        if [ -x "$dir/initdb" ]; then
            printf '%s\n' "$dir"
            return 0
        fi
    done
    return 1
}

# alive PIDFILE WORD: does the process noted there run, and is it ours (its
# command line has WORD, so that a number used again is not taken for it)?
alive() {
    local pid
    [ -s "$1" ] || return 1
    pid=$(<"$1")
    tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$2"
}

# A quarter of the memory, at least 128 MB and at most 1 GB: what 2 million facts
# come to, so that no question of theirs leaves the server's own memory.
shared_buffers_mb() {
    awk '/^MemTotal:/ { mb = int($2 / 4096) }
         END { print (mb < 128 ? 128 : mb > 1024 ? 1024 : mb) }' /proc/meminfo
}

# port_is_taken PORT: does anybody listen there?
port_is_taken() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
