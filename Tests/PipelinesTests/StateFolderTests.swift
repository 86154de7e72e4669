import Pipelines
import Testing

/// Where a pipeline's state is.
@Suite struct StateFolderTests {
  private static let environment = [
    "STATE_DIRECTORY": "/var/lib/sluice:/var/lib/other", "XDG_STATE_HOME": "/home/me/states", "HOME": "/home/me",
  ]

  @Test(
    "who says it first",
    arguments: [
      ("a", "b", Set(environment.keys), "a"),
      (nil, "b", Set(environment.keys), "b"),
      (nil, nil, Set(environment.keys), "/var/lib/sluice/nightly"),
      (nil, nil, ["XDG_STATE_HOME", "HOME"], "/home/me/states/sluice/nightly"),
      (nil, nil, ["HOME"], "/home/me/.local/state/sluice/nightly"),
    ] as [(String?, String?, Set<String>, String)]
  )
  func order(option: String?, file: String?, names: Set<String>, folder: String) {
    let path = StateFolder.path(of: "nightly", option: option, file: file) { name in
      names.contains(name) ? Self.environment[name] : nil
    }
    #expect(path == folder)
  }

  @Test func aRelativeFolderOfXDGIsIgnored() {
    let environment = ["XDG_STATE_HOME": "states", "HOME": "/home/me"]
    let path = StateFolder.path(of: "p", option: nil, file: nil) { environment[$0] }
    #expect(path == "/home/me/.local/state/sluice/p")
  }
}
