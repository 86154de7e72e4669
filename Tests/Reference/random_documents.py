#!/usr/bin/env python3
"""Writes random detections answers: right in their frame, wild in everything else.

    random_documents.py SEED COUNT [--undefined-entities]

Each document is a record on standard output: its length in bytes as 8 ASCII digits, a newline, the bytes. The same
seed gives the same documents. With --undefined-entities, some texts refer to entities that no one declared (in
documents whose DOCTYPE names an external DTD, where XML allows that).

Left out on purpose, as readers may differ on them: namespace prefixes, declarations within the DOCTYPE, child
elements in RESULTS, RESULTS anywhere but directly in a DETECTION, and other elements than DETECTION in DETECTION_LIST.
"""

import random
import re
import sys

HOST_NAMES = """ASSET_ID IP IPV6 TRACKING_METHOD ASSET_GROUP_LIST NETWORK_ID OS OS_CPE DNS DNS_DATA CLOUD_PROVIDER NETBIOS
QG_HOSTID LAST_SCAN_DATETIME LAST_VM_SCANNED_DATE TAGS METADATA CLOUD_PROVIDER_TAGS""".split()
DETECTION_NAMES = """UNIQUE_VULN_ID QID TYPE SEVERITY PORT PROTOCOL FQDN SSL INSTANCE STATUS FIRST_FOUND_DATETIME
LAST_FOUND_DATETIME QDS QDS_FACTORS TIMES_FOUND LAST_TEST_DATETIME IS_IGNORED IS_DISABLED LAST_PROCESSED_DATETIME ASSET_CVE
SOURCE MITRE_TACTIC_NAME VULNERABILITY_DETECTION_SOURCES""".split()
NESTED_NAMES = """TAG NAME VALUE EC2 ATTRIBUTE CLOUD_TAG HOSTNAME QDS_FACTOR LAST_STATUS ID QID HOST DETECTION DETECTION_LIST
""".split()
UNKNOWN_NAMES = """NEW_IN_2027 X x _ a.b a-b camelCase LONG_NAME_THAT_NO_ONE_HAS_EVER_SEEN_IN_AN_ANSWER_BEFORE_2031 Größe 名前
RESULT RESULTSET DETECTIONS HOSTS""".split()
NUMERIC_NAMES = {"ID", "ASSET_ID", "QID", "UNIQUE_VULN_ID", "NETWORK_ID"}
ATTRIBUTE_NAMES = ["name", "severity", "id", "x", "Größe", "data-kind", "LONG_ATTRIBUTE_NAME"]

ROOT = "HOST_LIST_VM_DETECTION_OUTPUT"
WHITE_SPACE = " \t\r\n"
PREDEFINED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
SNIPPETS = ["]]", "]", "]]]", "]]&gt;", "&quot;", "-&gt;&gt;", "&amp;amp;", "<b>", "</RESULTS>", "<!--", "-->", "<?", "?>", "--",
            "\r\n", "\r", "\n\n", "\t", "\\", '"', "'", "{}", "\u00a0", "\u3000", "\u0085", "\u2028", "\ufeff", "\u0301", "\ufffd",
            "Köln", "東京", "👩‍👩‍👧", "<![CDATA[", "%s", "\x7f"]


