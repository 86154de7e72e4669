import Glibc
import Simulator
import TestSupport

// StageBenchmarks list                  the names, a line each, with the unit
// StageBenchmarks NAME PASSES           does the work so often; prints how many units one pass goes through
// StageBenchmarks answer HOSTS          writes a detections answer to standard output
//
// No task and no thread, so that instructions can be counted: see Tests/Benchmarks/stages.
let arguments = Array(CommandLine.arguments.dropFirst())

func write(_ bytes: [UInt8], to descriptor: Int32) {
  _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
}

func refuse(_ text: String) -> Never {
  write(Array("\(text)\n".utf8), to: STDERR_FILENO)
  exit(64)
}

if arguments == ["list"] {
  for benchmark in Benchmark.all { print("\(benchmark.name)\t\(benchmark.unit)") }
} else if arguments.count == 2, arguments[0] == "answer", let hosts = Int(arguments[1]) {
  DetectionsSimulation(hosts: hosts, seed: 7).writePage(0) { write($0, to: STDOUT_FILENO) }
} else if arguments.count == 2, let passes = Int(arguments[1]) {
  guard let benchmark = Benchmark.all.first(where: { $0.name == arguments[0] }) else {
    refuse("there is no benchmark '\(arguments[0])'; see: StageBenchmarks list")
  }
  let (units, pass) = try benchmark.prepare()
  for _ in 0..<passes { try pass() }
  print(units)
} else {
  refuse("usage: StageBenchmarks list | NAME PASSES | answer HOSTS")
}
