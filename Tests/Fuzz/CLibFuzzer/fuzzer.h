#include <stddef.h>
#include <stdint.h>

/* The compiler ships libFuzzer without a header. */
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *bytes, size_t count));
