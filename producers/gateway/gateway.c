/* SPDX-License-Identifier: Apache-2.0 */
/* What requests share, behind one lock that is held for a few instructions. */
#include "gateway.h"

#include <stdlib.h>

#include "gateway_routes.h"

enum {
    OPEN_BODY_MAX = 64 * 1024, /* without a key: a schema has 10 KiB at most */
    OPEN_ROOM_MAX = 16 * OPEN_BODY_MAX
};

static bool is_open(const struct request *request)
{
    return request->route != NULL && !request->route->needs_key;
}

size_t gateway_body_most(const struct request *request)
{
    size_t most = request->gateway->limits.body_bytes;

    return is_open(request) && most > OPEN_BODY_MAX ? OPEN_BODY_MAX : most;
}

bool gateway_reserve(struct request *request, size_t bytes)
{
    struct gateway *gateway = request->gateway;
    bool open = is_open(request);
    atomic_size_t *room = open ? &gateway->open_room : &gateway->room;
    size_t most = open ? OPEN_ROOM_MAX : gateway->limits.room_bytes;

    if (atomic_fetch_add(room, bytes) + bytes > most) {
        (void)atomic_fetch_sub(room, bytes);
        return false;
    }
    request->reserved += bytes;
    return true;
}

void gateway_release(struct request *request)
{
    struct gateway *gateway = request->gateway;

    (void)atomic_fetch_sub(is_open(request) ? &gateway->open_room
                                            : &gateway->room,
                           request->reserved);
    request->reserved = 0;
}

const struct contract *gateway_contract(struct request *request)
{
    struct gateway *gateway = request->gateway;

    if (request->contract == NULL) {
        (void)pthread_mutex_lock(&gateway->lock);
        request->contract = gateway->contract;
        if (request->contract != NULL) {
            (void)atomic_fetch_add(&request->contract->users, 1);
        }
        (void)pthread_mutex_unlock(&gateway->lock);
    }
    return request->contract;
}

void gateway_set_contract(struct gateway *gateway, struct contract *contract)
{
    struct contract *old;

    (void)pthread_mutex_lock(&gateway->lock);
    old = gateway->contract;
    gateway->contract = contract;
    (void)pthread_mutex_unlock(&gateway->lock);
    contract_leave(old);
}

struct bench *gateway_take_bench(struct gateway *gateway)
{
    struct bench *bench;
    struct mh_err err;

    (void)pthread_mutex_lock(&gateway->lock);
    bench = gateway->benches;
    if (bench != NULL) {
        gateway->benches = bench->next;
    }
    (void)pthread_mutex_unlock(&gateway->lock);
    if (bench == NULL &&
        bench_new(gateway->limits.events_max, &bench, &err) != MH_OK) {
        return NULL;
    }
    return bench;
}

void gateway_give_bench(struct gateway *gateway, struct bench *bench)
{
    (void)pthread_mutex_lock(&gateway->lock);
    bench->next = gateway->benches;
    gateway->benches = bench;
    (void)pthread_mutex_unlock(&gateway->lock);
}
