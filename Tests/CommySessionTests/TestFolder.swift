internal import CommyLinux
internal import Glibc
internal import Testing

/// A folder of a test, short enough for socket paths, gone with its last owner.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/commy-test-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe mkdtemp(buffer.baseAddress!) != nil
        }
        try #require(made)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        guard let folder = unsafe opendir(path) else { return }
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            _ = unsafe unlink("\(path)/\(name)")
        }
        unsafe closedir(folder)
        _ = unsafe rmdir(path)
    }
}
