#include <libxml/xmlversion.h>
/* Debian's headers draw in those of ICU, which clash with the ones inside Foundation. Nothing here uses them. */
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
