/* SPDX-License-Identifier: Apache-2.0 */
/* All published types load and are found; a next version may only append. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "catalogue.h"
#include "schema_text.h"
#include "scratch.h"

#define STATUS "council/council_status_changed.v1.avsc"

static json_t *field(json_t *root, size_t i)
{
    return json_array_get(json_object_get(root, "fields"), i);
}

static enum mh_code add(struct mh_catalogue *catalogue, const json_t *root,
                        int version, struct mh_buf *problems)
{
    struct mh_err err;
    char *text = json_dumps(root, JSON_COMPACT);
    enum mh_code code;

    assert_non_null(text);
    mh_buf_reset(problems);
    code = mh_catalogue_add(catalogue, text, strlen(text), version, problems,
                            &err);
    free(text);
    return code;
}

static void all_published_types_load_and_are_found(void **state)
{
    struct mh_catalogue *catalogue;
    struct mh_buf problems;
    struct mh_err err;

    (void)state;
    mh_buf_init(&problems, 1 << 20);
    assert_int_equal(mh_catalogue_new(&catalogue, &err), MH_OK);
    if (mh_catalogue_load(catalogue, MAHALLE_SCHEMAS_DIR, &problems, &err) !=
        MH_OK) {
        fail_msg("%s\n%s", err.text, mh_buf_string(&problems));
    }
    assert_int_equal(problems.len, 0);
    assert_true(mh_catalogue_count(catalogue) >= 43);
    for (int i = 0; i < mh_catalogue_count(catalogue); i++) {
        const struct mh_type *type = mh_catalogue_at(catalogue, i);
        const struct mh_schema *schema =
            mh_catalogue_schema(catalogue, type->schema_id);

        assert_ptr_equal(
            mh_catalogue_type(catalogue, type->name, strlen(type->name)), type);
        assert_non_null(schema);
        assert_ptr_equal(schema->latest, type);
        assert_ptr_equal(schema->writer, type);
        if (i > 0) {
            assert_true(mh_catalogue_at(catalogue, i - 1)->type_id <
                        type->type_id);
        }
    }
    assert_null(mh_catalogue_schema(catalogue, 0));
    assert_null(mh_catalogue_schema(catalogue, UINT32_MAX));
    assert_null(mh_catalogue_type(catalogue, "council", 7));
    assert_null(mh_catalogue_type(catalogue, "", 0));
    assert_null(mh_catalogue_type(catalogue, "zzz", 3));
    assert_null(mh_catalogue_type(catalogue, "council_formed\0and more", 23));
    assert_null(mh_catalogue_type(catalogue, "council_formed_", 15));
    mh_catalogue_free(catalogue);
    mh_buf_fini(&problems);
}

static void an_empty_catalogue_finds_nothing(void **state)
{
    struct mh_catalogue *catalogue;
    struct mh_err err;

    (void)state;
    assert_int_equal(mh_catalogue_new(&catalogue, &err), MH_OK);
    assert_null(mh_catalogue_schema(catalogue, 1));
    assert_null(mh_catalogue_type(catalogue, "x", 1));
    assert_int_equal(mh_catalogue_count(catalogue), 0);
    mh_catalogue_free(catalogue);
    mh_catalogue_free(NULL);
}

static void many_ids_are_all_found(void **state)
{
    struct mh_catalogue *catalogue;
    struct mh_buf problems;
    struct mh_err err;
    json_t *root = schema_load(STATUS);
    const struct mh_type *latest;

    (void)state;
    mh_buf_init(&problems, 1 << 20);
    assert_int_equal(mh_catalogue_new(&catalogue, &err), MH_OK);
    for (int i = 1; i <= 60; i++) {
        json_object_set_new(root, "schemaId", json_integer(i * 65536));
        assert_int_equal(add(catalogue, root, i, &problems), MH_OK);
    }
    assert_int_equal(mh_catalogue_count(catalogue), 1);
    latest = mh_catalogue_at(catalogue, 0);
    assert_int_equal(latest->version, 60);
    assert_int_equal(latest->type_id, 65536);
    for (uint32_t i = 1; i <= 60; i++) {
        const struct mh_schema *schema =
            mh_catalogue_schema(catalogue, i * 65536);

        assert_non_null(schema);
        assert_int_equal(schema->writer->version, i);
        assert_ptr_equal(schema->latest, latest);
    }
    mh_catalogue_free(catalogue);
    json_decref(root);
    mh_buf_fini(&problems);
}

/* A second version in which something may be changed. */
static json_t *next_version(void)
{
    json_t *root = schema_load(STATUS);

    json_object_set_new(root, "schemaId", json_integer(900));
    return root;
}

