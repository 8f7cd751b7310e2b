/* SPDX-License-Identifier: Apache-2.0 */
/* First step of reading a schema: what the record says of itself. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema_draft.h"

static const char NAMESPACE[] = "ir.mahalle.";

static const struct mh_property RECORD[] = {
    {"type", true},          {"name", true},
    {"namespace", true},     {"doc", true},
    {"fields", true},        {"eventType", true},
    {"schemaId", true},      {"labelFa", true},
    {"labelEn", true},       {"kind", true},
    {"reporting", true},     {"finestPlace", true},
    {"coarsestPlace", true}, {"requiredEnvelope", false},
    {"entity", false},       {"entityKey", false},
    {"sensitive", false},    {"withhold", false},
    {NULL, false},
};

static const char *const KINDS[] = {"act", "plan", NULL};
static const char *const REPORTING[] = {"SINGLE", "PERIOD_TOTAL", NULL};
static const char *const LEVELS[] = {"province", "county", "settlement",
                                     "neighbourhood", NULL};
/* Their views would bear the names of the views over all types. */
static const char *const TAKEN[] = {"event", "measure", "agency", NULL};

/* "council_formed" -> "CouncilFormed"; out holds MH_TYPE_NAME_MAX + 1 */
static void camel_case(const char *name, char *out)
{
    bool upper = true;

    for (; *name != '\0'; name++) {
        if (*name == '_') {
            upper = true;
            continue;
        }
        *out++ = (char)(upper ? toupper((unsigned char)*name) : *name);
        upper = false;
    }
    *out = '\0';
}

static void read_event_type(struct mh_draft *draft)
{
    struct mh_type *type = draft->type;
    char camel[MH_TYPE_NAME_MAX + 1];
    const char *name;

    type->name =
        mh_draft_copy(draft, draft->root, "eventType", MH_TYPE_NAME_MAX, "");
    if (type->name == NULL) {
        return;
    }
    if (!mh_is_name(type->name)) {
        mh_draft_problem(draft, "/eventType", "not [a-z][a-z0-9_]{1,49}");
        return;
    }
    for (int i = 0; TAKEN[i] != NULL; i++) {
        if (strcmp(TAKEN[i], type->name) == 0) {
            mh_draft_problem(draft, "/eventType",
                             "the name is taken by a view of all types");
        }
    }
    camel_case(type->name, camel);
    name = mh_draft_text(draft, draft->root, "name", MH_LABEL_MAX, "");
    if (name != NULL && strcmp(name, camel) != 0) {
        mh_draft_problem(draft, "/name", "not %s, as eventType asks for",
                         camel);
    }
}

static void read_full_name(struct mh_draft *draft)
{
    struct mh_type *type = draft->type;
    const size_t prefix = sizeof NAMESPACE - 1;
    const char *space =
        mh_draft_text(draft, draft->root, "namespace", MH_LABEL_MAX, "");
    const char *name =
        mh_draft_text(draft, draft->root, "name", MH_LABEL_MAX, "");

    if (space == NULL) {
        return;
    }
    if (strncmp(space, NAMESPACE, prefix) != 0 || !mh_is_name(space + prefix)) {
        mh_draft_problem(draft, "/namespace", "not ir.mahalle.<domain>");
        return;
    }
    type->domain = strdup(space + prefix);
    if (type->domain == NULL) {
        draft->out_of_memory = true;
    }
    if (name != NULL && asprintf(&type->full_name, "%s.%s", space, name) < 0) {
        type->full_name = NULL;
        draft->out_of_memory = true;
    }
}

static void read_levels(struct mh_draft *draft)
{
    int finest = mh_draft_word(draft, draft->root, "finestPlace", LEVELS, "");
    int coarsest =
        mh_draft_word(draft, draft->root, "coarsestPlace", LEVELS, "");

    if (finest < 0 || coarsest < 0) {
        return;
    }
    if (finest < coarsest) {
        mh_draft_problem(draft, "/finestPlace", "coarser than coarsestPlace");
    }
    draft->type->finest = (enum mh_level)finest;
    draft->type->coarsest = (enum mh_level)coarsest;
}

void mh_schema_record(struct mh_draft *draft)
{
    static const char *const record[] = {"record", NULL};
    struct mh_type *type = draft->type;
    int64_t id;

    mh_draft_properties(draft, draft->root, RECORD, "");
    (void)mh_draft_word(draft, draft->root, "type", record, "");
    read_event_type(draft);
    read_full_name(draft);
    (void)mh_draft_text(draft, draft->root, "doc", MH_DOC_MAX, "");
    type->label_fa =
        mh_draft_copy(draft, draft->root, "labelFa", MH_LABEL_MAX, "");
    type->label_en =
        mh_draft_copy(draft, draft->root, "labelEn", MH_LABEL_MAX, "");
    if (mh_draft_number(draft, draft->root, "schemaId", &id, "")) {
        if (id < 1 || id > INT32_MAX) {
            mh_draft_problem(draft, "/schemaId", "not within 1..%d", INT32_MAX);
        } else {
            type->schema_id = (uint32_t)id;
        }
    }
    type->plan = mh_draft_word(draft, draft->root, "kind", KINDS, "") == 1;
    type->period =
        mh_draft_word(draft, draft->root, "reporting", REPORTING, "") == 1;
    read_levels(draft);
    type->sensitive = mh_draft_flag(draft, draft->root, "sensitive", "");
    type->entity =
        mh_draft_copy(draft, draft->root, "entity", MH_LABEL_MAX, "");
    if (type->entity != NULL && !mh_is_name(type->entity)) {
        mh_draft_problem(draft, "/entity", "not [a-z][a-z0-9_]{1,62}");
    }
}
