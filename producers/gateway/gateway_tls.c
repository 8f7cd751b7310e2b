/* SPDX-License-Identifier: Apache-2.0 */
/* The session belongs to the library for HTTP; here it is only asked. What was
 * read before is kept until the end: a file that says the same makes nothing
 * new, so it is a few KiB a certificate. */
#include "gateway_tls.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "buf.h"
#include "text.h"

enum {
    PEM_MAX = 1024 * 1024,
    CHAIN_MAX = 16,   /* certificates that are shown at once */
    KEY_ID_BYTES = 32 /* SHA-256 */
};

enum { FILE_CERTIFICATE, FILE_KEY, FILE_CLIENTS, FILE_COUNT };

const char TLS_PRIORITIES[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

/* All that the files said at one time. */
struct reading {
    struct reading *before; /* owned; what they said before */
    struct mh_buf texts[FILE_COUNT];
    gnutls_pcert_st chain[CHAIN_MAX]; /* the first `count` are made */
    unsigned int count;
    gnutls_privkey_t key;
    gnutls_x509_trust_list_t clients; /* NULL: none are needed */
};

struct tls {
    const char *paths[FILE_COUNT]; /* lent; NULL: no such file */
    pthread_mutex_t lock;
    struct reading *now; /* owned; under `lock` */
};

/* ----------------------------------------------------------------- reading */

static gnutls_datum_t datum(struct mh_buf *buf)
{
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)mh_buf_string(buf),
                            (unsigned int)buf->len};
}

static void free_reading(struct reading *reading)
{
    if (reading == NULL) {
        return;
    }
    for (unsigned int i = 0; i < reading->count; i++) {
        gnutls_pcert_deinit(&reading->chain[i]);
    }
    if (reading->key != NULL) {
        gnutls_privkey_deinit(reading->key);
    }
    if (reading->clients != NULL) {
        gnutls_x509_trust_list_deinit(reading->clients, 1);
    }
    for (int i = 0; i < FILE_COUNT; i++) {
        mh_buf_fini(&reading->texts[i]);
    }
    free(reading);
}

/* Whether the key is that of the certificate. */
static bool fits(const struct reading *reading)
{
    unsigned char ids[2][KEY_ID_BYTES];
    size_t lens[2] = {KEY_ID_BYTES, KEY_ID_BYTES};
    gnutls_pubkey_t public = NULL;
    bool same = gnutls_pubkey_init(&public) == 0 &&
                gnutls_pubkey_import_privkey(public, reading->key, 0, 0) == 0 &&
                gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256,
                                         ids[0], &lens[0]) == 0 &&
                gnutls_pubkey_get_key_id(reading->chain[0].pubkey,
                                         GNUTLS_KEYID_USE_SHA256, ids[1],
                                         &lens[1]) == 0 &&
                lens[0] == lens[1] && memcmp(ids[0], ids[1], lens[0]) == 0;

    if (public != NULL) {
        gnutls_pubkey_deinit(public);
    }
    return same;
}

static enum mh_code make_server(struct reading *reading, const char *path,
                                struct mh_err *err)
{
    gnutls_datum_t certificate = datum(&reading->texts[FILE_CERTIFICATE]);
    gnutls_datum_t key = datum(&reading->texts[FILE_KEY]);
    unsigned int count = CHAIN_MAX;
    int rc = gnutls_pcert_list_import_x509_raw(
        reading->chain, &count, &certificate, GNUTLS_X509_FMT_PEM, 0);

    if (rc < 0 || count == 0) {
        return mh_fail(err, MH_USAGE, "no certificate in %s: %s", path,
                       gnutls_strerror(rc));
    }
    reading->count = count;
    rc = gnutls_privkey_init(&reading->key);
    if (rc == 0) {
        rc = gnutls_privkey_import_x509_raw(reading->key, &key,
                                            GNUTLS_X509_FMT_PEM, NULL, 0);
    }
    if (rc < 0 || !fits(reading)) {
        return mh_fail(err, MH_USAGE, "no key of the certificate in %s: %s",
                       path,
                       rc < 0 ? gnutls_strerror(rc) : "it is that of another");
    }
    return MH_OK;
}

static enum mh_code make_clients(struct reading *reading, const char *path,
                                 struct mh_err *err)
{
    gnutls_datum_t text = datum(&reading->texts[FILE_CLIENTS]);

    if (path == NULL) {
        return MH_OK;
    }
    if (gnutls_x509_trust_list_init(&reading->clients, 0) != 0) {
        return mh_fail(err, MH_MEMORY, "no memory for authorities");
    }
    if (gnutls_x509_trust_list_add_trust_mem(reading->clients, &text, NULL,
                                             GNUTLS_X509_FMT_PEM, 0, 0) <= 0) {
        return mh_fail(err, MH_USAGE, "no certificate of an authority in %s",
                       path);
    }
    return MH_OK;
}

static enum mh_code read_files(const struct tls *tls, struct reading **reading,
                               struct mh_err *err)
{
    struct reading *made = calloc(1, sizeof *made);
    enum mh_code code = MH_OK;

