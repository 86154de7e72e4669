import Foundation
import TestSupport
import Testing

/// What a person sees who works with assets.
@Suite struct AssetFieldsTests {
  private static let fixture = Program.project.appending(path: "Fixtures/demo/assets-0001.json")

  /// The paths of all members, through arrays.
  private static func paths(in value: Any, under parent: String = "") -> Set<String> {
    if let list = value as? [Any] { return list.reduce(into: []) { $0.formUnion(paths(in: $1, under: parent)) } }
    guard let object = value as? [String: Any] else { return [] }
    return object.reduce(into: []) { all, member in
      let path = parent.isEmpty ? member.key : "\(parent).\(member.key)"
      all.insert(path)
      all.formUnion(paths(in: member.value, under: path))
    }
  }

  private static func check(_ stages: String) async throws -> String {
    try await Program.withFolder { folder in
      let file = folder.appending(path: "p.yaml")
      try Data("source: { files: \"-\" }\nstages: \(stages)\nsinks: [stdout]\n".utf8).write(to: file)
      return try await Program.run("check", file.path).errorText
    }
  }

  @Test("every field of an asset can be named without a warning")
  func fieldsAreKnown() async throws {
    let root = try JSONSerialization.jsonObject(with: Data(contentsOf: Self.fixture)) as? [String: Any]
    let assets = try #require((root?["assetListData"] as? [String: Any])?["asset"])
    let paths = Self.paths(in: assets).sorted()
    #expect(paths.count > 150)
    let text = try await Self.check(
      "[decode-assets, { select: { keep: [\(paths.joined(separator: ", "))] } }, encode-json]"
    )
    #expect(!text.contains("warning") && !text.contains("error"), "\(text)")
  }

  @Test("a field that is misspelled gets a suggestion, where it is read and where it is used")
  func suggestions() async throws {
    let text = try await Self.check(
      "[decode-assets: { exclude: [proccessor] }, filter: { field: operatingSystem.osname, exists: true }, encode-json]"
    )
    #expect(text.contains("no field 'proccessor' that we know; did you mean 'processor'?"), "\(text)")
    #expect(text.contains("did you mean 'operatingSystem.osName'?"), "\(text)")
  }

  @Test(
    "what is no page of assets ends with 65 and its words",
    arguments: [
      (#"{"status":401,"error":"Unauthorized","message":"JWT expired"}"#, "an error 401: Unauthorized: JWT expired"),
      (#"{"responseCode":"SUCCESS","count":0,"assetListData":null}"#, "it has no 'hasMore'"),
      (#"{"responseCode":"SUCCESS","hasMore":0,"#, "the JSON breaks off"),
    ]
  )
  func refused(answer: String, words: String) async throws {
    try await Program.withFolder { folder in
      let result = try await Program.run(
        "run",
        "assets",
        "--input",
        "-",
        "--output",
        folder.path,
        input: Data(answer.utf8)
      )
      #expect(result.status == 65 && result.errorText.contains(words), "\(result.errorText)")
    }
  }

  @Test("assets that are too long are dead letters, and can be read again")
  func deadLetters() async throws {
    try await Program.withFolder { folder in
      let file = folder.appending(path: "p.yaml")
      let text = """
        source: { files: "\(Self.fixture.path)" }
        stages: [decode-assets, encode-json, { guard-size: { limit: 512, split: false } }]
        dead-letters: \(folder.path)/letters.jsonl
        sinks: [stdout]
        """
      try Data(text.utf8).write(to: file)
      let result = try await Program.run("run", file.path)
      #expect(result.status == 0, "\(result.errorText)")
      let letters = try String(contentsOf: folder.appending(path: "letters.jsonl"), encoding: .utf8)
      let lines = letters.split(separator: "\n")
      #expect(lines.count == 5)
      for line in lines {
        #expect(line.hasPrefix(#"{"LogType":"assetInventory","Timestamp":"20"#))
        #expect(line.contains(#","DeadLetter":{"Stream":"#))
        #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
      }
    }
  }
}
