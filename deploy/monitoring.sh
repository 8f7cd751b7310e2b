# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Prometheus beside the local services, for deploy/stack: it scrapes all of them
# and evaluates the alerts of deploy/prometheus/. Sourced, never run.

PROMETHEUS_WORD=/prometheus/prometheus

monitoring_runs() { alive "$STACK/prometheus.pid" "$PROMETHEUS_WORD"; }

# One job a program, named as the alerts and the dashboard know it.
write_prometheus_config() {
    local name
    cat <<EOS
# Written by deploy/stack.
global:
  scrape_interval: 2s
  evaluation_interval: 2s
rule_files:
  - $ROOT/deploy/prometheus/mahalle.rules.yml
scrape_configs:
EOS
    services | while read -r name; do
        say "$(service_program "$name") 127.0.0.1:$(port_of "$name")"
    done | sort | awk '
        $1 != job {
            job = $1
            printf "  - job_name: %s\n    static_configs:\n", job
        }
        { printf "      - targets: [\"%s\"]\n", $2 }'
}

# Running already, it reads its configuration anew: there may be more services.
start_monitoring() {
    local dir=$STACK/prometheus port
    port=$(port_of prometheus)
    if [ ! -x "$DEPS/prometheus/prometheus" ]; then
        say "Prometheus is missing: deploy/setup --for monitoring"
        return 1
    fi
    mkdir -p "$dir"
    write_prometheus_config >"$dir/prometheus.yml"
    if monitoring_runs; then
        kill -s HUP "$(<"$STACK/prometheus.pid")"
        return 0
    fi
    must_be_free Prometheus "$port"
    start prometheus "$DEPS/prometheus/prometheus" \
        --config.file="$dir/prometheus.yml" --storage.tsdb.path="$dir/data" \
        --web.listen-address="127.0.0.1:$port" --log.level=warn
    wait_until 60 prometheus port_is_taken "$port"
}

stop_monitoring() { stop prometheus "$PROMETHEUS_WORD" TERM; }
