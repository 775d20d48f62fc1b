#include "services/catalog/import/import_command.h"

int main(int argc, char** argv) { return octavo::catalog::RunImport({argv + 1, argv + argc}); }
