/// What became of a detection, as STATUS says it.
package enum DetectionStatus: Sendable, CaseIterable {
  case new
  case active
  case fixed
  case reopened

  var name: StaticString {
    switch self {
    case .new: "New"
    case .active: "Active"
    case .fixed: "Fixed"
    case .reopened: "Re-Opened"
    }
  }
}