    if (made == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for certificates");
    }
    for (int i = 0; i < FILE_COUNT; i++) {
        mh_buf_init(&made->texts[i], PEM_MAX);
        if (code == MH_OK && tls->paths[i] != NULL) {
            code = mh_text_read_file(tls->paths[i], &made->texts[i], err);
        }
    }
    if (code == MH_OK) {
        code = make_server(made, tls->paths[FILE_CERTIFICATE], err);
    }
    if (code == MH_OK) {
        code = make_clients(made, tls->paths[FILE_CLIENTS], err);
    }
    if (code != MH_OK) {
        free_reading(made);
        return code;
    }
    *reading = made;
    return MH_OK;
}

static bool says_the_same(const struct reading *a, const struct reading *b)
{
    for (int i = 0; i < FILE_COUNT; i++) {
        if (a->texts[i].len != b->texts[i].len ||
            (a->texts[i].len > 0 && memcmp(a->texts[i].bytes, b->texts[i].bytes,
                                           a->texts[i].len) != 0)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------- open, close */

enum mh_code tls_open(const char *certificate, const char *key,
                      const char *clients, struct tls **tls, struct mh_err *err)
{
    struct tls *made = calloc(1, sizeof *made);
    enum mh_code code;

    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return mh_fail(err, MH_MEMORY, "no memory for certificates");
    }
    made->paths[FILE_CERTIFICATE] = certificate;
    made->paths[FILE_KEY] = key;
    made->paths[FILE_CLIENTS] = clients;
    code = read_files(made, &made->now, err);
    if (code != MH_OK) {
        tls_close(made);
        return code;
    }
    *tls = made;
    return MH_OK;
}

void tls_close(struct tls *tls)
{
    if (tls == NULL) {
        return;
    }
    while (tls->now != NULL) {
        struct reading *before = tls->now->before;

        free_reading(tls->now);
        tls->now = before;
    }
    (void)pthread_mutex_destroy(&tls->lock);
    free(tls);
}

enum mh_code tls_read_again(struct tls *tls, bool *changed, struct mh_err *err)
{
    struct reading *reading = NULL;
    enum mh_code code = read_files(tls, &reading, err);

    if (reading == NULL) {
        return code;
    }
    (void)pthread_mutex_lock(&tls->lock);
    *changed = !says_the_same(reading, tls->now);
    if (*changed) {
        reading->before = tls->now;
        tls->now = reading;
    }
    (void)pthread_mutex_unlock(&tls->lock);
    if (!*changed) {
        free_reading(reading);
    }
    return MH_OK;
}

static struct reading *now(struct tls *tls)
{
    struct reading *reading;

    (void)pthread_mutex_lock(&tls->lock);
    reading = tls->now;
    (void)pthread_mutex_unlock(&tls->lock);
    return reading;
}

const char *tls_clients(const struct tls *tls)
{
    return tls->paths[FILE_CLIENTS] == NULL
               ? NULL
               : (const char *)tls->now->texts[FILE_CLIENTS].bytes;
}

/* ------------------------------------------------------------- connections */

void tls_get_certificate(struct tls *tls, gnutls_pcert_st **chain,
                         unsigned int *count, gnutls_privkey_t *key)
{
    struct reading *reading = now(tls);

    *chain = reading->chain;
    *count = reading->count;
    *key = reading->key;
}

/* NULL: plain HTTP */
static gnutls_session_t session_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

    return info == NULL ? NULL : (gnutls_session_t)info->tls_session;
}

/* @param made out; how many of `chain` are to be freed */
static bool read_chain(gnutls_session_t session, gnutls_x509_crt_t *chain,
                       unsigned int *made)
{
    unsigned int count = 0;
    const gnutls_datum_t *shown = gnutls_certificate_get_peers(session, &count);

    *made = 0;
    if (shown == NULL || count == 0 || count > CHAIN_MAX) {
        return false;
    }
    while (*made < count) {
        if (gnutls_x509_crt_init(&chain[*made]) != 0) {
            return false;
        }
        (*made)++;
        if (gnutls_x509_crt_import(chain[*made - 1], &shown[*made - 1],
                                   GNUTLS_X509_FMT_DER) != 0) {
            return false;
        }
    }
    return true;
}

bool tls_client_is_known(struct tls *tls, struct MHD_Connection *connection)
{
    gnutls_session_t session = session_of(connection);
    gnutls_typed_vdata_st purpose = {
        .type = GNUTLS_DT_KEY_PURPOSE_OID,
        .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT};
    gnutls_x509_crt_t chain[CHAIN_MAX];
    unsigned int made = 0, status = 0;
    bool known = session != NULL && read_chain(session, chain, &made) &&
                 gnutls_x509_trust_list_verify_crt2(now(tls)->clients, chain,
                                                    made, &purpose, 1, 0,
                                                    &status, NULL) == 0 &&
                 status == 0;

    for (unsigned int i = 0; i < made; i++) {
        gnutls_x509_crt_deinit(chain[i]);
    }
    return known;
}

void tls_write(struct MHD_Connection *connection, const char *bytes, size_t len)
{
    gnutls_session_t session = session_of(connection);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    if (session != NULL) {
        (void)gnutls_record_send(session, bytes, len);
    } else if (info != NULL) {
        (void)send(info->connect_fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}
