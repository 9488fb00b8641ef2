// Compiled by tests/layering/CMakeLists.txt with the include path of one library.
#include MAY

#ifdef ILLEGAL
#include MAY_NOT
#endif
