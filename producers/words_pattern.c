/* SPDX-License-Identifier: Apache-2.0 */
/* Examples say more than classes of characters: each sentence ends with one. */
#include "words_pattern.h"

#include <string.h>

static const struct {
    const char *pattern, *en, *fa;
} SENTENCES[] = {
    {"[A-Z][A-Z0-9_]{1,39}",
     "2 to 40 Latin capitals, digits and _, a capital first, as CLOTHING",
     "۲ تا ۴۰ حرف بزرگ لاتین، رقم و _، با حرف در آغاز، مانند CLOTHING"},
    {"[a-z][a-z0-9_]{1,31}",
     "2 to 32 small Latin letters, digits and _, a letter first, as "
     "red_crescent",
     "۲ تا ۳۲ حرف کوچک لاتین، رقم و _، با حرف در آغاز، مانند red_crescent"},
    {"[a-z][a-z0-9_]{2,62}",
     "3 to 63 small Latin letters, digits and _, a letter first, as "
     "cleanup_held",
     "۳ تا ۶۳ حرف کوچک لاتین، رقم و _، با حرف در آغاز، مانند cleanup_held"},
    {"[A-Za-z0-9._/-]{1,40}",
     "1 to 40 Latin letters, digits and . _ / -, no space, as AB/1404-12",
     "۱ تا ۴۰ حرف لاتین، رقم و . _ / -، بی فاصله، مانند AB/1404-12"},
    {"[A-Za-z0-9._-]{1,32}",
     "1 to 32 Latin letters, digits and . _ -, no space, as K-00012",
     "۱ تا ۳۲ حرف لاتین، رقم و . _ -، بی فاصله، مانند K-00012"},
    {"[0-9]{2}|[0-9]{4}|c[0-9]{4}|v[0-9]{6}|(c[0-9]{4}|v[0-9]{6})-[0-9]{3}",
     "the code of a province as 24, county as 2409, city as c1198, village as "
     "v000268 or neighbourhood as c1195-012",
     "کد استان مانند 24، شهرستان مانند 2409، شهر مانند c1198، روستا مانند v000268 یا محله مانند c1195-012"},
    {"(c[0-9]{4}|v[0-9]{6})-[0-9]{3}-C[0-9]{1,2}",
     "the neighbourhood's code, -C and 1 or 2 digits, as c1195-012-C1",
     "کد محله، سپس -C و ۱ یا ۲ رقم، مانند c1195-012-C1"},
    {"m[0-9]{4}-[0-9]{4}", "m, 4 digits, - and 4 digits, as m2401-0012",
     "m، سپس ۴ رقم، - و ۴ رقم، مانند m2401-0012"},
};

const char *words_pattern(const char *pattern, enum words_lang lang)
{
    for (size_t i = 0; i < sizeof SENTENCES / sizeof SENTENCES[0]; i++) {
        if (strcmp(pattern, SENTENCES[i].pattern) == 0) {
            return lang == WORDS_FA ? SENTENCES[i].fa : SENTENCES[i].en;
        }
    }
    return NULL;
}
