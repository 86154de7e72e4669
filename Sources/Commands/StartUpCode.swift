internal import Glibc

/// The code that starting up has touched: reading options and the pipeline file, proving the plan.
enum StartUpCode {
  /// Gives back the memory of the program's own code, some 15 MiB, most of which is not needed again.
  ///
  /// What is needed is mapped again at its next use, out of the system's cache of the file. Only segments that can be
  /// executed and not written are let go: they are as they stand in the file.
  static func letGo() {
    unsafe dl_iterate_phdr(
      { program, _, _ in
        guard let program = unsafe program?.pointee, let headers = unsafe program.dlpi_phdr else { return 1 }
        let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
        for index in 0..<Int(program.dlpi_phnum) {
          let header = unsafe headers[index]
          guard header.p_type == PT_LOAD, header.p_flags & UInt32(PF_X) != 0, header.p_flags & UInt32(PF_W) == 0
          else { continue }
          let start = Int(program.dlpi_addr + header.p_vaddr)
          let end = start + Int(header.p_filesz)
          let firstPage = start & ~(pageSize - 1)
          // Without success nothing is lost.
          unsafe madvise(UnsafeMutableRawPointer(bitPattern: firstPage), end - firstPage, MADV_DONTNEED)
        }
        // The program itself comes first; its libraries are shared with others.
        return 1
      },
      nil
    )
  }
}
