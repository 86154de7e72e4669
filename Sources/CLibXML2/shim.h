#include <libxml/xmlversion.h>
/* Debian's headers draw in those of ICU, which clash with the ones inside Foundation. Nothing here uses them. */
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

/* What the context of a parser's callbacks begins with. */
typedef struct {
  xmlParserCtxtPtr parser;
  long errorOffset;
  /* Whether a reference is to nothing that is declared, in an attribute's default. */
  int metUndeclaredEntity;
} SluiceParserPlace;

/* Notes where libxml2 met an error, for after some it has forgotten, and what is no error to it where an external subset
   might declare an entity. errorSAXFunc is variadic, which Swift cannot write. */
static inline void sluiceNoteError(void *context, const char *message, ...) {
  SluiceParserPlace *place = (SluiceParserPlace *)context;
  (void)message;
  place->errorOffset = xmlByteConsumed(place->parser);
  if (place->parser->errNo == XML_WAR_UNDECLARED_ENTITY) place->metUndeclaredEntity = 1;
}

static inline void sluiceNoteErrors(xmlSAXHandler *handler) { handler->error = sluiceNoteError; }
