# SPDX-License-Identifier: Apache-2.0
# Part of an installation: units, user and folders for systemd, and a
# configuration with all defaults for each service, as the program itself
# prints it. A configuration that is there already is left alone.
#
# SERVICES is set by deploy/install.cmake.

set(BINDIR "${CMAKE_INSTALL_PREFIX}/bin")
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
    set(ETC /etc)
    set(VAR /var)
else()
    set(ETC "${CMAKE_INSTALL_PREFIX}/etc")
    set(VAR "${CMAKE_INSTALL_PREFIX}/var")
endif()
set(HERE "${CMAKE_CURRENT_LIST_DIR}")
file(READ "${HERE}/hardening" HARDENING)

function(write_file to text)
    file(WRITE "$ENV{DESTDIR}${to}" "${text}")
    message(STATUS "Installing: $ENV{DESTDIR}${to}")
endfunction()

# With @BINDIR@, @ETC@, @VAR@ and @HARDENING@ replaced.
function(write_configured from to)
    file(READ "${HERE}/${from}" text)
    string(CONFIGURE "${text}" text @ONLY)
    write_file("${CMAKE_INSTALL_PREFIX}/lib/${to}" "${text}")
endfunction()

function(write_configuration service program)
    set(to "${ETC}/mahalle/${service}.conf")
    if(EXISTS "$ENV{DESTDIR}${to}")
        message(STATUS "Left as it is: $ENV{DESTDIR}${to}")
        return()
    endif()
    execute_process(COMMAND "${program}" --print-config
        OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
    write_file("${to}" "${text}")
    file(CHMOD "$ENV{DESTDIR}${to}" PERMISSIONS OWNER_READ OWNER_WRITE)
endfunction()

foreach(service IN LISTS SERVICES)
    set(unit "mahalle-${service}")
    if(service STREQUAL "aggregate") # a template: any number of instances
        string(APPEND unit "@")
    endif()
    write_configured("${unit}.service" "systemd/system/${unit}.service")
endforeach()
write_configured(sysusers.conf sysusers.d/mahalle.conf)
write_configured(tmpfiles.conf tmpfiles.d/mahalle.conf)

# What `mahalle-admin reference load` keeps is the site's own.
set(loaded "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/share/mahalle/schemas/reference/loaded")
if(NOT EXISTS "${loaded}" AND NOT IS_SYMLINK "${loaded}")
    file(CREATE_LINK "${VAR}/lib/mahalle/reference" "${loaded}" SYMBOLIC)
endif()
