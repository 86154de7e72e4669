// swift-tools-version: 6.2
import PackageDescription

// A program of one's own: everything that sluice does, and one stage more.
let package = Package(
  name: "my-sluice",
  dependencies: [.package(name: "sluice", path: "../..")],
  targets: [
    .executableTarget(name: "my-sluice", dependencies: [.product(name: "Sluice", package: "sluice")])
  ]
)
