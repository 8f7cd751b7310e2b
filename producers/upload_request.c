/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's easy interface: the connection is kept from request to request. */
#include "upload_request.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "upload.h"

enum {
    CONNECT_MS = 5000,
    RETRY_AFTER_MAX_S = 30, /* longer is asked for again */
    URL_MAX = 2048
};

struct request {
    CURL *easy; /* owned */
    const struct mahalle_settings *settings;
    const atomic_bool *ending;
    struct mh_buf answer;
    int attempts; /* of the request in hand: times that it may have been sent */
    char text[CURL_ERROR_SIZE];
};

/* A connection is there, a new one or one that was kept, and the request goes
 * out now. When one that was kept turns out to be cut, libcurl comes here again
 * with a new one, by itself. */
static int on_connected(void *opaque, char *peer, char *own, int peer_port,
                        int own_port)
{
    struct request *request = opaque;

    (void)peer;
    (void)own;
    (void)peer_port;
    (void)own_port;
    request->attempts++;
    return CURL_PREREQFUNC_OK;
}

static size_t on_bytes(char *bytes, size_t size, size_t count, void *opaque)
{
    struct request *request = opaque;

    mh_buf_put(&request->answer, bytes, size * count);
    return request->answer.failed ? 0 : size * count;
}

static int on_progress(void *opaque, curl_off_t down_all, curl_off_t down,
                       curl_off_t up_all, curl_off_t up)
{
    const struct request *request = opaque;

    (void)down_all;
    (void)down;
    (void)up_all;
    (void)up;
    return atomic_load(request->ending) ? 1 : 0;
}

static enum mh_code check_url(const char *gateway, char url[URL_MAX],
                              struct mh_err *err)
{
    size_t len = strlen(gateway);

    while (len > 0 && gateway[len - 1] == '/') {
        len--;
    }
    if (strncmp(gateway, "http://", 7) != 0 &&
        strncmp(gateway, "https://", 8) != 0) {
        return mh_fail(err, MH_USAGE,
                       "gateway: a URL that begins with http:// or https://");
    }
    if (strchr(gateway, '@') != NULL || strpbrk(gateway, "?# \t\r\n") != NULL) {
        return mh_fail(err, MH_USAGE,
                       "gateway: a URL without user, query or blanks");
    }
    if (snprintf(url, URL_MAX, "%.*s/v1/events", (int)len, gateway) >=
        URL_MAX) {
        return mh_fail(err, MH_USAGE, "gateway: the URL is too long");
    }
    return MH_OK;
}

static bool set_tls(const struct request *request)
{
    const struct mahalle_settings *settings = request->settings;
    CURL *easy = request->easy;
    bool good = true;

    if (settings->ca_file != NULL) {
        good = curl_easy_setopt(easy, CURLOPT_CAINFO, settings->ca_file) ==
               CURLE_OK;
    }
    if (settings->cert_file != NULL) {
        const char *key = settings->cert_key_file == NULL
                              ? settings->cert_file
                              : settings->cert_key_file;

        good = good &&
               curl_easy_setopt(easy, CURLOPT_SSLCERT, settings->cert_file) ==
                   CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_SSLKEY, key) == CURLE_OK;
    }
    return good && curl_easy_setopt(easy, CURLOPT_SSLVERSION,
                                    (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
}

/* What is the same for all requests. */
static bool set_up(struct request *request, const char *url)
{
    CURL *easy = request->easy;

    return curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                            (long)CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT,
                            "libmahalle/" MAHALLE_VERSION) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request->text) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQDATA, request) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, request) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFODATA, request) == CURLE_OK &&
           set_tls(request);
}

enum mh_code request_new(const struct mahalle_settings *settings,
                         const atomic_bool *ending, struct request **request,
                         struct mh_err *err)
{
    struct request *made = NULL;
    char url[URL_MAX];
    enum mh_code code = check_url(settings->gateway, url, err);

    if (code != MH_OK) {
        return code;
    }
    made = calloc(1, sizeof *made);
    if (made == NULL) {
        return mh_fail(err, MH_MEMORY, "gateway: out of memory");
    }
    made->settings = settings;
    made->ending = ending;
    mh_buf_init(&made->answer, UPLOAD_ANSWER_MAX);
    made->easy = curl_easy_init();
    if (made->easy == NULL || !set_up(made, url)) {
        request_free(made);
        return mh_fail(err, MH_MEMORY, "gateway: libcurl is of no use");
    }
    *request = made;
    return MH_OK;
}

void request_free(struct request *request)
{
    if (request == NULL) {
        return;
    }
    curl_easy_cleanup(request->easy);
    mh_buf_fini(&request->answer);
    free(request);
}

/* ---------------------------------------------------------------- a request */

static bool add_header(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);

    if (longer != NULL) {
        *list = longer;
    }
    return longer != NULL;
}

static bool add_headers(const struct request *request, const char *media,
                        const char *key, struct curl_slist **list)
{
    char line[UPLOAD_KEY_MAX + 64];
    bool good;

    (void)snprintf(line, sizeof line, "Content-Type: %s", media);
    good = add_header(list, line) &&
           add_header(list, request->settings->lang == MAHALLE_EN
                                ? "Accept-Language: en"
                                : "Accept-Language: fa") &&
           add_header(list, "Expect:"); /* the gateway has room for the body */
    if (key[0] != '\0') {
        (void)snprintf(line, sizeof line, "Authorization: Bearer %s", key);
        good = good && add_header(list, line);
        explicit_bzero(line, sizeof line);
    }
    return good;
}

/* What the code says is of the last attempt; whether something was sent is of
 * all of them. */
static enum request_end end_of(const struct request *request, CURLcode code)
{
    if (code == CURLE_OK) {
        return REQUEST_ANSWERED;
    }
    if (request->attempts > 0) {
        return REQUEST_CUT;
    }
    switch ((int)code) { /* an enum of a hundred */
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
        return REQUEST_HOPELESS;
    default:
        return REQUEST_AWAY;
    }
}

static void read_reply(const struct request *request, CURLcode code,
                       struct reply *reply)
{
    curl_off_t after_s = 0;

    reply->end = end_of(request, code);
    reply->repeated = request->attempts > 1;
    if (reply->end != REQUEST_ANSWERED) {
        (void)snprintf(reply->text, sizeof reply->text, "%s",
                       request->text[0] == '\0' ? curl_easy_strerror(code)
                                                : request->text);
        return;
    }
    (void)curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE,
                            &reply->status);
    (void)curl_easy_getinfo(request->easy, CURLINFO_RETRY_AFTER, &after_s);
    after_s = after_s < RETRY_AFTER_MAX_S ? after_s : RETRY_AFTER_MAX_S;
    reply->retry_after_ms = after_s > 0 ? (int)after_s * 1000 : 0;
    reply->body = (const char *)request->answer.bytes;
    reply->len = request->answer.len;
}

void request_post(struct request *request, const struct mh_buf *body,
                  const char *media, const char *key, long timeout_ms,
                  struct reply *reply)
{
    struct curl_slist *headers = NULL;
    CURL *easy = request->easy;

    *reply = (struct reply){.end = REQUEST_AWAY, .text = "out of memory"};
    mh_buf_reset(&request->answer);
    request->text[0] = '\0';
    request->attempts = 0;
    if (add_headers(request, media, key, &headers) &&
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)body->len) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body->bytes) == CURLE_OK) {
        read_reply(request, curl_easy_perform(easy), reply);
    }
    (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
}