class Documents:
    def __init__(self, seed, undefined_entities):
        self.random = random.Random(seed)
        self.undefined_entities = undefined_entities
        self.has_external_dtd = False

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, choices):
        return choices[self.random.randrange(len(choices))]

    def several(self, most, make):
        return "".join(make() for _ in range(self.random.randint(0, most)))

    # Characters and texts, not yet as XML.

    def character(self):
        kind = self.random.randrange(20)
        if kind < 12:
            return chr(self.random.randint(0x20, 0x7E))
        if kind < 13:
            return self.pick(WHITE_SPACE)
        if kind < 15:
            return chr(self.random.randint(0x80, 0x7FF))
        if kind < 17:
            return chr(self.random.randint(0x800, 0xD7FF))
        if kind < 18:
            return chr(self.random.randint(0xE000, 0xFFFD))
        return chr(self.random.randint(1, 16) << 16 | self.random.randint(0, 0xFFFF))

    def length(self):
        kind = self.random.randrange(40)
        if kind < 34:
            return self.random.randint(0, 64)
        return self.random.randint(295, 305) if kind < 38 else self.random.randint(4090, 4100)

    def text(self):
        """A text of some length, in characters or in bytes, all of one kind or mixed."""
        length = self.length()
        if self.chance(0.3):
            return self.pick(["a", "é", "語", "🔥", "]", "&", " ", "\n", "\r\n"]) * length
        plain = self.chance(0.4)
        parts = []
        while length > 0:
            part = self.pick(SNIPPETS) if self.chance(0.08) else "word " if plain else self.character()
            parts.append(part)
            length -= len(part)
        return "".join(parts)

    def number(self):
        return str(self.random.randint(1, 10 ** self.pick([1, 4, 9, 10, 19])))

    def spaces(self, most=3):
        return self.several(most, lambda: self.pick(WHITE_SPACE))

    # Texts as XML.

    def reference(self, character):
        code = ord(character)
        # libxml2 2.9 refuses a letter after the tenth hexadecimal digit, so there are never so many.
        zeros = "0" * self.random.choice([0, 0, 0, 1, 3])
        return self.pick([f"&#{zeros}{code};", f"&#x{zeros}{code:x};", f"&#x{zeros}{code:X};"])

    def escaped(self, text, quote=""):
        result = []
        for character in text:
            must = character in "&<" or character == quote or (character == ">" and (not result or result[-1][-1:] in "]>"))
            if must or self.chance(0.02) or (character in PREDEFINED and self.chance(0.3)):
                use_name = character in PREDEFINED and self.chance(0.8)
                result.append(PREDEFINED[character] if use_name else self.reference(character))
            else:
                result.append(character)
        return "".join(result)

    def section(self, text):
        return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"

    def split_sections(self, text):
        """One text in several CDATA sections, with or without something between them."""
        cuts = sorted(self.random.randint(0, len(text)) for _ in range(self.random.randint(1, 4)))
        bounds = [0, *cuts, len(text)]
        between = lambda: self.pick(["", "", self.spaces(), self.escaped(self.text()), self.noise()])
        return "".join(self.section(text[a:b]) + between() for a, b in zip(bounds, bounds[1:]))

    def comment(self):
        return "<!--" + re.sub("-(?=-|$)", "- ", self.text()) + "-->"

    def instruction(self):
        return "<?" + self.pick(["php", "x", "xml-stylesheet"]) + " " + self.text().replace("?>", "? >") + "?>"

    def noise(self):
        """What says nothing, in the middle of a text or between elements."""
        if not self.chance(0.12):
            return ""
        return self.comment() if self.chance(0.7) else self.instruction()

    def undefined_entity(self):
        if not (self.undefined_entities and self.has_external_dtd and self.chance(0.1)):
            return ""
        return self.pick(["&nbsp;", "&foo;", "&Größe;", "&a.b-c;"])

    def content(self):
        """The content of an element without children."""
        kind = self.random.randrange(12)
        if kind == 0:
            return ""
        if kind == 1:
            return self.spaces(6)
        if kind < 5:
            return self.section(self.text())
        if kind < 6:
            return self.spaces(6) + self.section(self.text()) + self.spaces(6)
        if kind < 8:
            return self.spaces() + self.split_sections(self.text()) + self.spaces()
        if kind < 9:
            return self.escaped(self.text()) + self.noise() + self.escaped(self.text())
        return self.spaces() + self.undefined_entity() + self.escaped(self.text()) + self.undefined_entity()

    # Elements.

    def attributes(self):
        if not self.chance(0.2):
            return ""
        names = self.random.sample(ATTRIBUTE_NAMES, self.random.randint(1, 4))
        return "".join(self.attribute(name) for name in names)

    def attribute(self, name):
        quote = self.pick("\"'")
        text = self.escaped(self.text(), quote)
        return self.pick([" ", "  ", "\n", "\t"]) + name + self.pick(["=", " = "]) + quote + text + quote

    def element(self, name, content, attributes=None):
        attributes = self.attributes() if attributes is None else attributes
        if content == "" and self.chance(0.7):
            return f"<{name}{attributes}{self.pick(['', ' '])}/>"
        return f"<{name}{attributes}{self.pick(['', '', ' '])}>{content}</{name}{self.pick(['', '', ' '])}>"

    def field(self, names, depth):
        """An element of a host, of a detection or deeper in, `depth` levels of which may follow."""
        name = self.pick(UNKNOWN_NAMES if self.chance(0.2) else names)
        if name in NUMERIC_NAMES:
            return self.element(name, self.spaces(1) + self.number())
        if depth > 1 and self.chance(0.2):
            return self.element(name, self.children(depth - 1))
        return self.element(name, self.content())

    def children(self, depth):
        is_mixed = self.chance(0.2)
        between = lambda: self.content() if is_mixed and self.chance(0.5) else self.gap()
        return between() + self.several(4, lambda: self.repeated(NESTED_NAMES, depth) + between())

    def repeated(self, names, depth):
        """An element, or some of the same name in a row."""
        if not self.chance(0.1):
            return self.field(names, depth)
        return "".join(self.field([self.pick(names)] * 2, depth) + self.gap() for _ in range(self.random.randint(1, 4)))

    def gap(self):
        return self.spaces() + self.noise() + self.pick(["", "", "\n    "])

    def fields(self, names, most):
        return self.several(most, lambda: self.repeated(names, 6) + self.gap())

    # The answer.

    def detection(self):
        results = lambda: self.element("RESULTS", self.content()) + self.gap()
        content = (
            self.gap() + self.element("UNIQUE_VULN_ID", self.number(), "") + self.gap()
            + self.element("QID", self.number(), "") + self.gap() + self.fields(DETECTION_NAMES, 6)
            + self.several(self.pick([1, 1, 1, 3]), results) + self.fields(DETECTION_NAMES, 10)
        )
        return self.element("DETECTION", content) + self.gap()

    def host(self, host_id):
        detections = self.gap() + self.detection() + self.several(self.pick([0, 2, 8]), self.detection)
        content = (
            self.gap() + self.element("ID", str(host_id), "") + self.gap() + self.fields(HOST_NAMES, 10)
            + self.element("DETECTION_LIST", detections) + self.gap()
            + (self.fields(HOST_NAMES, 4) if self.chance(0.2) else "")
        )
        return self.element("HOST", content) + self.gap()

    def hosts(self):
        host_id = 0
        content = self.gap()
        for _ in range(self.random.randint(1, self.pick([1, 2, 6]))):
            host_id += self.random.randint(1, 10 ** self.random.randint(1, 9))
            content += self.host(host_id)
        return self.element("HOST_LIST", content) + self.gap()

    def warning(self):
        url = f"https://qualysapi.example.com/api/5.0/fo/asset/host/vm/detection/?action=list&x={self.number()}&id_min={self.number()}"
        padding = self.spaces(6)
        url = padding + self.section(url) + padding if self.chance(0.7) else url.replace("&", "&amp;")
        return self.element("WARNING", self.gap() + "<CODE>1980</CODE>" + self.gap() + self.element(
            "TEXT", "7 record limit exceeded. Use URL to get next batch of results.", "") + self.gap() + self.element(
            "URL", url, "") + self.gap(), "")

    def prolog(self):
        declarations = ['<?xml version="1.0" encoding="UTF-8" ?>', "<?xml version='1.0' encoding='utf-8'?>", '<?xml version="1.0"?>']
        prolog = self.pick(["", "", "", "\ufeff"]) + self.pick([*declarations, ""])
        doctype = self.pick(["", "", f"<!DOCTYPE {ROOT}>", "SYSTEM", "SYSTEM"])
        self.has_external_dtd = doctype == "SYSTEM"
        if self.has_external_dtd:
            doctype = f'<!DOCTYPE {ROOT} SYSTEM "https://qualysapi.example.com/api/5.0/dtd/output.dtd">'
        return prolog + self.outer_gap() + doctype + self.outer_gap()

    def outer_gap(self):
        return "\n" + self.several(2, lambda: self.pick([self.comment, self.instruction])() + self.spaces())

    def document(self):
        content = self.prolog()
        response = self.gap() + "<DATETIME>2026-11-21T00:00:00Z</DATETIME>" + self.gap()
        if self.chance(0.97):
            response += self.hosts()
        if self.chance(0.4):
            response += self.warning()
        root = self.element(ROOT, self.gap() + self.element("RESPONSE", response) + self.gap())
        return content + root + self.outer_gap()


def main(seed, count, *options):
    documents = Documents(int(seed), "--undefined-entities" in options)
    for _ in range(int(count)):
        data = documents.document().encode("utf-8")
        sys.stdout.buffer.write(b"%08d\n" % len(data) + data)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
