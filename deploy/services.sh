# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# The services of the local stack, for deploy/stack. A service NAME or NAME-N
# is the program mahalle-NAME, answers on a port of its own, which is chosen
# once, and has its number in NAME.pid. Sourced, never run.

# Names, in the order of their start. A line here is all that a service needs.
# Consumers that were started and not stopped, by an earlier, larger
# MAHALLE_CONSUMERS, are wanted as well: one that died is to come back.
services() {
    local n pidfile
    for ((n = 1; n <= CONSUMERS; n++)); do
        say "aggregate-$n"
    done
    for pidfile in "$STACK"/aggregate-*.pid; do
        [ -e "$pidfile" ] || continue
        n=${pidfile##*-}
        n=${n%.pid}
        ((n > CONSUMERS)) && say "aggregate-$n"
    done
    say lag
    say gateway
}

# What a service gets beside the settings of $STACK/env.
service_settings() { # service_settings NAME
    say "MAHALLE_LISTEN=127.0.0.1:$(port_of "$1")"
    case $1 in
    lag) say "MAHALLE_PG=$MAHALLE_PG_OPS" ;;
    gateway) say "MAHALLE_PG=$(login_of mahalle_gateway_login "$GATEWAY_PASSWORD")" ;;
    esac
}

# The demo's key, of every agency: made anew when the database has lost it.
make_key() {
    local keys id=
    keys=$(with_env mahalle-admin keys list)
    [ -s "$STACK/api-key" ] && id=$(cut -d_ -f2 "$STACK/api-key")
    if [ -z "$id" ] || ! grep -q "^$id .*state=valid" <<<"$keys"; then
        (umask 077 && with_env mahalle-admin keys create --agency '*' |
            tail -n 1 >"$STACK/api-key")
        write_env
    fi
}

service_program() { # service_program NAME
    local name=$1
    say "mahalle-${name%-[0-9]*}"
}

service_runs() { alive "$STACK/$1.pid" "$(service_program "$1")"; }

services_missing() {
    local name
    services | while read -r name; do
        service_runs "$name" || say "$name"
    done
}

# Also those of an earlier, larger MAHALLE_CONSUMERS.
services_started() {
    local pidfile name
    for pidfile in "$STACK"/*.pid; do
        name=$(basename "$pidfile" .pid)
        case $name in
        kafka | postgres | prometheus | '*') ;;
        *) say "$name" ;;
        esac
    done
}

# An environment, and no arguments: those are seen by all.
start_service() { # start_service NAME
    local name=$1 setting
    program "$(service_program "$name")"
    must_be_free "$name" "$(port_of "$name")"
    (
        # shellcheck source=/dev/null
        . "$STACK/env"
        while read -r setting; do
            export "${setting?}"
        done < <(service_settings "$name")
        start "$name" "$BIN/$(service_program "$name")"
    )
}

start_services() { # start_services NAME...
    local name
    for name in "$@"; do
        start_service "$name"
    done
    for name in "$@"; do
        wait_until 60 "$name" port_is_taken "$(port_of "$name")"
    done
}

stop_services() {
    local name rc=0
    while read -r name; do
        stop "$name" "$(service_program "$name")" TERM || rc=1
    done < <(services_started | sort -r)
    return "$rc"
}

services_status() { # those that should run, then those that only do
    local name rc=0
    while read -r name; do
        status_of "$name" "$(service_program "$name")" \
            "http://127.0.0.1:$(port_of "$name")" || rc=1
    done < <({ services; services_started; } | awk '!seen[$0]++')
    return "$rc"
}
