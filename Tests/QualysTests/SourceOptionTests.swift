import Qualys
import Streaming
import TestSupport
import Testing

/// Options of the sources, as `check` sees them.
@Suite struct SourceOptionTests {
  private typealias Entries = [(key: String, value: OptionValue)]

  private static func detections(_ entries: Entries) throws -> DetectionsSource {
    try DetectionsSource(SmallRound.options(DetectionsSource.component, entries))
  }

  @Test(
    "what Qualys refuses together is found before anything is asked",
    arguments: [
      ("ag_ids", "ag_titles"), ("detection_updated_since", "max_days_since_detection_updated"),
      ("detection_last_tested_since", "detection_last_tested_since_days"),
      ("detection_last_tested_before", "detection_last_tested_before_days"),
      ("vm_scan_since", "max_days_since_last_vm_scan"), ("no_vm_scan_since", "max_days_since_last_vm_scan"),
      ("arf_filter_keys", "arf_kernel_filter"), ("include_search_list_ids", "include_search_list_titles"),
      ("exclude_search_list_ids", "exclude_search_list_titles"), ("qids", "include_search_list_titles"),
      ("severities", "exclude_search_list_ids"), ("ips", "ipv6"), ("ids", "ipv6"),
    ]
  )
  func together(one: String, other: String) throws {
    let values: [String: OptionValue] = [
      "ips": .texts("10.0.0.1"), "ipv6": .texts("::1"), "arf_filter_keys": .texts("non-running-kernel"),
      "arf_kernel_filter": .integer(1), "detection_updated_since": .text("2026-01-01"),
      "vm_scan_since": .text("2026-01-01"),
      "no_vm_scan_since": .text("2026-01-01"), "detection_last_tested_since": .text("2026-01-01"),
      "detection_last_tested_before": .text("2026-01-01"),
    ]
    func value(_ name: String) -> OptionValue { values[name] ?? (name.contains("days") ? .integer(3) : .texts("3")) }
    #expect(throws: OptionError.self) { try Self.detections([(one, value(one)), (other, value(other))]) }
    _ = try Self.detections([(one, value(one))])
    _ = try Self.detections([(other, value(other))])
  }

  @Test("scores need show_qds, and the least is below the most")
  func scores() throws {
    let shown = (key: "show_qds", value: OptionValue.boolean(true))
    #expect(throws: OptionError.self) { try Self.detections([("qds_min", .integer(3))]) }
    #expect(throws: OptionError.self) {
      try Self.detections([shown, ("qds_min", .integer(3)), ("qds_max", .integer(3))])
    }
    _ = try Self.detections([shown, ("qds_min", .integer(3)), ("qds_max", .integer(4))])
  }

  @Test(
    "numbers, ranges, addresses and times are looked at",
    arguments: [
      ("ids", "1,5-9", true), ("ids", "5-", false), ("ids", "9-5", false), ("ids", "abc", false),
      ("ids", "1,,2", false),
      ("qids", "38170-38175", true), ("qids", "-3", false), ("severities", "3-5", true), ("severities", "3-6", false),
      ("ips", "10.0.0.1-10.0.0.9", true), ("ips", "10.0.0.0/8", true), ("ips", "10.0.0.256", false),
      ("ips", "10.0.0.9-10.0.0.1", false), ("ips", "10.0.0", false), ("ips", "10.0.0.0/33", false),
    ]
  )
  func values(name: String, value: String, isGood: Bool) throws {
    if isGood {
      _ = try Self.detections([(name, .texts(value))])
    } else {
      let error = #expect(throws: OptionError.self) { try Self.detections([(name, .texts(value))]) }
      if name == "ips" { #expect(error?.description.contains(value) == false) }
    }
  }

  @Test(
    "times are UTC, as Qualys takes them",
    arguments: [("2026-03-01", true), ("2026-03-01T09:30:00Z", true), ("yesterday", false)]
  )
  func times(value: String, isGood: Bool) throws {
    if isGood {
      _ = try Self.detections([("vm_scan_since", .text(value))])
    } else {
      #expect(throws: OptionError.self) { try Self.detections([("vm_scan_since", .text(value))]) }
    }
  }
}
