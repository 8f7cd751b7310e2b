/* SPDX-License-Identifier: Apache-2.0 */
/* CloudEvents: attributes become the envelope, data the rest. */
#include "cloud.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

static struct world *world;
static struct cloud cloud;
static struct mh_faults faults;
static json_t *event;

static void read_cloud(const char *text)
{
    json_decref(event);
    event = json_loads(text, 0, NULL);
    assert_non_null(event);
    faults.count = 0;
    cloud_read(world->catalogue, event, &cloud, &faults);
}

static const struct given_item *find(const char *name)
{
    for (int i = 0; i < cloud.count; i++) {
        if (cloud.items[i].name_len == strlen(name) &&
            memcmp(cloud.items[i].name, name, strlen(name)) == 0) {
            return &cloud.items[i];
        }
    }
    return NULL;
}

static void assert_text(const char *name, const char *text)
{
    const struct given_item *item = find(name);

    assert_non_null(item);
    assert_int_equal(item->given.kind, GIVEN_TEXT);
    assert_int_equal(item->given.len, strlen(text));
    assert_memory_equal(item->given.text, text, strlen(text));
}

static void attributes_are_the_envelope(void **state)
{
    (void)state;
    read_cloud(
        "{\"specversion\":\"1.0\",\"id\":\"i\",\"type\":\"cleanup_held\","
        "\"source\":\"/agencies/environment\",\"time\":\"t\","
        "\"revision\":3,\"op\":\"CORRECT\",\"subject\":\"x\","
        "\"data\":{\"place_code\":\"c1196\",\"waste_kg\":{\"int\":5},"
        "\"odd\":1}}");
    assert_int_equal(faults.count, 0);
    assert_text("event_id", "i");
    assert_text("event_type", "cleanup_held");
    assert_text("agency_code", "environment");
    assert_text("occurred_at", "t");
    assert_text("op", "CORRECT");
    assert_text("place_code", "c1196");
    assert_int_equal(find("revision")->given.number, 3);
    assert_int_equal(find("waste_kg")->given.kind, GIVEN_NUMBER);
    assert_int_equal(find("waste_kg")->given.number, 5);
    assert_int_equal(find("odd")->field, -1);
    assert_null(find("subject"));
}

static void what_is_no_cloudevent_is_a_fault(void **state)
{
    static const struct {
        const char *text, *pointer;
        enum mh_code code;
    } CASES[] = {
        {"{\"source\":\"/agencies/x\"}", "/specversion", MH_REQUIRED},
        {"{\"specversion\":1,\"source\":\"/agencies/x\"}", "/specversion",
         MH_ENUM},
        {"{\"specversion\":\"1.0\",\"source\":\"x\"}", "/agency_code",
         MH_SOURCE},
        {"{\"specversion\":\"1.0\",\"source\":\"/agencies/\"}", "/agency_code",
         MH_SOURCE},
        {"{\"specversion\":\"1.0\",\"source\":\"/agencies/a/b\"}",
         "/agency_code", MH_SOURCE},
        {"{\"specversion\":\"1.0\",\"source\":\"/agencies/x\",\"data\":[]}",
         "/data", MH_TYPE},
        {"{\"specversion\":\"1.0\",\"source\":\"/agencies/x\","
         "\"data_base64\":\"\"}",
         "/data_base64", MH_UNKNOWN_FIELD},
        {"{\"specversion\":\"1.0\",\"source\":\"/agencies/x\","
         "\"datacontenttype\":\"text/xml\"}",
         "/datacontenttype", MH_TYPE},
        {"{\"specversion\":\"1.0\",\"source\":\"/agencies/x\","
         "\"data\":{\"agency_code\":\"y\"}}",
         "/agency_code", MH_UNKNOWN_FIELD},
        {"{\"specversion\":\"1.0\",\"source\":\"/agencies/x\","
         "\"data\":{\"event_type\":\"y\"}}",
         "/event_type", MH_UNKNOWN_FIELD},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        read_cloud(CASES[i].text);
        assert_int_equal(faults.count, 1);
        assert_string_equal(faults.items[0].pointer, CASES[i].pointer);
        assert_int_equal(faults.items[0].code, CASES[i].code);
    }
}

static void more_members_than_any_type_has_are_bounded(void **state)
{
    json_t *data = json_object();

    (void)state;
    read_cloud("{\"specversion\":\"1.0\",\"source\":\"/agencies/x\"}");
    for (int i = 0; i < 1000; i++) {
        char name[16];

        (void)snprintf(name, sizeof name, "x%d", i);
        assert_int_equal(json_object_set_new(data, name, json_null()), 0);
    }
    assert_int_equal(json_object_set_new(event, "data", data), 0);
    cloud_read(world->catalogue, event, &cloud, &faults);
    assert_int_equal(cloud.count, CLOUD_ITEMS_MAX);
    assert_int_equal(faults.count, MH_FAULTS_MAX);
}

static int open_world(void **state)
{
    (void)state;
    world = world_open();
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    json_decref(event);
    world_close(world);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attributes_are_the_envelope),
        cmocka_unit_test(what_is_no_cloudevent_is_a_fault),
        cmocka_unit_test(more_members_than_any_type_has_are_bounded),
    };

    return cmocka_run_group_tests(tests, open_world, close_world);
}
