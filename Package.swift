// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "sluice",
  products: [
    .executable(name: "sluice", targets: ["sluice"]),
    // What a stage of your own is written with, and the commands that run it.
    .library(name: "Sluice", targets: ["Streaming", "Records", "Pipelines", "Commands"]),
  ],
  traits: [
    .trait(name: "ISAL", description: "gzip levels 1 to 3 by ISA-L, several times as fast; needs libisal-dev.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.4"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),

    .target(name: "Streaming"),
    .target(name: "Blocks"),
    .target(name: "XMLEvents", dependencies: ["CLibXML2"]),
    .target(name: "Gzip", dependencies: ["CZlib", .target(name: "CISAL", condition: .when(traits: ["ISAL"]))]),
    .target(name: "JSONText", dependencies: ["Blocks"]),
    .target(name: "Records", dependencies: ["Streaming", "Blocks", "XMLEvents", "JSONText"]),
    .target(
      name: "Stages",
      dependencies: [
        "Streaming", "Blocks", "Records", "JSONText", "XMLEvents",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "DequeModule", package: "swift-collections"),
      ]
    ),
    .target(
      name: "State",
      dependencies: [
        "Streaming", "Blocks",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]
    ),
    .target(name: "Health", dependencies: ["JSONText", .product(name: "SystemPackage", package: "swift-system")]),
    .target(
      name: "Networking",
      dependencies: [
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]
    ),
    .target(
      name: "Qualys",
      dependencies: [
        "Streaming", "Blocks", "Records", "Stages", "State", "Gzip", "Health", "JSONText", "Networking",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]
    ),
    .target(
      name: "Sinks",
      dependencies: [
        "Streaming", "Blocks", "Records", "Gzip", "JSONText", "Networking",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]
    ),
    .target(
      name: "Pipelines",
      dependencies: [
        "Streaming", "Blocks", "Records", "Stages", "State", "Qualys", "Sinks", "Gzip", "Health",
        .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "Yams", package: "Yams"),
      ]
    ),
    .target(
      name: "Simulator",
      dependencies: [
        "Gzip",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]
    ),
    .target(
      name: "Service",
      dependencies: [
        "Streaming", "Pipelines", "Qualys", "State", "Health", "Sinks",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]
    ),
    .target(
      name: "Endpoint",
      dependencies: [
        "Health", "Pipelines", "Service",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]
    ),
    .target(
      name: "Commands",
      dependencies: [
        "Streaming", "Records", "Pipelines", "Qualys", "State", "Simulator", "Sinks", "Health", "Networking", "Service",
        "Endpoint",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]
    ),
    .executableTarget(
      name: "sluice",
      dependencies: ["Commands"],
      // Nobody loads its symbols, and a table of them costs memory and time at every start.
      linkerSettings: [.unsafeFlags(["-Xlinker", "--no-export-dynamic"])],
      plugins: ["Commit"]
    ),
    .plugin(name: "Commit", capability: .buildTool(), path: "Sources/Commit"),

    .target(
      name: "TestSupport",
      dependencies: [
        "Streaming", "Records", "Stages", "State", "Sinks", "Simulator", "Gzip", "JSONText",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      path: "Tests/TestSupport"
    ),
    // A run that can be stopped anywhere: in the tests' own process, and in one that is killed.
    .target(
      name: "DeliveryScenario",
      dependencies: [
        "Streaming", "Blocks", "Records", "Stages", "State", "Sinks", "Pipelines", "Qualys", "Health", "Simulator",
        "TestSupport",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Tests/DeliveryScenario"
    ),
    .executableTarget(
      name: "KillDriver",
      dependencies: [
        "DeliveryScenario",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Tests/KillDriver"
    ),
    // Each hot path by itself, for Tests/Benchmarks/stages.
    .executableTarget(
      name: "StageBenchmarks",
      dependencies: [
        "Streaming", "XMLEvents", "Gzip", "JSONText", "Records", "Stages", "State", "Sinks", "Simulator", "TestSupport",
      ],
      path: "Tests/Benchmarks/StageBenchmarks"
    ),
    .testTarget(
      name: "DeliveryTests",
      dependencies: [
        "DeliveryScenario", "Pipelines", "State", "Sinks", "Streaming", "Gzip", "TestSupport",
        .product(name: "SystemPackage", package: "swift-system"),
      ]
    ),
    .testTarget(
      name: "FaultTests",
      dependencies: [
        "Pipelines", "Qualys", "State", "Streaming", "Records", "Stages", "Sinks", "Health", "Simulator", "TestSupport",
      ]
    ),
    // libxml2 as it comes, to compare with.
    .target(name: "PlainXML", dependencies: ["CLibXML2", "XMLEvents"], path: "Tests/PlainXML"),
    .testTarget(
      name: "Conformance",
      dependencies: ["CLibXML2", "JSONText", "PlainXML", "TestSupport", "XMLEvents"],
      path: "Tests/Conformance",
      exclude: ["Cases"]
    ),
    .testTarget(
      name: "ServiceTests",
      dependencies: ["Service", "Pipelines", "Health", "Qualys", "State", "Simulator", "Streaming", "TestSupport"]
    ),
    .testTarget(
      name: "EndpointTests",
      dependencies: [
        "Endpoint", "Health", "Pipelines", "Service",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTesting", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]
    ),
    .testTarget(name: "BlocksTests", dependencies: ["Blocks"]),
    .testTarget(name: "XMLEventsTests", dependencies: ["PlainXML", "XMLEvents"]),
    .testTarget(name: "GzipTests", dependencies: ["Gzip", "Simulator"]),
    .testTarget(name: "JSONTextTests", dependencies: ["JSONText", "Simulator", "TestSupport"]),
    .testTarget(
      name: "RecordsTests",
      dependencies: ["Records", "Streaming", "Stages", "Simulator", "TestSupport", "JSONText", "XMLEvents"]
    ),
    .testTarget(
      name: "StagesTests",
      dependencies: ["Stages", "State", "Streaming", "Blocks", "Records", "TestSupport"]
    ),
    .testTarget(
      name: "SinksTests",
      dependencies: [
        "Sinks", "Streaming", "Blocks", "Records", "Gzip", "TestSupport",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]
    ),
    .testTarget(
      name: "PipelinesTests",
      dependencies: [
        "Pipelines", "Qualys", "State", "Streaming", "Records", "Stages", "Sinks", "Health", "Gzip", "Simulator",
        "TestSupport",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      exclude: ["Broken"]
    ),
    .testTarget(
      name: "StateTests",
      dependencies: [
        "State", "Streaming", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]
    ),
    .executableTarget(
      name: "StateBenchmark",
      dependencies: ["State", "Streaming", .product(name: "SystemPackage", package: "swift-system")],
      path: "Tests/Benchmarks/StateBenchmark"
    ),
    .testTarget(name: "HealthTests", dependencies: ["Health", "TestSupport"]),
    .testTarget(
      name: "QualysTests",
      dependencies: [
        "Qualys", "State", "Streaming", "Records", "Stages", "Health", "Gzip", "Simulator", "TestSupport",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]
    ),
    .testTarget(
      name: "SimulatorTests",
      dependencies: [
        "Simulator", "TestSupport", "Gzip",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]
    ),
    .testTarget(
      name: "ContractTests",
      dependencies: ["Streaming", "Records", "Stages", "Sinks", "Pipelines", "Simulator", "TestSupport"]
    ),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "Commands", "Pipelines", "Qualys", "State", "Streaming", "Service", "Sinks", "Health", "Simulator",
        "TestSupport",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "Yams", package: "Yams"),
      ],
      exclude: ["stdout.yaml", "strict.yaml", "lines.yaml"]
    ),
  ],
  swiftLanguageModes: [.v6]
)

