/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mahalle-lag: how far the consumer is behind, and whether somebody has to
 * act. A process of its own, so that it goes on when the consumer is dead.
 */
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "lag_serve.h"
#include "log.h"
#include "options.h"
#include "stop.h"

enum { STOP_S = 5, NOT_OK = 1 };

static const struct mh_option OPTIONS[] = {
    {"brokers", MH_OPTION_TEXT, "127.0.0.1:9092", 0, 0, "",
     "Kafka bootstrap servers."},
    {"pg", MH_OPTION_SECRET, NULL, 0, 0, "",
     "PostgreSQL connection string of a member of mahalle_ops."},
    {"topic", MH_OPTION_TEXT, "mahalle.events", 0, 0, "",
     "Topic of the events."},
    {"group", MH_OPTION_TEXT, "mahalle-aggregate", 0, 0, "",
     "Name of the consumer's group, as it is shown; nothing is asked of it."},
    {"listen", MH_OPTION_TEXT, "127.0.0.1:9308", 0, 0, "",
     "serve: HOST:PORT or [ADDRESS]:PORT of the server; port 0: any."},
    {"json", MH_OPTION_FLAG, "false", 0, 0, "",
     "status, watch: the object of /status, on one line."},
    {"log-level", MH_OPTION_NUMBER, "2", 0, 3, "",
     "0 errors, 1 warnings, 2 changes of state, 3 everything."},
    {0},
};

static const struct mh_program PROGRAM = {
    .name = "mahalle-lag",
    .about = "Tell how far the consumer is behind, why, and since when.",
    .usage = "[serve] [OPTION]...\n"
             "status [--json] [OPTION]...\n"
             "watch [--json] [OPTION]...\n",
    .examples = "mahalle-lag status\n"
                "mahalle-lag watch\n"
                "MAHALLE_PG='host=db dbname=mahalle user=monitor' "
                "mahalle-lag serve --brokers kafka1:9092 --listen "
                "0.0.0.0:9308\n",
    .options = OPTIONS,
};

static enum mh_code run(const struct mh_options *options, int *exit_code,
                        struct mh_err *err)
{
    const struct lag_config config = {
        .brokers = mh_options_text(options, "brokers"),
        .conninfo = mh_options_text(options, "pg"),
        .topic = mh_options_text(options, "topic"),
        .group = mh_options_text(options, "group"),
        .listen = mh_options_text(options, "listen"),
        .json = mh_options_flag(options, "json"),
        .options = options};
    int args = mh_options_arg_count(options);
    const char *command = args == 0 ? "serve" : mh_options_arg(options, 0);
    bool ok = true;
    enum mh_code code;

    if (args > 1) {
        return mh_fail(err, MH_USAGE, "one subcommand is expected; see --help");
    }
    if (strcmp(command, "serve") == 0) {
        return lag_serve(&config, err);
    }
    mh_log_set_level(MH_LOG_ERROR); /* what is printed says it all */
    if (strcmp(command, "watch") == 0) {
        return lag_watch(&config, err);
    }
    if (strcmp(command, "status") == 0) {
        code = lag_status(&config, &ok, err);
        *exit_code = ok ? 0 : NOT_OK;
        return code;
    }
    return mh_fail(err, MH_USAGE, "there is no subcommand %.40s; see --help",
                   command);
}

int main(int argc, char **argv)
{
    struct mh_options *options = NULL;
    struct mh_err err = {MH_OK, ""};
    bool done = false;
    int exit_code = 0;
    enum mh_code code;

    mh_stop_init();
    if (mh_options_read(&PROGRAM, argc, argv, &options, &done, &err) != MH_OK ||
        done) {
        return mh_code_exit(err.code);
    }
    (void)mallopt(M_ARENA_MAX, 2);
    mh_stop_limit(STOP_S);
    mh_log_set_level(
        (enum mh_log_level)mh_options_number(options, "log-level"));
    code = run(options, &exit_code, &err);
    if (code != MH_OK) {
        (void)fprintf(stderr, "mahalle-lag: %s\n", err.text);
        exit_code = mh_code_exit(code);
    }
    mh_options_free(options);
    return exit_code;
}