static json_t *new_field(const char *required_when)
{
    json_t *made =
        json_loads("{\"name\":\"votes_count\",\"type\":[\"null\",\"int\"],"
                   "\"default\":null,\"doc\":\"Votes.\",\"unit\":\"votes\","
                   "\"role\":\"measure\",\"labelFa\":\"\\u0631\\u0627\\u06cc\","
                   "\"labelEn\":\"Votes\",\"min\":0,\"max\":1000}",
                   0, NULL);

    assert_non_null(made);
    if (required_when != NULL) {
        json_t *rule = json_loads(required_when, 0, NULL);

        assert_non_null(rule);
        json_object_set_new(made, "requiredWhen", rule);
    }
    return made;
}

static void add_symbol(json_t *root, size_t i, const char *name)
{
    json_t *type = json_object_get(field(root, i), "type");

    if (json_is_array(type)) {
        type = json_array_get(type, 1);
    }
    json_array_append_new(json_object_get(type, "symbols"), json_string(name));
    json_object_set_new(json_object_get(type, "labelsFa"), name,
                        json_string("x"));
    json_object_set_new(json_object_get(type, "labelsEn"), name,
                        json_string("x"));
}

static void append_field(json_t *root, const char *required_when)
{
    json_array_append_new(json_object_get(root, "fields"),
                          new_field(required_when));
}

static void nothing(json_t *root)
{
    (void)root;
}

static void labels_and_docs(json_t *root)
{
    json_object_set_new(root, "labelEn", json_string("Changed"));
    json_object_set_new(field(root, 12), "doc", json_string("Better."));
}

static void optional_field(json_t *root)
{
    append_field(root, NULL);
}

static void symbol(json_t *root)
{
    add_symbol(root, 12, "PAUSED");
}

static void demanded_by_new_symbol(json_t *root)
{
    add_symbol(root, 12, "PAUSED");
    append_field(root, "{\"field\":\"status\",\"is\":[\"PAUSED\"]}");
}

static void demanded_by_old_symbol(json_t *root)
{
    append_field(root, "{\"field\":\"status\",\"is\":[\"MERGED\"]}");
}

static void required_field(json_t *root)
{
    append_field(root, NULL);
    json_object_set_new(field(root, 15), "type", json_string("int"));
    json_object_del(field(root, 15), "default");
}

static void field_between(json_t *root)
{
    json_array_insert_new(json_object_get(root, "fields"), 12, new_field(NULL));
}

static void field_removed(json_t *root)
{
    json_array_remove(json_object_get(root, "fields"), 14);
}

static void field_renamed(json_t *root)
{
    json_object_set_new(field(root, 14), "name", json_string("phase"));
}

static void role_changed(json_t *root)
{
    json_object_set_new(field(root, 12), "role", json_string("control"));
}

static void unit_changed(json_t *root)
{
    json_object_set_new(field(root, 12), "unit", json_string("number"));
}

static void made_optional(json_t *root)
{
    json_t *type = json_incref(json_object_get(field(root, 12), "type"));

    json_object_set_new(field(root, 12), "type",
                        json_pack("[so]", "null", type));
    json_object_set_new(field(root, 12), "default", json_null());
}

static void pattern_changed(json_t *root)
{
    json_object_set_new(field(root, 13), "pattern", json_string("[a-z]{3}"));
}

static void rule_dropped(json_t *root)
{
    json_object_del(field(root, 13), "requiredWhen");
}

static void symbols_reordered(json_t *root)
{
    json_t *symbols =
        json_object_get(json_object_get(field(root, 12), "type"), "symbols");
    json_t *first = json_incref(json_array_get(symbols, 0));

    json_array_remove(symbols, 0);
    json_array_append_new(symbols, first);
}

