/// A small detections answer, written by hand: the frame that every answer has, and whatever a test puts into it.
package struct SmallPage: Sendable {
  /// A host with the XML of its fields and of its detections.
  package struct Host: Sendable {
    package var fields: String
    package var detections: [String]
    /// Fields that stand after the detections, where Qualys never put any yet.
    package var late = ""

    package init(id: Int? = nil, _ fields: String = "", detections: [String] = [], late: String = "") {
      self.fields = (id.map { "<ID>\($0)</ID>" } ?? "") + fields
      self.detections = detections
      self.late = late
    }

    package var xml: String {
      let detections = detections.map { "<DETECTION>\($0)</DETECTION>" }.joined(separator: "\n")
      return "<HOST>\(fields)<DETECTION_LIST>\(detections)</DETECTION_LIST>\(late)</HOST>\n"
    }
  }

  /// What Qualys sends before every root: a declaration and a document type that is never fetched.
  package static let usualBeginning = """
    <?xml version="1.0" encoding="UTF-8" ?>
    <!DOCTYPE HOST_LIST_VM_DETECTION_OUTPUT SYSTEM "https://qualysapi.qualys.com/api/5.0/fo/output.dtd">

    """
  package static let serverTime = "2026-11-21T10:00:00Z"

  package var time = serverTime
  package var hosts: [Host]
  package var beginning = usualBeginning
  /// What stands in RESPONSE behind the list of hosts.
  package var afterHosts = ""
  package var afterRoot = "\n"

  package init(_ hosts: [Host] = [], time: String = serverTime) {
    self.hosts = hosts
    self.time = time
  }

  /// One host with one detection.
  package init(host: String = "", detection: String) {
    self.init([Host(id: 1, host, detections: [detection])])
  }

  package var text: String {
    let list = hosts.isEmpty ? "" : "<HOST_LIST>\n\(hosts.map(\.xml).joined())</HOST_LIST>"
    return """
      \(beginning)<HOST_LIST_VM_DETECTION_OUTPUT><RESPONSE><DATETIME>\(time)</DATETIME>
      \(list)\(afterHosts)</RESPONSE></HOST_LIST_VM_DETECTION_OUTPUT>\(afterRoot)
      """
  }

  package var bytes: [UInt8] { Array(text.utf8) }

  /// A warning that another page follows.
  package static func warning(nextID: UInt64) -> String {
    """
    <WARNING><CODE>1980</CODE><TEXT>2 record limit exceeded.</TEXT>
    <URL><![CDATA[https://elsewhere.example/api/?action=list&id_min=\(nextID)]]></URL></WARNING>
    """
  }
}

extension String {
  /// The text as it may stand between tags, or in an attribute's quotes.
  package var xmlEscaped: String {
    // By scalars: a character of Swift's may be a quote and its accent.
    unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }

  /// The text in CDATA sections: two where it holds the end of one.
  package var cdata: String {
    let sections = utf8.split(separator: "]]>".utf8, omittingEmptySubsequences: false)
    return "<![CDATA[" + sections.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "]]]]><![CDATA[>")
      + "]]>"
  }
}
