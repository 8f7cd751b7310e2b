/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue from files: DIR/events/DOMAIN/TYPE.vN.avsc. A name that does
   not follow this form is a problem, not a file to pass over. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "text.h"

enum { FILES_MAX = 4096 }; /* two hundred types with twenty versions each */

struct entry {
    char *path;  /* owned; below DIR */
    int version; /* 0: the name has not the form */
};

struct listing {
    struct entry *items; /* owned */
    int count;
};

static bool is_hidden(const char *name)
{
    return name[0] == '.';
}

bool mh_catalogue_file_version(const char *path, size_t *stem_len, int *version)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash == NULL ? path : slash + 1;
    const char *dot = strchr(base, '.');
    char *end;
    long number;

    if (dot == NULL || dot == base || dot[1] != 'v' || dot[2] < '1' ||
        dot[2] > '9') {
        return false;
    }
    errno = 0;
    number = strtol(dot + 2, &end, 10);
    if (errno != 0 || number > 9999 || strcmp(end, ".avsc") != 0) {
        return false;
    }
    *stem_len = (size_t)(dot - base);
    *version = (int)number;
    return true;
}

static int by_stem_and_version(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    size_t len_a = strcspn(strrchr(a->path, '/'), ".");
    size_t len_b = strcspn(strrchr(b->path, '/'), ".");
    size_t stem_a = (size_t)(strrchr(a->path, '/') - a->path) + len_a;
    size_t stem_b = (size_t)(strrchr(b->path, '/') - b->path) + len_b;
    int order = memcmp(a->path, b->path, stem_a < stem_b ? stem_a : stem_b);

    if (order == 0) {
        order = (stem_a > stem_b) - (stem_a < stem_b);
    }
    if (order == 0) {
        order = (a->version > b->version) - (a->version < b->version);
    }
    return order != 0 ? order : strcmp(a->path, b->path);
}

static bool add_entry(struct listing *list, const char *domain,
                      const char *name)
{
    struct entry *more =
        realloc(list->items, ((size_t)list->count + 1) * sizeof *list->items);
    size_t stem_len;
    struct entry entry = {NULL, 0};

    if (more == NULL) {
        return false;
    }
    list->items = more;
    if (asprintf(&entry.path, "events/%s/%s", domain, name) < 0) {
        return false;
    }
    if (!mh_catalogue_file_version(entry.path, &stem_len, &entry.version)) {
        entry.version = 0;
    }
    list->items[list->count++] = entry;
    return true;
}

static enum mh_code list_domain(struct listing *list, const char *events,
                                const char *domain, struct mh_err *err)
{
    char path[4096];
    DIR *dir;
    const struct dirent *entry;
    enum mh_code code = MH_OK;

    if (snprintf(path, sizeof path, "%s/%s", events, domain) >=
        (int)sizeof path) {
        return mh_fail(err, MH_FILE, "path is too long: %.200s", events);
    }
    dir = opendir(path);
    if (dir == NULL) {
        return mh_fail(err, MH_FILE, "cannot list %.300s: %s", path,
                       strerror(errno));
    }
    while (code == MH_OK && (entry = readdir(dir)) != NULL) {
        if (is_hidden(entry->d_name)) {
            continue;
        }
        if (list->count == FILES_MAX) {
            code = mh_fail(err, MH_FILE, "more than %d files below %.300s",
                           FILES_MAX, events);
        } else if (!add_entry(list, domain, entry->d_name)) {
            code = mh_fail(err, MH_MEMORY, "out of memory listing schemas");
        }
    }
    (void)closedir(dir);
    return code;
}

static enum mh_code list_events(struct listing *list, const char *dir,
                                struct mh_err *err)
{
    char path[4096];
    DIR *events;
    const struct dirent *entry;
    enum mh_code code = MH_OK;

    if (snprintf(path, sizeof path, "%s/events", dir) >= (int)sizeof path) {
        return mh_fail(err, MH_FILE, "path is too long: %.200s", dir);
    }
    events = opendir(path);
    if (events == NULL) {
        return mh_fail(err, MH_FILE, "cannot list %.300s: %s", path,
                       strerror(errno));
    }
    while (code == MH_OK && (entry = readdir(events)) != NULL) {
        if (!is_hidden(entry->d_name)) {
            code = list_domain(list, path, entry->d_name, err);
        }
    }
    (void)closedir(events);
    if (code == MH_OK && list->count > 1) {
        qsort(list->items, (size_t)list->count, sizeof *list->items,
              by_stem_and_version);
    }
    return code;
}

