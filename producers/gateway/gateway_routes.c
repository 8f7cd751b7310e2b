/* SPDX-License-Identifier: Apache-2.0 */
/* The table of paths, and the handlers that need no other file. */
#include "gateway_routes.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#include "gateway_page.h"
#include "template.h"

static enum handled page_handle(struct request *request, struct answer *answer)
{
    answer->type = "text/html; charset=utf-8";
    page_put(&answer->body, request->lang);
    answer->languages = true;
    return HANDLED;
}

static enum handled livez_handle(struct request *request, struct answer *answer)
{
    (void)request;
    answer->type = "text/plain; charset=utf-8";
    mh_buf_text(&answer->body, "alive\n");
    return HANDLED;
}

/* Ready is who can store an event now: Kafka answers, keys and contract are
 * there. The database may be away for a while. */
static enum handled readyz_handle(struct request *request,
                                  struct answer *answer)
{
    struct gateway *gateway = request->gateway;
    bool kafka = atomic_load(&gateway->kafka_well);
    bool database = atomic_load(&gateway->database_well);
    bool contract = gateway_contract(request) != NULL;
    bool draining = atomic_load(&gateway->draining);

    answer->status = kafka && contract && !draining ? 200 : 503;
    answer->retry_s = answer->status == 503 ? 2 : 0;
    mh_buf_format(&answer->body,
                  "{\"ready\":%s,\"kafka\":%s,\"contract\":%s,"
                  "\"database\":%s,\"draining\":%s}\n",
                  answer->status == 200 ? "true" : "false",
                  kafka ? "true" : "false", contract ? "true" : "false",
                  database ? "true" : "false", draining ? "true" : "false");
    return HANDLED;
}

static void put_gauge(struct mh_buf *buf, const char *name, const char *help,
                      double value)
{
    mh_metrics_head(buf, MH_METRIC_GAUGE, name, help);
    mh_metrics_sample(buf, name, NULL, value);
}

static enum handled metrics_handle(struct request *request,
                                   struct answer *answer)
{
    struct gateway *gateway = request->gateway;
    struct mh_buf *buf = &answer->body;

    answer->type = MH_METRICS_TYPE;
    mh_metrics_build_info(buf, "mahalle-gateway");
    put_gauge(buf, "mahalle_gateway_up", "Kafka takes events.",
              atomic_load(&gateway->kafka_well) ? 1 : 0);
    put_gauge(buf, "mahalle_gateway_database_up",
              "Keys and contract are looked up again and again.",
              atomic_load(&gateway->database_well) ? 1 : 0);
    put_gauge(buf, "mahalle_gateway_requests_open",
              "Requests that are not answered yet.",
              atomic_load(&gateway->requests));
    put_gauge(buf, "mahalle_gateway_events_waiting",
              "Events that Kafka has not confirmed yet.",
              relay_waiting(gateway->relay));
    put_gauge(buf, "mahalle_gateway_request_bytes",
              "Memory that requests hold.",
              (double)atomic_load(&gateway->room) +
                  (double)atomic_load(&gateway->open_room));
    mh_metrics_write(gateway->metrics, buf);
    return HANDLED;
}

static enum handled openapi_handle(struct request *request,
                                   struct answer *answer)
{
    const struct contract *contract = gateway_contract(request);

    if (contract == NULL) {
        request->problem = PROBLEM_NOT_READY;
        return REFUSED;
    }
    mh_buf_put(&answer->body, contract->openapi.bytes, contract->openapi.len);
    return HANDLED;
}

static enum handled template_handle(struct request *request,
                                    struct answer *answer)
{
    static const char END[] = ".csv";
    const struct contract *contract = gateway_contract(request);
    size_t len = strlen(request->name);
    const struct mh_type *type;

    if (contract == NULL) {
        request->problem = PROBLEM_NOT_READY;
        return REFUSED;
    }
    if (len <= sizeof END - 1 ||
        strcmp(request->name + len - (sizeof END - 1), END) != 0) {
        request->problem = PROBLEM_NO_PATH;
        return REFUSED;
    }
    type = mh_catalogue_type(contract->catalogue, request->name,
                             len - (sizeof END - 1));
    if (type == NULL) {
        request->problem = PROBLEM_NO_TYPE;
        return REFUSED;
    }
    answer->type = "text/csv; charset=utf-8; header=present";
    template_put(&answer->body, type, WORDS_FA);
    return HANDLED;
}

static const char READ[] = "GET, HEAD";

static const struct route ROUTES[] = {
    {"POST", "/v1/events", "events", true, true, false, post_handle},
    {READ, "/v1/events/*", "receipt", true, false, false, receipt_handle},
    {READ, "/v1/rejections", "rejections", true, false, false,
     rejections_handle},
    {READ, "/v1/templates/*", "templates", false, false, false,
     template_handle},
    {READ, "/openapi.json", "openapi", false, false, false, openapi_handle},
    {READ, "/schemas/ids/*", "registry", false, false, false, registry_schema},
    {READ, "/schemas/types", "registry", false, false, false, registry_types},
    {READ, "/config", "registry", false, false, false, registry_config},
    {READ, "/subjects", "registry", false, false, false, registry_subjects},
    {READ, "/subjects/*/versions", "registry", false, false, false,
     registry_versions},
    {READ, "/subjects/*/versions/*", "registry", false, false, false,
     registry_version},
    {"POST", "/subjects/*", "registry", false, true, false, registry_lookup},
    {READ, "/livez", "health", false, false, true, livez_handle},
    {READ, "/readyz", "health", false, false, true, readyz_handle},
    {READ, "/metrics", "metrics", false, false, true, metrics_handle},
    {READ, "/", "page", false, false, false, page_handle},
};

/* Whether `path` has the form; what stands for the first `*` goes into `name`,
 * and for a second one behind a `/` after it. */
static bool matches(const char *form, const char *path, char *name, size_t size)
{
    size_t used = 0;

    while (*form != '\0') {
        size_t len, written;

        if (*form != '*') {
            if (*form++ != *path++) {
                return false;
            }
            continue;
        }
        form++;
        len = strcspn(path, "/");
        if (used > 0 && used + 1 < size) {
            name[used++] = '/';
        }
        written = len == 0
                      ? SIZE_MAX
                      : media_unescape(path, len, name + used, size - used);
        if (written == SIZE_MAX || memchr(name + used, '/', written) != NULL) {
            return false;
        }
        used += written;
        path += len;
    }
    return *path == '\0';
}

const struct route *routes_find(const char *path, const char *method,
                                struct request *request, const char **allowed)
{
    bool reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

    for (size_t i = 0; i < sizeof ROUTES / sizeof ROUTES[0]; i++) {
        const struct route *route = &ROUTES[i];

        if (!matches(route->path, path, request->name, sizeof request->name)) {
            continue;
        }
        *allowed = route->methods;
        if (route->methods == READ ? reads
                                   : strcmp(method, route->methods) == 0) {
            return route;
        }
    }
    return NULL;
}
