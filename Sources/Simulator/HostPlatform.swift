/// What a host runs.
struct HostPlatform: Sendable {
  var name: StaticString
  var cpe: StaticString
  var isWindows: Bool

  static let all = [
    HostPlatform(name: "Windows Server 2022 64 bit", cpe: "cpe:/o:example:windows_server:2022::x64:", isWindows: true),
    HostPlatform(name: "Windows Server 2019 64 bit", cpe: "cpe:/o:example:windows_server:2019::x64:", isWindows: true),
    HostPlatform(name: "Windows 11 64 bit", cpe: "cpe:/o:example:windows:11::x64:", isWindows: true),
    HostPlatform(name: "Enterprise Linux 9.4", cpe: "cpe:/o:example:enterprise_linux:9.4:::", isWindows: false),
    HostPlatform(name: "Enterprise Linux 8.10", cpe: "cpe:/o:example:enterprise_linux:8.10:::", isWindows: false),
    HostPlatform(name: "Linux 5.15 & later / Router", cpe: "cpe:/o:example:linux_kernel:5.15:::", isWindows: false),
  ]
}
