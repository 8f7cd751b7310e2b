# SPDX-License-Identifier: Apache-2.0
# Turns schemas/queries/NAME.sql into C: queries.h and queries.c with one
# `const char mh_query_NAME[]` each, lines that begin with `--` left out.
# Called as: cmake -DFROM=DIR -DTO=DIR -P embed.cmake
#
# The text is handled as hexadecimal bytes, so that neither semicolons nor
# brackets nor encodings mean anything to CMake on the way.

file(GLOB files "${FROM}/*.sql")
list(SORT files)
set(note "/* SPDX-License-Identifier: Apache-2.0 */\n/* Made from schemas/queries/ by deploy/embed.cmake. */\n")
set(header "${note}#ifndef MAHALLE_QUERIES_H\n#define MAHALLE_QUERIES_H\n\n")
set(source "${note}#include \"queries.h\"\n")

foreach(file IN LISTS files)
    get_filename_component(name "${file}" NAME_WE)
    file(READ "${file}" hex HEX)
    # "41 0a 42 ": bytes apart, so that a match cannot begin inside one.
    string(REGEX REPLACE "(..)" "\\1 " bytes "${hex}")
    string(REPLACE "0a " "\n" lines "\n${bytes}")
    string(REGEX REPLACE "\n2d 2d [^\n]*" "" lines "${lines}")
    string(REGEX REPLACE "^\n" "" lines "${lines}")
    string(REPLACE "\n" "0a " bytes "${lines}")
    string(REGEX REPLACE "(..) " "'\\\\x\\1'," array "${bytes}")
    string(APPEND header "extern const char mh_query_${name}[];\n")
    string(APPEND source "\nconst char mh_query_${name}[] = {\n${array}'\\0'};\n")
endforeach()

file(WRITE "${TO}/queries.h" "${header}\n#endif\n")
file(WRITE "${TO}/queries.c" "${source}")
