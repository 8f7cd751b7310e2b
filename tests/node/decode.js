// SPDX-License-Identifier: Apache-2.0
// Decodes records as a stranger would: it asks the registry at HOST for their
// schemas. Reads base64 lines, prints JSON lines in the same order.
//
//     node decode.js HOST < RECORDS
"use strict";

const { readFileSync } = require("fs");
const { SchemaRegistry } = require("@kafkajs/confluent-schema-registry");

async function main() {
    const registry = new SchemaRegistry({ host: process.argv[2] });

    for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
        console.log(JSON.stringify({ ...await registry.decode(Buffer.from(line, "base64")) }));
    }
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
