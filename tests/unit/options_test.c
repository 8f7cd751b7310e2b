/* SPDX-License-Identifier: Apache-2.0 */
/* Options: which source wins, what is a mistake, what is printed. */
#include "options.h"
#include "options_table.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGS_MAX = 16 };

static const struct mh_option TABLE[] = {
    {"brokers", MH_OPTION_TEXT, NULL, 0, 0, "", "Servers of Kafka."},
    {"batch-size", MH_OPTION_NUMBER, "2000", 1, 100000, "events",
     "Most events of one transaction; more fold better, fewer are sooner "
     "visible to those who read the tables."},
    {"dry-run", MH_OPTION_FLAG, "false", 0, 0, "", "Check only."},
    {"offset", MH_OPTION_NUMBER, "0", -10, 10, "", "Where to begin."},
    {"api-key", MH_OPTION_SECRET, "", 0, 0, "", "Key of the gateway."},
    {"type", MH_OPTION_LIST, "any", 0, 0, "", "Event type; may be repeated."},
    {.name = NULL}};

static struct mh_program program = {
    "mahalle-try", "Try the options.", "[OPTION]... FILE...\n--help",
    "mahalle-try --brokers localhost:9092 a.ndjson", .options = TABLE};

static char file_path[SCRATCH_PATH_MAX];
static struct mh_options *options;
static bool done;
static char out[16384]; /* what was printed, by either stream */

static void read_stream(FILE *file, int kept, int stream, char *text,
                        size_t size)
{
    (void)fflush(stdout);
    assert_true(dup2(kept, stream) >= 0);
    (void)close(kept);
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    (void)fclose(file);
}

/* Read the options of a command line, NULL at its end. */
static enum mh_code read_options(const char *first, ...)
{
    char *argv[ARGS_MAX] = {strdup("mahalle-try")};
    int argc = 1;
    FILE *file = tmpfile();
    int kept_out, kept_err;
    struct mh_err err = {.code = MH_OK};
    enum mh_code code;
    va_list args;
    static char *lent[ARGS_MAX]; /* arguments outlive the call */

    for (int i = 0; i < ARGS_MAX; i++) {
        free(lent[i]);
        lent[i] = NULL;
    }
    va_start(args, first);
    for (const char *arg = first; arg != NULL;
         arg = va_arg(args, const char *)) {
        assert_true(argc < ARGS_MAX);
        argv[argc++] = strdup(arg);
    }
    va_end(args);
    memcpy(lent, argv, sizeof lent);
    (void)fflush(stdout);
    kept_out = dup(STDOUT_FILENO);
    kept_err = dup(STDERR_FILENO);
    assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    options = NULL;
    code = mh_options_read(&program, argc, argv, &options, &done, &err);
    (void)fflush(stdout);
    assert_true(dup2(kept_err, STDERR_FILENO) >= 0);
    (void)close(kept_err);
    read_stream(file, kept_out, STDOUT_FILENO, out, sizeof out);
    assert_int_equal(err.code, code);
    return code;
}