// Fuzzing wants every module of ours built in another way: `Tests/Fuzz/fuzz` does so, in a folder beside the others.
let isFuzzing = Context.environment["SLUICE_FUZZ"] != nil
if isFuzzing {
  package.targets += [
    .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "CLibFuzzer", "Pipelines", "PlainXML", "Qualys", "Records", "Stages", "Streaming", "TestSupport", "XMLEvents",
      ],
      path: "Tests/Fuzz/Sources",
      // The linker of old stumbles over the sanitizer.
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]
    ),
  ]
}

for target in package.targets where [.executable, .regular, .test].contains(target.type) {
  target.swiftSettings = [
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    .enableUpcomingFeature("InternalImportsByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0458-strict-memory-safety.md
    .strictMemorySafety(),
  ]
  // Elsewhere a newer compiler's new warning must not stop anyone.
  if Context.environment["CI"] != nil { target.swiftSettings?.append(.treatAllWarnings(as: .error)) }
  if isFuzzing {
    // The fuzzer looks for ways through what ships, not through what checks it.
    let sanitizers = target.path == nil && target.type == .regular ? "fuzzer,address" : "address"
    target.swiftSettings?.append(.unsafeFlags(["-sanitize=\(sanitizers)", "-enable-testing"]))
  }
}

// Only who builds the documentation needs the plugin.
if Context.environment["SLUICE_DOCS"] != nil {
  package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
