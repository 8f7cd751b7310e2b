/* SPDX-License-Identifier: Apache-2.0 */
/* The library puts a NUL for each of CR and LF, for the colon behind a name and
 * for the blanks around the URI; so a line that ended in CR LF has two of them
 * behind it, and the next one follows at once. */
#include "gateway_head.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway_media.h"

enum { STRICT_FROM = 77 /* 0.9.77 and later do all this themselves */ };

static bool library_is_lenient(void)
{
    static const char START[] = "0.9.";
    const char *version = MHD_get_version();

    return strncmp(version, START, sizeof START - 1) == 0 &&
           strtol(version + sizeof START - 1, NULL, 10) < STRICT_FROM;
}

/* What follows a text of the head that ends at `end`. @returns NULL: no CR LF */
static const char *after_line(const char *end)
{
    return end[0] == '\0' && end[1] == '\0' ? end + 2 : NULL;
}

static const char *after_first_line(const struct head_line *line)
{
    if (line->uri == NULL ||
        line->method + strlen(line->method) + 1 != line->uri ||
        line->uri + line->uri_len + 1 != line->version) {
        return NULL;
    }
    return after_line(line->version + strlen(line->version));
}

/* Bytes of the head as they were received. */
static size_t head_size(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    return info == NULL ? 0 : info->header_size;
}

static bool read_length(const char *text, uint64_t *length)
{
    size_t digits = strspn(text, "0123456789");

    *length = strtoull(text, NULL, 10);
    return digits > 0 && digits < 19 && text[digits] == '\0';
}

/* Step over a header where it was received. */
static void step_over(struct head *head, const char *name, size_t name_len,
                      const char *value, size_t value_len)
{
    const char *begin = name + name_len + 1;

    if (head->next == NULL) {
        return;
    }
    if (name != head->next) {
        head->broken = true;
        head->next = NULL;
        return;
    }
    begin += strspn(begin, " \t");
    head->next = begin == value ? after_line(value + value_len) : NULL;
    head->broken = head->broken || head->next == NULL;
}

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind,
                                 const char *name, size_t name_len,
                                 const char *value, size_t value_len)
{
    struct head *head = context;

    (void)kind;
    value = value == NULL ? "" : value;
    step_over(head, name, name_len, value, value_len);
    if (!media_is_token(name, name_len) || strlen(value) != value_len) {
        head->broken = true;
    }
    for (size_t i = 0; i < value_len; i++) {
        head->broken = head->broken || value[i] == 0x7F ||
                       (value[i] >= 0 && value[i] < ' ' && value[i] != '\t');
    }
    if (strcasecmp(name, "Content-Length") == 0) {
        head->lengths++;
        head->broken = !read_length(value, &head->length) || head->broken;
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        head->codings++;
        head->chunked = strcasecmp(value, "chunked") == 0;
    } else if (strcasecmp(name, "Content-Encoding") == 0) {
        head->encoding = value;
    } else if (strcasecmp(name, "Expect") == 0) {
        head->expects = true;
    }
    head->hosts += strcasecmp(name, "Host") == 0;
    head->keys += strcasecmp(name, "Authorization") == 0;
    return MHD_YES;
}

void head_read(struct MHD_Connection *connection, const struct head_line *line,
               struct head *head)
{
    *head = (struct head){.lengths = 0};
    if (library_is_lenient()) {
        head->next = after_first_line(line);
        head->broken = head->next == NULL;
    }
    (void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_header,
                                      head);
    /* an empty line, and nothing else */
    if (head->next != NULL &&
        (after_line(head->next) == NULL ||
         head->next + 2 != line->method + head_size(connection))) {
        head->broken = true;
    }
}

bool head_is_sound(const struct head *head, const char *version)
{
    return !head->broken && head->lengths <= 1 && head->codings <= 1 &&
           head->lengths + head->codings <= 1 && head->hosts <= 1 &&
           head->keys <= 1 &&
           (head->codings == 0 ||
            (head->chunked && strcmp(version, "HTTP/1.1") == 0));
}
