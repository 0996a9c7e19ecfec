import CLinux
import CommyLinux
import Testing

@Suite struct WholeFileTests {
    /// A folder that goes with the value.
    private struct Folder: ~Copyable {
        let path: String

        init() throws {
            var name = Array("/tmp/commy-file-XXXXXX".utf8CString)
            let made = unsafe name.withUnsafeMutableBufferPointer { text in
                unsafe mkdtemp(text.baseAddress!) != nil
            }
            try #require(made)
            path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }

        deinit {
            for name in ["key.pem", "key.pem.new"] { _ = unsafe clinux_unlink(path + "/" + name) }
            _ = unsafe rmdir(path)
        }
    }

    private func mode(_ path: String) -> UInt32 {
        var information = stat()
        _ = unsafe stat(path, &information)
        return information.st_mode & 0o777
    }

    @Test func `a replaced file has the new bytes and permissions, and no draft stays`() throws {
        let folder = try Folder()
        let path = folder.path + "/key.pem"
        try WholeFile.replace(path, with: [1, 2, 3], mode: 0o644)
        #expect(try WholeFile.read(path) == [1, 2, 3] && mode(path) == 0o644)
        try WholeFile.replace(path, with: [], mode: 0o600)
        #expect(try WholeFile.read(path) == [] && mode(path) == 0o600)
        #expect(throws: SystemError.self) { try WholeFile.read(path + ".new") }
    }

    @Test func `a draft that a crash has left is no obstacle`() throws {
        let folder = try Folder()
        let path = folder.path + "/key.pem"
        try WholeFile.replace(path + ".new", with: [9], mode: 0o666)
        try WholeFile.replace(path, with: [1])
        #expect(try WholeFile.read(path) == [1] && mode(path) == 0o600)
    }

    @Test func `a file that cannot be replaced stays as it was`() throws {
        let folder = try Folder()
        #expect(throws: SystemError.self) {
            try WholeFile.replace(folder.path + "/nowhere/key.pem", with: [1])
        }
        // The target of the rename is a folder.
        #expect(throws: SystemError.self) { try WholeFile.replace(folder.path, with: [1]) }
        #expect(throws: SystemError.self) { try WholeFile.read(folder.path + ".new") }
    }

    @Test func `more than the limit is not read`() throws {
        let folder = try Folder()
        let path = folder.path + "/key.pem"
        try WholeFile.replace(path, with: [UInt8](repeating: 1, count: 20_000))
        #expect(try WholeFile.read(path, atMost: 20_000).count == 20_000)
        #expect(throws: SystemError.self) { try WholeFile.read(path, atMost: 19_999) }
    }
}