/* Every line of `lines` to `problems`, with the path before it. */
static void put_lines(struct mh_buf *problems, const char *path,
                      struct mh_buf *lines)
{
    const char *line = mh_buf_string(lines);

    while (*line != '\0') {
        size_t len = strcspn(line, "\n");

        mh_buf_text(problems, path);
        mh_buf_text(problems, ": ");
        mh_buf_put(problems, line, len);
        mh_buf_byte(problems, '\n');
        line += len + (line[len] == '\n');
    }
}

/* The file was added; do its contents say what its path says? */
static bool lies_right(const struct mh_catalogue *catalogue, const char *path,
                       int version)
{
    const char *domain = path + sizeof "events/" - 1;
    size_t domain_len = strcspn(domain, "/");
    const char *stem = domain + domain_len + 1;
    const struct mh_type *type =
        mh_catalogue_type(catalogue, stem, strcspn(stem, "."));

    return type != NULL && type->version == version &&
           strlen(type->domain) == domain_len &&
           memcmp(type->domain, domain, domain_len) == 0;
}

static enum mh_code read_and_visit(const char *dir, const struct entry *entry,
                                   mh_catalogue_visit *visit, void *context,
                                   struct mh_err *err)
{
    struct mh_buf text;
    char path[4096];
    enum mh_code code;

    if (entry->version == 0) {
        return visit(context, entry->path, 0, "", 0, err);
    }
    if (snprintf(path, sizeof path, "%s/%s", dir, entry->path) >=
        (int)sizeof path) {
        return mh_fail(err, MH_FILE, "path is too long: %.200s", dir);
    }
    mh_buf_init(&text, MH_SCHEMA_BYTES_MAX);
    code = mh_text_read_file(path, &text, err);
    if (code == MH_OK) {
        code = visit(context, entry->path, entry->version, mh_buf_string(&text),
                     text.len, err);
    }
    mh_buf_fini(&text);
    return code;
}

enum mh_code mh_catalogue_files(const char *dir, mh_catalogue_visit *visit,
                                void *context, struct mh_err *err)
{
    struct listing list = {NULL, 0};
    enum mh_code code = list_events(&list, dir, err);

    for (int i = 0; code == MH_OK && i < list.count; i++) {
        code = read_and_visit(dir, &list.items[i], visit, context, err);
    }
    for (int i = 0; i < list.count; i++) {
        free(list.items[i].path);
    }
    free(list.items);
    return code;
}

struct loading {
    struct mh_catalogue *catalogue; /* lent */
    struct mh_buf *problems;        /* lent */
    int files, refused;
};

static enum mh_code load_file(void *context, const char *path, int version,
                              const char *text, size_t len, struct mh_err *err)
{
    struct loading *loading = context;
    struct mh_buf lines;
    enum mh_code code = MH_CONTRACT;

    mh_buf_init(&lines, loading->problems->max);
    loading->files++;
    if (version == 0) {
        mh_buf_text(&lines, "the name is not TYPE.vN.avsc\n");
    } else {
        code = mh_catalogue_add(loading->catalogue, text, len, version, &lines,
                                err);
    }
    if (code == MH_OK && !lies_right(loading->catalogue, path, version)) {
        mh_buf_text(&lines, "holds another type than its path says\n");
        code = MH_CONTRACT;
    }
    put_lines(loading->problems, path, &lines);
    mh_buf_fini(&lines);
    if (code == MH_CONTRACT) {
        loading->refused++;
        return MH_OK; /* the others are looked at, too */
    }
    return code;
}

enum mh_code mh_catalogue_load(struct mh_catalogue *catalogue, const char *dir,
                               struct mh_buf *problems, struct mh_err *err)
{
    struct loading loading = {catalogue, problems, 0, 0};
    enum mh_code code = mh_catalogue_files(dir, load_file, &loading, err);

    if (code == MH_OK && loading.refused > 0) {
        code = mh_fail(err, MH_CONTRACT, "%d of %d schemas in %.300s refused",
                       loading.refused, loading.files, dir);
    }
    return code;
}
