# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` brings beside programs and library (schemas, manual pages,
# services, pages to read), and the Debian package of all of it:
#
#     cpack --config build/release/CPackConfig.cmake

install(FILES include/mahalle/mahalle.h
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/mahalle)
install(DIRECTORY schemas/ DESTINATION ${CMAKE_INSTALL_DATADIR}/mahalle/schemas
    PATTERN reference/loaded EXCLUDE)
foreach(section 1 3)
    file(GLOB manuals CONFIGURE_DEPENDS deploy/man/*.${section})
    install(FILES ${manuals} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
install(DIRECTORY deploy/docs deploy/examples TYPE DOC)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

install(DIRECTORY deploy/prometheus deploy/grafana
    DESTINATION ${CMAKE_INSTALL_DATADIR}/mahalle)

# The services are written when they are installed, since only then the prefix
# is known for certain.
set(services "")
set(configurations "")
foreach(service aggregate gateway lag)
    if(TARGET mahalle-${service})
        list(APPEND services ${service})
        string(APPEND configurations
            "write_configuration(${service} \"$<TARGET_FILE:mahalle-${service}>\")\n")
    endif()
endforeach()
install(CODE "set(SERVICES ${services})")
install(SCRIPT deploy/systemd/install.cmake)
install(CODE "${configurations}")

# ---- The Debian package -----------------------------------------------------

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME mahalle)
set(CPACK_PACKAGE_CONTACT "mahalle <mahalle@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION
"Takes events of agencies through Kafka, checks each one against its schema,
and keeps facts and exact totals in PostgreSQL. With the library that programs
in C and C++ post with, its header and its manual.")
set(CPACK_SET_DESTDIR ON) # some files belong into /etc and /var
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${MAHALLE_DEPS}/lib")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS systemd)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql, prometheus")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${CMAKE_SOURCE_DIR}/deploy/debian/postinst"
    "${CMAKE_SOURCE_DIR}/deploy/debian/prerm"
    "${CMAKE_SOURCE_DIR}/deploy/debian/postrm"
    "${CMAKE_SOURCE_DIR}/deploy/debian/triggers"
    "${CMAKE_BINARY_DIR}/debian/conffiles")
list(TRANSFORM services PREPEND "/etc/mahalle/" OUTPUT_VARIABLE conffiles)
list(TRANSFORM conffiles APPEND ".conf\n")
list(JOIN conffiles "" conffiles)
file(WRITE "${CMAKE_BINARY_DIR}/debian/conffiles" "${conffiles}")
include(CPack)