static void symbol_removed(json_t *root)
{
    json_t *type = json_object_get(field(root, 12), "type");
    json_t *symbols = json_object_get(type, "symbols");
    size_t last = json_array_size(symbols) - 1;
    const char *name = json_string_value(json_array_get(symbols, last));

    json_object_del(json_object_get(type, "labelsFa"), name);
    json_object_del(json_object_get(type, "labelsEn"), name);
    json_array_remove(symbols, last);
    json_object_del(field(root, 13), "requiredWhen");
}

static void places_widened(json_t *root)
{
    json_object_set_new(root, "coarsestPlace", json_string("county"));
}

static void made_sensitive(json_t *root)
{
    json_object_set_new(root, "sensitive", json_true());
}

static void moved_to_other_domain(json_t *root)
{
    json_object_set_new(root, "namespace", json_string("ir.mahalle.social"));
}

static void id_kept(json_t *root)
{
    json_object_set_new(root, "schemaId", json_integer(102));
}

static const struct {
    void (*change)(json_t *root);
    const char *line; /* NULL: may follow */
} STEPS[] = {
    {nothing, NULL},
    {labels_and_docs, NULL},
    {optional_field, NULL},
    {symbol, NULL},
    {demanded_by_new_symbol, NULL},
    {demanded_by_old_symbol, "/fields/15: demanded of events"},
    {required_field, "/fields/15: a new field must be optional"},
    {field_between, "/fields/12: another field was published here"},
    {field_removed, "/fields: fields were removed"},
    {field_renamed, "/fields/14: another field was published here"},
    {role_changed, "/fields/12: role or unit is not as published"},
    {unit_changed, "/fields/12: role or unit is not as published"},
    {made_optional, "/fields/12: the type is not as published"},
    {pattern_changed, "/fields/13: the rules are not as published"},
    {rule_dropped, "/fields/13: the rules are not as published"},
    {symbols_reordered, "/fields/12: symbols are not as published"},
    {symbol_removed, "/fields/12: symbols were removed"},
    {places_widened, "the rules of the record are not as published"},
    {made_sensitive, "the rules of the record are not as published"},
    {moved_to_other_domain, "another type was published under this name"},
    {id_kept, "/schemaId: 102 is taken"},
};

static void a_next_version_only_appends(void **state)
{
    struct mh_buf problems;

    (void)state;
    mh_buf_init(&problems, 1 << 20);
    for (size_t i = 0; i < sizeof STEPS / sizeof STEPS[0]; i++) {
        struct mh_catalogue *catalogue;
        struct mh_err err;
        json_t *first = schema_load(STATUS);
        json_t *next = next_version();
        enum mh_code code;

        assert_int_equal(mh_catalogue_new(&catalogue, &err), MH_OK);
        assert_int_equal(add(catalogue, first, 1, &problems), MH_OK);
        STEPS[i].change(next);
        code = add(catalogue, next, 2, &problems);
        if (code != (STEPS[i].line == NULL ? MH_OK : MH_CONTRACT) ||
            (STEPS[i].line != NULL &&
             strstr(mh_buf_string(&problems), STEPS[i].line) == NULL)) {
            fail_msg("step %zu, expected '%s':\n%s", i,
                     STEPS[i].line == NULL ? "nothing" : STEPS[i].line,
                     mh_buf_string(&problems));
        }
        assert_int_equal(mh_catalogue_schema(catalogue, 102)->latest->version,
                         code == MH_OK ? 2 : 1);
        mh_catalogue_free(catalogue);
        json_decref(next);
        json_decref(first);
    }
    mh_buf_fini(&problems);
}

static void versions_come_in_order_and_ids_are_not_shared(void **state)
{
    struct mh_catalogue *catalogue;
    struct mh_buf problems;
    struct mh_err err;
    json_t *root = schema_load(STATUS);
    json_t *other = schema_load("council/council_formed.v1.avsc");

    (void)state;
    mh_buf_init(&problems, 1 << 20);
    assert_int_equal(mh_catalogue_new(&catalogue, &err), MH_OK);
    assert_int_equal(add(catalogue, root, 2, &problems), MH_CONTRACT);
    assert_string_equal(mh_buf_string(&problems),
                        "version 2, but 1 comes next\n");
    assert_int_equal(add(catalogue, root, 1, &problems), MH_OK);
    json_object_set_new(other, "schemaId", json_integer(102));
    assert_int_equal(add(catalogue, other, 1, &problems), MH_CONTRACT);
    assert_string_equal(mh_buf_string(&problems),
                        "/schemaId: 102 is taken by council_status_changed, "
                        "version 1\n");
    json_object_set_new(other, "doc", json_integer(1));
    assert_int_equal(add(catalogue, other, 1, &problems), MH_CONTRACT);
    assert_int_equal(mh_catalogue_count(catalogue), 1);
    mh_catalogue_free(catalogue);
    json_decref(root);
    json_decref(other);
    mh_buf_fini(&problems);
}

