# SPDX-License-Identifier: Apache-2.0
# libmahalle, what agencies' C programs link: shared and static, with nothing to
# be seen but what mahalle/mahalle.h declares, and its pkg-config file.

set(public producers/library/mahalle.c producers/library/mahalle_many.c
    producers/library/mahalle_settings.c)
set(exports "${CMAKE_SOURCE_DIR}/deploy/library/exports")

add_library(mahalle SHARED ${public})
target_link_libraries(mahalle PRIVATE mh_producers mh)
target_link_options(mahalle PRIVATE LINKER:--no-undefined
    "LINKER:--version-script=${exports}")
set_target_properties(mahalle PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
    LINK_DEPENDS "${exports}")
if(own_rdkafka)
    set_target_properties(mahalle PROPERTIES INSTALL_RPATH "$ORIGIN/mahalle")
endif()

# One object with all that is needed, in which all else is hidden.
set(whole "${CMAKE_BINARY_DIR}/library")
file(MAKE_DIRECTORY "${whole}")
add_custom_command(
    OUTPUT "${whole}/libmahalle.a"
    COMMAND ${CMAKE_C_COMPILER} -r -nostdlib -o "${whole}/whole.o"
            $<TARGET_OBJECTS:mahalle> $<TARGET_FILE:mh_producers>
            $<TARGET_FILE:mh>
    COMMAND ${CMAKE_OBJCOPY} --strip-debug --wildcard
            "--keep-global-symbol=mahalle_*"
            "${whole}/whole.o" "${whole}/mahalle.o"
    COMMAND ${CMAKE_COMMAND} -E rm -f "${whole}/libmahalle.a"
    COMMAND ${CMAKE_AR} qcs "${whole}/libmahalle.a" "${whole}/mahalle.o"
    DEPENDS mahalle mh_producers mh
    COMMAND_EXPAND_LISTS
    VERBATIM)
add_custom_target(mahalle_static ALL DEPENDS "${whole}/libmahalle.a")

# Its paths are told from where the file lies, so that one build can be
# installed under any prefix.
file(RELATIVE_PATH MAHALLE_UP "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig"
     "${CMAKE_INSTALL_PREFIX}")
set(MAHALLE_LIBS_PRIVATE "-lrdkafka")
if(own_rdkafka)
    set(MAHALLE_LIBS_PRIVATE "-L\${libdir}/mahalle -l:librdkafka.so.1")
endif()
configure_file(deploy/library/mahalle.pc.in "${whole}/mahalle.pc" @ONLY)

install(TARGETS mahalle LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES "${whole}/libmahalle.a" DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES "${whole}/mahalle.pc"
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
