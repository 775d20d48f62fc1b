# Run by octavo_migrations: writes OUT/migrations.h and OUT/migrations.cc from FILES named NNNN_some_name.sql.
file(WRITE ${OUT}/migrations.h "// Generated from the .sql files by octavo_migrations.
#pragma once

#include <span>

#include \"lib/db/migrations.h\"

namespace ${NAMESPACE} {
std::span<const octavo::db::Migration> Migrations();
}  // namespace ${NAMESPACE}
")
set(entries "")
foreach(path IN LISTS FILES)
  get_filename_component(file ${path} NAME)
  if(NOT file MATCHES "^0*([1-9][0-9]*)_([a-z0-9_]+)\\.sql$")
    message(FATAL_ERROR "${file}: a migration is called 0001_some_name.sql")
  endif()
  set(version ${CMAKE_MATCH_1})
  set(name ${CMAKE_MATCH_2})
  file(READ ${path} sql)
  string(APPEND entries "    {${version}, \"${name}\", R\"octavo_sql(${sql})octavo_sql\"},\n")
endforeach()
file(WRITE ${OUT}/migrations.cc "// Generated from the .sql files by octavo_migrations.
#include \"${HEADER}\"

namespace ${NAMESPACE} {

std::span<const octavo::db::Migration> Migrations() {
  static constexpr octavo::db::Migration kMigrations[] = {
${entries}  };
  return kMigrations;
}

}  // namespace ${NAMESPACE}
")