static void write_file(const char *dir, const char *name, const json_t *root)
{
    char path[512];

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(json_dump_file(root, path, 0), 0);
}

static void remove_file(const char *dir, const char *name)
{
    char path[512];

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(remove(path), 0);
}

static void files_lie_where_their_contents_say(void **state)
{
    static const char *const right[] = {
        "events/council/council_status_changed.v1.avsc",
        "events/council/council_status_changed.v2.avsc",
        "events/council/council_status_changed.v10.avsc",
    };
    static const struct {
        const char *path, *line;
    } wrong[] = {
        {"events/council/council_status_changed.avsc",
         "the name is not TYPE.vN.avsc"},
        {"events/council/council_status_changed.v1.json",
         "the name is not TYPE.vN.avsc"},
        {"events/council/other_name.v1.avsc",
         "holds another type than its path says"},
        {"events/social/council_status_changed.v1.avsc",
         "holds another type than its path says"},
    };
    char dir[SCRATCH_PATH_MAX];
    char path[512];
    struct mh_catalogue *catalogue;
    struct mh_buf problems;
    struct mh_err err;
    json_t *root = schema_load(STATUS);

    (void)state;
    mh_buf_init(&problems, 1 << 20);
    scratch_folder(dir);
    assert_int_equal(mh_catalogue_new(&catalogue, &err), MH_OK);
    assert_int_equal(mh_catalogue_load(catalogue, dir, &problems, &err),
                     MH_FILE);
    (void)snprintf(path, sizeof path, "%s/events", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(mh_catalogue_load(catalogue, dir, &problems, &err), MH_OK);
    (void)snprintf(path, sizeof path, "%s/events/council", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/events/social", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    mh_catalogue_free(catalogue);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char line[512];

        (void)snprintf(line, sizeof line, "%s: %s\n", wrong[i].path,
                       wrong[i].line);
        mh_buf_reset(&problems);
        write_file(dir, wrong[i].path, root);
        assert_int_equal(mh_catalogue_new(&catalogue, &err), MH_OK);
        assert_int_equal(mh_catalogue_load(catalogue, dir, &problems, &err),
                         MH_CONTRACT);
        assert_string_equal(mh_buf_string(&problems), line);
        mh_catalogue_free(catalogue);
        remove_file(dir, wrong[i].path);
    }
    write_file(dir, right[0], root);
    json_object_set_new(root, "schemaId", json_integer(900));
    write_file(dir, right[1], root);
    write_file(dir, right[2], root);
    mh_buf_reset(&problems);
    assert_int_equal(mh_catalogue_new(&catalogue, &err), MH_OK);
    assert_int_equal(mh_catalogue_load(catalogue, dir, &problems, &err),
                     MH_CONTRACT);
    assert_non_null(strstr(mh_buf_string(&problems),
                           "v10.avsc: version 10, but 3 comes next\n"));
    assert_int_equal(mh_catalogue_schema(catalogue, 102)->latest->version, 2);
    mh_catalogue_free(catalogue);
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        remove_file(dir, right[i]);
    }
    remove_file(dir, "events/social");
    remove_file(dir, "events/council");
    remove_file(dir, "events");
    assert_int_equal(rmdir(dir), 0);
    json_decref(root);
    mh_buf_fini(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_published_types_load_and_are_found),
        cmocka_unit_test(an_empty_catalogue_finds_nothing),
        cmocka_unit_test(many_ids_are_all_found),
        cmocka_unit_test(a_next_version_only_appends),
        cmocka_unit_test(versions_come_in_order_and_ids_are_not_shared),
        cmocka_unit_test(files_lie_where_their_contents_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
