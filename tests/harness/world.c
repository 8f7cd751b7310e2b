/* SPDX-License-Identifier: Apache-2.0 */
/* Codes are read a second time from the CSV files: the reference data of the
 * check can only be asked, not listed. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "csv.h"
#include "text.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, FILE_BYTES = 4 * 1024 * 1024 };

static void must(bool held, const char *what)
{
    if (!held) {
        fprintf(stderr, "harness: %s\n", what);
        abort();
    }
}

/* ------------------------------------------------------------------- codes */

static void add_code(struct world *world, const char *list,
                     struct mh_csv_cell code)
{
    char *copy = mh_arena_text(&world->texts, code.text, code.len);

    must(world->code_count < WORLD_CODES_MAX && copy != NULL, "codes");
    world->codes[world->code_count++] = (struct world_code){list, copy};
}

static bool is_text(struct mh_csv_cell cell, const char *text)
{
    return cell.len == strlen(text) && memcmp(cell.text, text, cell.len) == 0;
}

static const char *level_list(struct mh_csv_cell level)
{
    return is_text(level, "province")                            ? "0"
           : is_text(level, "county")                            ? "1"
           : is_text(level, "city") || is_text(level, "village") ? "2"
                                                                 : NULL;
}

/* agencies: the code is column 0; places: 0 and level 1; lookups: list 0 and
 * code 1. */
static void read_codes(struct world *world, const char *file)
{
    struct mh_buf buf;
    struct mh_csv csv;
    struct mh_err err;
    char path[512];
    bool more = false;

    (void)snprintf(path, sizeof path, "%s/reference/%s", MAHALLE_SCHEMAS_DIR,
                   file);
    mh_buf_init(&buf, FILE_BYTES);
    must(mh_text_read_file(path, &buf, &err) == MH_OK, path);
    mh_csv_init(&csv, (char *)buf.bytes, buf.len, ',');
    must(mh_csv_next(&csv, &more, &err) == MH_OK && more, path);
    while (mh_csv_next(&csv, &more, &err) == MH_OK && more) {
        if (strcmp(file, "agencies.csv") == 0) {
            add_code(world, "agency_code", csv.cells[0]);
        } else if (strcmp(file, "lookups.csv") == 0) {
            add_code(world,
                     mh_arena_text(&world->texts, csv.cells[0].text,
                                   csv.cells[0].len),
                     csv.cells[1]);
        } else if (level_list(csv.cells[1]) != NULL) {
            add_code(world, level_list(csv.cells[1]), csv.cells[0]);
        }
    }
    mh_csv_fini(&csv);
    mh_buf_fini(&buf);
}

const char *world_pick(const struct world *world, const char *list,
                       struct random *random)
{
    int start = (int)random_between(random, 0, world->code_count - 1);

    for (int n = 0; n < world->code_count; n++) {
        const struct world_code *code =
            &world->codes[(start + n) % world->code_count];

        if (strcmp(code->list, list) == 0) {
            return code->code;
        }
    }
    must(false, list);
    return NULL;
}

/* ----------------------------------------------------------------- schemas */

static json_t *later_field(const char *name, const char *type)
{
    return json_pack("{s:s, s:[s, s], s:n, s:s, s:s, s:s, s:s, s:s}", "name",
                     name, "type", "null", type, "default", "doc",
                     "What a later version adds.", "unit", "persons", "role",
                     strcmp(type, "int") == 0 ? "measure" : "dimension",
                     "labelFa", strcmp(type, "int") == 0 ? "تازه" : "نو",
                     "labelEn", strcmp(type, "int") == 0 ? "New" : "Later");
}

static void add_symbol(json_t *type)
{
    static const char *const LABELS[] = {"labelsFa", "labelsEn"};
    json_t *last = json_array_get(type, json_array_size(type) - 1);
    const char *name;

    type = json_is_array(type) ? last : type;
    name = json_string_value(json_object_get(type, "name"));
    if (json_object_get(type, "symbols") == NULL || strcmp(name, "Op") == 0 ||
        strcmp(name, "CurrencyUnit") == 0) {
        return;
    }
    json_array_append_new(json_object_get(type, "symbols"),
                          json_string("LATER"));
    for (size_t i = 0; i < 2; i++) {
        if (json_object_get(type, LABELS[i]) != NULL) {
            json_object_set_new(json_object_get(type, LABELS[i]), "LATER",
                                json_string("Later"));
        }
    }
}

static enum mh_code evolve(void *context, const char *path, int version,
                           const char *text, size_t len, struct mh_err *err)
{
    struct world *world = context;
    json_t *root = json_loadb(text, len, 0, NULL);
    json_t *fields = json_object_get(root, "fields");
    json_t *code = later_field("later_code", "string");
    json_int_t id = json_integer_value(json_object_get(root, "schemaId"));
    struct mh_buf problems;
    char *dump;

    must(version == 1, path);
    for (size_t i = 0; i < json_array_size(fields); i++) {
        add_symbol(json_object_get(json_array_get(fields, i), "type"));
    }
    json_object_set_new(code, "pattern", json_string("[A-Z]{1,6}"));
    json_array_append_new(fields, later_field("later_count", "int"));
    json_object_set_new(json_array_get(fields, json_array_size(fields) - 1),
                        "min", json_integer(0));
    json_object_set_new(json_array_get(fields, json_array_size(fields) - 1),
                        "max", json_integer(1000000000));
    json_array_append_new(fields, code);
    json_object_set_new(root, "schemaId", json_integer(WORLD_NEXT_ID + id));
    dump = json_dumps(root, JSON_COMPACT);
    mh_buf_init(&problems, FILE_BYTES);
    must(mh_catalogue_add(world->catalogue, dump, strlen(dump), 2, &problems,
                          err) == MH_OK,
         mh_buf_string(&problems));
    mh_buf_fini(&problems);
    free(dump);
    json_decref(root);
    return MH_OK;
}

struct world *world_open(void)
{
    struct world *world = calloc(1, sizeof *world);
    struct mh_buf problems;
    struct mh_err err;

    must(world != NULL, "memory");
    mh_arena_init(&world->arena, ARENA_BYTES);
    mh_arena_init(&world->texts, ARENA_BYTES);
    mh_buf_init(&problems, FILE_BYTES);
    must(mh_catalogue_new(&world->catalogue, &err) == MH_OK &&
             mh_catalogue_load(world->catalogue, MAHALLE_SCHEMAS_DIR, &problems,
                               &err) == MH_OK &&
             mh_reference_new(&world->reference, &err) == MH_OK &&
             mh_reference_load(world->reference, MAHALLE_SCHEMAS_DIR, &err) ==
                 MH_OK,
         err.text);
    mh_buf_fini(&problems);
    read_codes(world, "agencies.csv");
    read_codes(world, "places.csv");
    read_codes(world, "lookups.csv");
    return world;
}

struct world *world_open_evolved(void)
{
    struct world *world = world_open();
    struct mh_err err;

    must(mh_catalogue_files(MAHALLE_SCHEMAS_DIR, evolve, world, &err) == MH_OK,
         err.text);
    return world;
}

void world_close(struct world *world)
{
    mh_catalogue_free(world->catalogue);
    mh_reference_free(world->reference);
    mh_arena_fini(&world->arena);
    mh_arena_fini(&world->texts);
    free(world);
}

const struct mh_type *world_type(const struct world *world, const char *name)
{
    const struct mh_type *type =
        mh_catalogue_type(world->catalogue, name, strlen(name));

    must(type != NULL, name);
    return type;
}
