# octavo_migrations(name NAMESPACE octavo::catalog DIR migrations FILES 0001_books.sql …): library octavo::<name>,
# with the files' text compiled in. Its header is "<this folder>/migrations.h"; see lib/db/migrations.h.
function(octavo_migrations name)
  cmake_parse_arguments(ARG "" "NAMESPACE;DIR" "FILES" ${ARGN})
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(out ${CMAKE_BINARY_DIR}/generated/${name})
  list(TRANSFORM ARG_FILES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_DIR}/ OUTPUT_VARIABLE inputs)
  add_custom_command(OUTPUT ${out}/${folder}/migrations.cc ${out}/${folder}/migrations.h
    COMMAND ${CMAKE_COMMAND} "-DOUT=${out}/${folder}" "-DHEADER=${folder}/migrations.h"
            "-DNAMESPACE=${ARG_NAMESPACE}" "-DFILES=${inputs}" -P ${CMAKE_SOURCE_DIR}/cmake/embed_migrations.cmake
    DEPENDS ${inputs} ${CMAKE_SOURCE_DIR}/cmake/embed_migrations.cmake VERBATIM)
  add_library(octavo_${name} STATIC ${out}/${folder}/migrations.cc)
  target_include_directories(octavo_${name} PUBLIC ${out} ${CMAKE_SOURCE_DIR})
  target_link_libraries(octavo_${name} PUBLIC octavo::db)
  add_library(octavo::${name} ALIAS octavo_${name})
endfunction()
