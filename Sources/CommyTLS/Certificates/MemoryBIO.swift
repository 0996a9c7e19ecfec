internal import COpenSSL

/// Bytes of OpenSSL's memory BIO, read and written.
@safe
struct MemoryBIO: ~Copyable {
    let pointer: OpaquePointer

    init() {
        guard let bio = unsafe BIO_new(BIO_s_mem()) else { preconditionFailure("out of memory") }
        unsafe pointer = unsafe bio
    }

    /// A copy of `bytes`, to be read.
    init(_ bytes: [UInt8]) {
        self.init()
        guard !bytes.isEmpty else { return }
        let count = unsafe bytes.withUnsafeBytes { source in
            unsafe BIO_write(pointer, source.baseAddress, Int32(source.count))
        }
        precondition(Int(count) == bytes.count, "a memory BIO takes everything")
    }

    deinit { unsafe BIO_free_all(pointer) }

    /// All that was written.
    var bytes: [UInt8] {
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe commy_bio_bytes(pointer, &start)
        guard let start = unsafe start, count > 0 else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: Int(count)))
    }
}
