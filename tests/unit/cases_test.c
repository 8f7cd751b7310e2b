/* SPDX-License-Identifier: Apache-2.0 */
/* All of tests/cases: each line becomes its event or has exactly its faults. */
#include "reading.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "intake_time.h"

static struct reading reading;

static int load(void **state)
{
    (void)state;
    reading_open(&reading);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    reading_close(&reading);
    return 0;
}

static char *read_file(const char *dir, const char *name, const char *file,
                       size_t *len)
{
    char path[512];
    char *text = malloc(100000);
    FILE *from;

    (void)snprintf(path, sizeof path, "%s/%s/%s", dir, name, file);
    from = fopen(path, "rb");
    if (from == NULL || text == NULL) {
        fail_msg("%s", path);
    }
    *len = fread(text, 1, 99999, from);
    text[*len] = '\0';
    (void)fclose(from);
    return text;
}

static void read_input(const char *dir, const char *name)
{
    size_t len;
    char *text = read_file(dir, name, "input.json", &len);

    if (len > 0 && text[len - 1] == '\n') {
        len--;
    }
    reading_line(&reading, text, len);
    free(text);
}

static json_t *read_data(const char *dir, const char *name, const char *file)
{
    size_t len;
    char *text = read_file(dir, name, file, &len);
    json_t *data = json_loadb(text, len, 0, NULL);

    assert_non_null(data);
    free(text);
    return data;
}

/* Whether `value` is what `want` says; days are texts there. */
static bool is_same(const struct mh_field *field, const struct mh_value *value,
                    const json_t *want)
{
    int64_t number = value->number;

    if (want == NULL || json_is_null(want)) {
        return value->set == MH_NULL;
    }
    if (value->set != MH_VALUE) {
        return false;
    }
    switch (field->kind) {
    case MH_KIND_INT:
    case MH_KIND_LONG:
    case MH_KIND_TIMESTAMP:
        return json_is_integer(want) && json_integer_value(want) == number;
    case MH_KIND_BOOLEAN:
        return json_is_boolean(want) && json_is_true(want) == (number == 1);
    case MH_KIND_DATE:
        return intake_date(json_string_value(want), json_string_length(want),
                           &number) == MH_OK &&
               number == value->number;
    case MH_KIND_ENUM:
        if (strcmp(field->symbols[number].name, json_string_value(want)) != 0) {
            return false;
        }
        break;
    case MH_KIND_STRING:
    case MH_KIND_UUID:
        break;
    }
    return json_string_length(want) == value->len &&
           memcmp(json_string_value(want), value->text, value->len) == 0;
}

static int check_accepted(const char *dir, const char *name)
{
    const struct mh_type *type;
    json_t *want;
    int bad = 0;

    read_input(dir, name);
    if (reading.faults.count > 0) {
        reading_print_faults(&reading, name);
        return 1;
    }
    type = reading.event.type;
    want = read_data(dir, name, "event.json");
    bad += strcmp(type->name,
                  json_string_value(json_object_get(want, "event_type"))) != 0;
    for (int i = 0; i < type->field_count; i++) {
        const struct mh_field *field = &type->fields[i];
        const json_t *value = json_object_get(want, field->name);

        if (i == MH_FIELD_POSTED_AT && value == NULL) {
            bad += reading.event.values[i].number != READING_NOW_MS;
        } else if (!is_same(field, &reading.event.values[i], value)) {
            print_error("%s: /%s differs\n", name, field->name);
            bad++;
        }
    }
    json_decref(want);
    return bad;
}

static int check_refused(const char *dir, const char *name)
{
    json_t *want = read_data(dir, name, "faults.json");
    int bad;

    read_input(dir, name);
    bad = (int)json_array_size(want) != reading.faults.count;
    for (int i = 0; i < reading.faults.count && !bad; i++) {
        const struct mh_fault *fault = &reading.faults.items[i];
        const json_t *one = json_array_get(want, (size_t)i);

        bad = strcmp(fault->pointer,
                     json_string_value(json_object_get(one, "pointer"))) != 0 ||
              strcmp(mh_code_name(fault->code),
                     json_string_value(json_object_get(one, "code"))) != 0;
    }
    if (bad) {
        print_error("%s: wanted others than:\n", name);
        reading_print_faults(&reading, name);
    }
    json_decref(want);
    return bad;
}

static int check_cases(const char *dir,
                       int (*check)(const char *dir, const char *name))
{
    DIR *folder = opendir(dir);
    const struct dirent *entry;
    int count = 0;
    int bad = 0;

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.') {
            bad += check(dir, entry->d_name) != 0;
            count++;
        }
    }
    (void)closedir(folder);
    assert_true(count > 40);
    return bad;
}

static void all_accepted_cases_become_their_event(void **state)
{
    (void)state;
    assert_int_equal(check_cases("cases/accept", check_accepted), 0);
}

static void all_refused_cases_have_their_faults(void **state)
{
    (void)state;
    assert_int_equal(check_cases("cases/refuse", check_refused), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_accepted_cases_become_their_event),
        cmocka_unit_test(all_refused_cases_have_their_faults),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
