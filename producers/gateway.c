/* SPDX-License-Identifier: Apache-2.0 */
/* What requests share, behind one lock that is held for a few instructions. */
#include "gateway.h"

#include <stdlib.h>

bool gateway_reserve(struct request *request, size_t bytes)
{
    struct gateway *gateway = request->gateway;
    size_t before = atomic_fetch_add(&gateway->room, bytes);

    if (before + bytes > gateway->limits.room_bytes) {
        (void)atomic_fetch_sub(&gateway->room, bytes);
        return false;
    }
    request->reserved += bytes;
    return true;
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
