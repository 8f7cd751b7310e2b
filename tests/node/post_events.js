// SPDX-License-Identifier: Apache-2.0
// Posts events in the modes of the CloudEvents SDK, unmodified: binary, structured,
// and sent by its emitter. It has no batched mode: the batch is an array that is
// written here, of its events. Prints the statuses of the answers as JSON.
//
//     node post_events.js URL KEY < DATA, one JSON object
"use strict";

const { readFileSync } = require("fs");
const { randomUUID } = require("crypto");
const { CloudEvent, HTTP, emitterFor } = require("cloudevents");

const [url, key] = process.argv.slice(2);
const { type, source, time, data } = JSON.parse(readFileSync(0, "utf8"));

const headers = { authorization: `Bearer ${key}` };
const make = () => new CloudEvent({ id: randomUUID(), type, source, time, data });

async function send(message) {
    const answer = await fetch(url, {
        method: "POST", body: message.body, headers: { ...message.headers, ...headers } });
    return { status: answer.status, ...(await answer.json()) };
}

async function main() {
    const batch = [make(), make()];
    const emit = emitterFor(send);

    console.log(JSON.stringify({
        binary: await send(HTTP.binary(make())),
        structured: await send(HTTP.structured(make())),
        emitted: await emit(make()),
        batch: await send({
            headers: { "content-type": "application/cloudevents-batch+json" },
            body: JSON.stringify(batch) }),
    }));
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
