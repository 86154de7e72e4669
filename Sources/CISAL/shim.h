#include <isa-l/igzip_lib.h>

// Swift does not see macros that are sums.
static inline uint32_t isal_level_bytes(uint32_t level) {
  return level == 1 ? ISAL_DEF_LVL1_DEFAULT : level == 2 ? ISAL_DEF_LVL2_DEFAULT : ISAL_DEF_LVL3_DEFAULT;
}
