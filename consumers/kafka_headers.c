/* SPDX-License-Identifier: Apache-2.0 */
/* A byte of a name beyond plain ASCII is escaped as the code point of its
 * value; a value that is null has no `hex`. */
#include "kafka_headers.h"

#include <librdkafka/rdkafka.h>

static void put_name(struct mh_buf *buf, const char *name)
{
    for (; *name != '\0'; name++) {
        unsigned char byte = (unsigned char)*name;

        if (byte < 0x20 || byte > 0x7E || byte == '"' || byte == '\\') {
            mh_buf_format(buf, "\\u%04x", byte);
        } else {
            mh_buf_byte(buf, byte);
        }
    }
}

static void put_hex(struct mh_buf *buf, const uint8_t *bytes, size_t len)
{
    static const char DIGITS[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        mh_buf_byte(buf, (uint8_t)DIGITS[bytes[i] >> 4]);
        mh_buf_byte(buf, (uint8_t)DIGITS[bytes[i] & 15]);
    }
}

void kafka_headers_json(const struct message *message, struct mh_buf *buf)
{
    rd_kafka_headers_t *headers = NULL;
    const char *name;
    const void *value;
    size_t size;

    mh_buf_text(buf, "[");
    if (message->handle != NULL &&
        rd_kafka_message_headers(message->handle, &headers) ==
            RD_KAFKA_RESP_ERR_NO_ERROR) {
        for (size_t i = 0;
             rd_kafka_header_get_all(headers, i, &name, &value, &size) ==
             RD_KAFKA_RESP_ERR_NO_ERROR;
             i++) {
            mh_buf_text(buf, i == 0 ? "{\"name\": \"" : ", {\"name\": \"");
            put_name(buf, name);
            mh_buf_text(buf, "\"");
            if (value != NULL) {
                mh_buf_text(buf, ", \"hex\": \"");
                put_hex(buf, value, size);
                mh_buf_text(buf, "\"");
            }
            mh_buf_text(buf, "}");
        }
    }
    mh_buf_text(buf, "]");
}
