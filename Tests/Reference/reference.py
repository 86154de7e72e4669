#!/usr/bin/env python3
"""Reads detections answers with expat and writes what they say as NDJSON: the second opinion on the Swift decoder.

    reference.py FILE...        plain or gzip; - is standard input
    reference.py --framed       documents as random_documents.py writes them; after each, a line with its status
    reference.py --knowledge-base ...           the same of KnowledgeBase answers

Each DETECTION gives one line, {"host": TREE, "detection": TREE}, in the order of the document. A TREE is
[name, {attribute: value}, text, [child TREEs]]. The host comes without its DETECTION_LIST, but with all its other
children, also those that stand after it; so the lines of a host are written at its end. Of a KnowledgeBase answer each
VULN gives one line, {"entry": TREE}.

Text. An element's text is its own character data, trimmed of white space (space, TAB, CR, LF) at both ends; between
child elements each piece is trimmed so, and the pieces are joined. RESULTS without child elements is not trimmed. If it holds
CDATA sections, white space at its ends that stands outside them is removed; what they hold is kept exactly. If it
holds none, its text is kept exactly.

Entities. A document that declares any is refused (exit code 2). A reference to one that is not declared is kept as it
stands, &name;, where XML allows it: in a text, after a DOCTYPE with an external DTD. A document that is not well
formed ends the reading with exit code 1; the lines of its complete hosts are written.
"""

import gzip
import io
import json
import sys
from xml.parsers import expat

WHITE_SPACE = " \t\r\n"
HOST_PATH = ["HOST_LIST_VM_DETECTION_OUTPUT", "RESPONSE", "HOST_LIST", "HOST"]


ENTRY_PATH = ["KNOWLEDGE_BASE_VULN_LIST_OUTPUT", "RESPONSE", "VULN_LIST", "VULN"]


class EntityDeclared(Exception):
    """The document declares an entity."""


class Element:
    """An element that is being read."""

    def __init__(self, name, attributes):
        self.name = name
        self.attributes = attributes
        self.children = []
        self.outside = [""]  # The text before, between and after the CDATA sections: always one more than those.
        self.sections = []
        self.pieces = [""]  # The text before, between and after the children: always one more than those.
        self.is_in_section = False

    def append(self, text):
        self.pieces[-1] += text
        parts = self.sections if self.is_in_section else self.outside
        parts[-1] += text

    def begin_section(self):
        self.sections.append("")
        self.is_in_section = True

    def end_section(self):
        self.outside.append("")
        self.is_in_section = False

    def append_child(self, tree):
        self.children.append(tree)
        self.pieces.append("")

    def text(self):
        if self.children:
            return "".join(piece.strip(WHITE_SPACE) for piece in self.pieces)
        outside = list(self.outside)
        keeps_white_space = self.name == "RESULTS"
        if keeps_white_space and self.sections:
            outside[0] = outside[0].lstrip(WHITE_SPACE)
            outside[-1] = outside[-1].rstrip(WHITE_SPACE)
        text = outside[0] + "".join(section + after for section, after in zip(self.sections, outside[1:]))
        return text if keeps_white_space else text.strip(WHITE_SPACE)

    def tree(self):
        return [self.name, self.attributes, self.text(), self.children]


class Reader:
    """Reads one document and hands over each detection with its host."""

    def __init__(self, emit):
        self.emit = emit
        self.path = []
        self.elements = []  # The open elements, from the HOST or the DETECTION on.
        self.host = None
        self.detections = []

        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = 1 << 20  # As a RESULTS may have tens of millions of bytes.
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartCdataSectionHandler = self.begin_section
        parser.EndCdataSectionHandler = self.end_section
        parser.SkippedEntityHandler = self.skipped_entity
        parser.EntityDeclHandler = self.entity_declared

    def read(self, stream):
        self.parser.ParseFile(stream)

    def start(self, name, attributes):
        self.path.append(name)
        if self.path == HOST_PATH:
            self.host = Element(name, attributes)
            self.elements = [self.host]
        elif self.path == HOST_PATH + ["DETECTION_LIST"]:
            self.elements = []  # Nothing but a DETECTION counts in here.
        elif self.path == HOST_PATH + ["DETECTION_LIST", "DETECTION"] or self.elements:
            self.elements.append(Element(name, attributes))

    def end(self, name):
        if self.path == HOST_PATH:
            host = self.host.tree()
            for detection in self.detections:
                self.emit({"host": host, "detection": detection})
            self.host, self.detections, self.elements = None, [], []
        elif self.path == HOST_PATH + ["DETECTION_LIST"]:
            self.elements = [self.host]
            self.host.pieces.append("")
        elif self.elements:
            tree = self.elements.pop().tree()
            if self.elements:
                self.elements[-1].append_child(tree)
            else:
                self.detections.append(tree)
        self.path.pop()

    def characters(self, text):
        if self.elements:
            self.elements[-1].append(text)

    def begin_section(self):
        if self.elements:
            self.elements[-1].begin_section()

    def end_section(self):
        if self.elements:
            self.elements[-1].end_section()

    def skipped_entity(self, name, is_parameter_entity):
        if not is_parameter_entity:
            self.characters(f"&{name};")

    def entity_declared(self, name, *_):
        raise EntityDeclared(name)


class EntryReader(Reader):
    """Reads one KnowledgeBase answer and hands over each entry."""

    def start(self, name, attributes):
        self.path.append(name)
        if self.path == ENTRY_PATH or self.elements:
            self.elements.append(Element(name, attributes))

    def end(self, name):
        if self.elements:
            tree = self.elements.pop().tree()
            if self.elements:
                self.elements[-1].append_child(tree)
            else:
                self.emit({"entry": tree})
        self.path.pop()


def open_document(path):
    """Opens a file, or standard input, and looks through gzip."""
    stream = sys.stdin.buffer if path == "-" else open(path, "rb")
    return gzip.GzipFile(fileobj=stream) if stream.peek(2)[:2] == b"\x1f\x8b" else stream


def read_document(reader, stream, name):
    """Reads one document; the exit code says how it went."""
    try:
        reader.read(stream)
    except EntityDeclared as entity:
        print(f"{name}: declares the entity {entity}", file=sys.stderr)
        return 2
    except expat.ExpatError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    return 0


def framed_documents(stream):
    """The documents of random_documents.py: a length of eight digits, a newline, the bytes."""
    while length := stream.read(9):
        yield io.BytesIO(stream.read(int(length)))


def main(paths):
    # newline="\n" and UTF-8 whatever the locale says.
    output = open(sys.stdout.fileno(), "w", encoding="utf-8", newline="\n", closefd=False)

    def emit(record):
        output.write(json.dumps(record, separators=(",", ":")) + "\n")

    kind = Reader
    if paths[0] == "--knowledge-base":
        kind, paths = EntryReader, paths[1:]
    with output:
        if paths == ["--framed"]:
            for document in framed_documents(sys.stdin.buffer):
                output.write(f"{read_document(kind(emit), document, 'document')}\n")
            return 0
        for path in paths:
            with open_document(path) as stream:
                if status := read_document(kind(emit), stream, path):
                    return status
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