static void write_file(const char *text)
{
    FILE *file = fopen(file_path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_said(const char *text)
{
    if (strstr(out, text) == NULL) {
        fail_msg("`%s` is not in:\n%s", text, out);
    }
}

static int clean(void **state)
{
    (void)state;
    mh_options_free(options);
    options = NULL;
    program.bare = false;
    (void)unsetenv("MAHALLE_BROKERS");
    (void)unsetenv("MAHALLE_BATCH_SIZE");
    (void)unsetenv("MAHALLE_DRY_RUN");
    (void)unsetenv("MAHALLE_API_KEY");
    (void)unsetenv("MAHALLE_CONFIG");
    return 0;
}

static void defaults_hold_where_nothing_is_said(void **state)
{
    (void)state;
    assert_int_equal(read_options("--brokers", "a:1", NULL), MH_OK);
    assert_false(done);
    assert_string_equal(mh_options_text(options, "brokers"), "a:1");
    assert_int_equal(mh_options_number(options, "batch-size"), 2000);
    assert_false(mh_options_flag(options, "dry-run"));
    assert_string_equal(mh_options_text(options, "api-key"), "");
    assert_int_equal(mh_options_arg_count(options), 0);
    assert_int_equal(mh_options_kafka_count(options), 0);
    assert_string_equal(out, "");
}

static void the_later_source_wins(void **state)
{
    (void)state;
    write_file("\xef\xbb\xbf# a comment\r\n\n  batch-size = 10 \r\n"
               "brokers=file:1\ndry-run = true\napi-key = a = b # c");
    assert_int_equal(read_options("--config", file_path, NULL), MH_OK);
    assert_int_equal(mh_options_number(options, "batch-size"), 10);
    assert_string_equal(mh_options_text(options, "brokers"), "file:1");
    assert_string_equal(mh_options_text(options, "api-key"), "a = b # c");
    assert_true(mh_options_flag(options, "dry-run"));
    mh_options_free(options);

    assert_int_equal(setenv("MAHALLE_CONFIG", file_path, 1), 0);
    assert_int_equal(setenv("MAHALLE_BATCH_SIZE", "20", 1), 0);
    assert_int_equal(setenv("MAHALLE_BROKERS", "env:1", 1), 0);
    assert_int_equal(setenv("MAHALLE_API_KEY", "s", 1), 0);
    assert_int_equal(read_options("--batch-size=30", "--dry-run=false", NULL),
                     MH_OK);
    assert_int_equal(mh_options_number(options, "batch-size"), 30);
    assert_string_equal(mh_options_text(options, "brokers"), "env:1");
    assert_string_equal(mh_options_text(options, "api-key"), "s");
    assert_false(mh_options_flag(options, "dry-run"));
}

static void what_is_no_option_is_an_argument(void **state)
{
    (void)state;
    assert_int_equal(read_options("a", "--brokers=x", "-", "--offset", "-5",
                                  "b=c", "--", "--brokers", "--", "-x", NULL),
                     MH_OK);
    assert_int_equal(mh_options_arg_count(options), 6);
    assert_string_equal(mh_options_arg(options, 0), "a");
    assert_string_equal(mh_options_arg(options, 1), "-");
    assert_string_equal(mh_options_arg(options, 2), "b=c");
    assert_string_equal(mh_options_arg(options, 3), "--brokers");
    assert_string_equal(mh_options_arg(options, 4), "--");
    assert_string_equal(mh_options_arg(options, 5), "-x");
    assert_int_equal(mh_options_number(options, "offset"), -5);
}

static void a_bare_program_takes_no_argument(void **state)
{
    (void)state;
    program.bare = true;
    assert_int_equal(read_options("--brokers", "x", "extra", NULL), MH_USAGE);
    assert_said("mahalle-try: extra: nothing but options is taken; see --help");
    assert_int_equal(read_options("--brokers", "x", "--", "--more", NULL),
                     MH_USAGE);
    assert_said("mahalle-try: --more: nothing but options");
    assert_int_equal(read_options("--brokers", "x", NULL), MH_OK);
}

static void keys_of_librdkafka_are_collected_in_order(void **state)
{
    (void)state;
    write_file("kafka.client.id = a b\nbrokers = x\nkafka.acks = 1\n");
    assert_int_equal(read_options("--kafka", "acks=all", "--config", file_path,
                                  "--kafka=x=y=z", NULL),
                     MH_OK);
    assert_int_equal(mh_options_kafka_count(options), 4);
    assert_string_equal(mh_options_kafka_name(options, 0), "client.id");
    assert_string_equal(mh_options_kafka_value(options, 0), "a b");
    assert_string_equal(mh_options_kafka_name(options, 2), "acks");
    assert_string_equal(mh_options_kafka_value(options, 2), "all");
    assert_string_equal(mh_options_kafka_name(options, 3), "x");
    assert_string_equal(mh_options_kafka_value(options, 3), "y=z");
}

static void secrets_of_librdkafka_are_never_flags(void **state)
{
    static const char *const secret[] = {
        "sasl.password=s3cret",
        "ssl.key.password=s3cret",
        "ssl.keystore.password=s3cret",
        "ssl.key.pem=s3cret",
        "sasl.oauthbearer.client.secret=s3cret",
        "sasl.oauthbearer.assertion.private.key.passphrase=s3cret",
        "sasl.oauthbearer.assertion.private.key.pem=s3cret",
        "sasl.jaas.config=s3cret"};

    (void)state;
    for (size_t i = 0; i < sizeof secret / sizeof secret[0]; i++) {
        assert_int_equal(
            read_options("--brokers=x", "--kafka", secret[i], NULL), MH_USAGE);
        assert_said(": a secret is never a flag: other users would see it; "
                    "write kafka.");
        assert_said(" = VALUE into the file of --config\n");
        assert_null(strstr(out, "s3cret"));
    }
    assert_int_equal(read_options("--brokers=x", "--kafka",
                                  "ssl.key.location=key.pem", "--kafka",
                                  "ssl.ca.pem=public", NULL),
                     MH_OK);
    mh_options_free(options);
    options = NULL;
    write_file("brokers = x\nkafka.sasl.password = s3cret\n");
    assert_int_equal(read_options("--config", file_path, NULL), MH_OK);
    assert_string_equal(mh_options_kafka_name(options, 0), "sasl.password");
    assert_string_equal(mh_options_kafka_value(options, 0), "s3cret");
}

static void all_mistakes_are_shown_at_once(void **state)
{
    (void)state;
    write_file("batch-size = ten\nnothing\nbroker = x\nkafka. = 1\n"
               "api-key = s\n");
    assert_int_equal(setenv("MAHALLE_DRY_RUN", "yes", 1), 0);
    assert_int_equal(read_options("--batch-size=0", "--offset", "11", "--batch",
                                  "-x", "--api-key=s3cret", "--kafka", "acks",
                                  "--config", file_path,
                                  "--offset=99999999999"
                                  "999999999",
                                  "--offset", "--brokers", NULL),
                     MH_USAGE);
    assert_said(":1: batch-size: `ten` is not a whole number\n");
    assert_said(":2: `name = value` is expected\n");
    assert_said(":3: broker: there is no such option; is it brokers?\n");
    assert_said(":4: kafka.: NAME=VALUE is expected\n");
    assert_said("MAHALLE_DRY_RUN: `yes` is neither true nor false\n");
    assert_said("--batch-size: 0 is not in 1 to 100000 events\n");
    assert_said("--offset: 11 is not in -10 to 10\n");
    assert_said("--batch: there is no such option\n");
    assert_said("-x: there is no such option\n");
    assert_said("--api-key: a secret is never a flag");
    assert_said("--kafka: NAME=VALUE is expected\n");
    assert_said("--offset: `99999999999999999999` is not a whole number\n");
    assert_said("--offset: a value is missing\n");
    assert_said("--brokers: a value is missing\n");
    assert_said("--brokers is required (or MAHALLE_BROKERS, or a line in");
    assert_said("mahalle-try --help shows all options\n");
    assert_null(strstr(out, "s3cret"));
    assert_null(options);
}

static void misspelt_names_are_recognised(void **state)
{
    (void)state;
    assert_int_equal(read_options("--brokers=x", "--bathc-size=1", NULL),
                     MH_USAGE);
    assert_said("--bathc-size: there is no such option; is it batch-size?");
    assert_int_equal(read_options("--brokers=x", "--verzion", NULL), MH_USAGE);
    assert_said("is it version?");
    assert_int_equal(read_options("--brokers=x", "--completely-else", NULL),
                     MH_USAGE);
    assert_null(strstr(out, "is it"));
}

static void a_file_that_cannot_be_read_is_a_mistake(void **state)
{
    (void)state;
    assert_int_equal(
        read_options("--brokers=x", "--config=/nonexistent/file", NULL),
        MH_USAGE);
    assert_said("open /nonexistent/file: ");
}

static void help_tells_all_within_80_columns(void **state)
{
    (void)state;
    assert_int_equal(read_options("--nonsense", "--help", NULL), MH_OK);
    assert_true(done);
    assert_null(options);
    assert_said("mahalle-try [OPTION]... FILE...\n");
    assert_said("--batch-size NUMBER (MAHALLE_BATCH_SIZE)\n");
    assert_said("1 to 100000 events. Default: 2000");
    assert_said("MAHALLE_API_KEY (api-key), never a flag\n");
    assert_said("Required.");
    assert_said("mahalle-try --brokers localhost:9092 a.ndjson\n");
    assert_said("  70: own mistake");
    for (const char *line = out; *line != '\0';) {
        size_t len = strcspn(line, "\n");

        assert_in_range(len, 0, 80);
        line += len + 1;
    }
    assert_int_equal(read_options("-h", NULL), MH_OK);
    assert_true(done);
}

static void a_program_may_say_itself_how_it_ends(void **state)
{
    static const struct mh_exit EXITS[] = {{0, "done"}, {7, "no"}, {0, NULL}};
    struct mh_program ending = program;
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);

    (void)state;
    assert_non_null(to);
    ending.exits = EXITS;
    mh_options_help(&ending, to);
    (void)fclose(to);
    assert_non_null(strstr(text, "Exit codes:\n  0: done\n  7: no\n"));
    free(text);
}

static void version_names_the_program(void **state)
{
    (void)state;
    assert_int_equal(read_options("--version", NULL), MH_OK);
    assert_true(done);
    assert_string_equal(out, "mahalle-try " MAHALLE_VERSION "\n");
}

static void the_printed_file_can_be_read_as_it_is(void **state)
{
    char *at;

    (void)state;
    assert_int_equal(read_options("--print-config", NULL), MH_OK);
    assert_true(done);
    write_file(out);
    assert_int_equal(read_options("--config", file_path, "--brokers=x", NULL),
                     MH_OK);
    mh_options_free(options);
    /* Also with every default taken as a line. */
    assert_int_equal(read_options("--print-config", NULL), MH_OK);
    while ((at = strstr(out, "\n#")) != NULL && at[2] != '\0') {
        at[1] = at[2] == ' ' ? ';' : ' ';
    }
    for (at = out; (at = strstr(at, "\n;")) != NULL; at++) {
        at[1] = '#';
    }
    write_file(out);
    assert_int_equal(read_options("--config", file_path, NULL), MH_OK);
    assert_string_equal(mh_options_text(options, "brokers"), "");
    assert_int_equal(mh_options_number(options, "batch-size"), 2000);
    assert_string_equal(mh_options_kafka_name(options, 0), "client.id");
}

static void a_list_that_is_given_is_not_empty(void **state)
{
    (void)state;
    assert_int_equal(read_options("--brokers", "h:1", "--type", "", NULL),
                     MH_USAGE);
    assert_non_null(strstr(out, "--type: its value is empty"));
    assert_int_equal(
        read_options("--brokers", "h:1", "--type", "a", "--type=", NULL),
        MH_USAGE);
    assert_int_equal(read_options("--brokers", "h:1", NULL), MH_OK);
    assert_string_equal(mh_options_text(options, "type"), "any");
}

static void a_list_grows_by_each_flag(void **state)
{
    (void)state;
    assert_int_equal(read_options("--brokers", "x", NULL), MH_OK);
    assert_string_equal(mh_options_text(options, "type"), "any");
    mh_options_free(options);
    options = NULL;
    assert_int_equal(setenv("MAHALLE_TYPE", "a,b", 1), 0);
    assert_int_equal(read_options("--brokers", "x", NULL), MH_OK);
    assert_string_equal(mh_options_text(options, "type"), "a,b");
    mh_options_free(options);
    options = NULL;
    assert_int_equal(
        read_options("--brokers", "x", "--type", "c", "--type=d,e", NULL),
        MH_OK);
    assert_string_equal(mh_options_text(options, "type"), "c,d,e");
    assert_int_equal(unsetenv("MAHALLE_TYPE"), 0);
}

static int make_file(void **state)
{
    (void)state;
    scratch_file(file_path, "", 0);
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(file_path);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, clean, clean)
    const struct CMUnitTest tests[] = {
        TEST(defaults_hold_where_nothing_is_said),
        TEST(the_later_source_wins),
        TEST(what_is_no_option_is_an_argument),
        TEST(a_bare_program_takes_no_argument),
        TEST(a_list_grows_by_each_flag),
        TEST(a_list_that_is_given_is_not_empty),
        TEST(keys_of_librdkafka_are_collected_in_order),
        TEST(secrets_of_librdkafka_are_never_flags),
        TEST(all_mistakes_are_shown_at_once),
        TEST(misspelt_names_are_recognised),
        TEST(a_file_that_cannot_be_read_is_a_mistake),
        TEST(help_tells_all_within_80_columns),
        TEST(a_program_may_say_itself_how_it_ends),
        TEST(version_names_the_program),
        TEST(the_printed_file_can_be_read_as_it_is),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
