internal import CLibFuzzer
internal import Glibc

// SLUICE_FUZZ_TARGET names what is fuzzed; all arguments are libFuzzer's own.
guard Fuzzing.target != nil else {
  print("SLUICE_FUZZ_TARGET is none of \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
  exit(64)
}
var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
let status = unsafe LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
  unsafe Fuzzing.check(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
exit(status)
