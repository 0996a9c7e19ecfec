internal import COpenSSL

extension TLSSession {
    /// Where ciphertext from the peer goes: read into it, then say how much with `received`. It is
    /// valid until the next call. It is empty when the ring is full: read plaintext first.
    public var inputSpace: UnsafeMutableRawBufferPointer {
        mutating get {
            var start: UnsafeMutablePointer<CChar>?
            let count = unsafe BIO_nwrite0(outer, &start)
            guard count > 0, let start = unsafe start else {
                return unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
            }
            return unsafe UnsafeMutableRawBufferPointer(start: start, count: Int(count))
        }
    }

    /// So many bytes were put at the front of `inputSpace`.
    public mutating func received(_ count: Int) {
        var start: UnsafeMutablePointer<CChar>?
        let taken = unsafe BIO_nwrite(outer, &start, Int32(count))
        precondition(Int(taken) == count, "no more than the space was received")
    }

    /// The peer's stream has ended. Without its close-notify the next read throws `truncated`.
    public mutating func inputEnded() { _ = unsafe commy_bio_end(outer) }

    /// Ciphertext for the peer, as far as it lies in one piece: send it, then say how much of it
    /// went with `sent`. It is valid until the next call.
    public var output: UnsafeRawBufferPointer {
        mutating get {
            var start: UnsafeMutablePointer<CChar>?
            let count = unsafe BIO_nread0(outer, &start)
            guard count > 0, let start = unsafe start else {
                return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
            }
            return unsafe UnsafeRawBufferPointer(start: start, count: Int(count))
        }
    }

    /// So many bytes from the front of `output` are gone.
    public mutating func sent(_ count: Int) {
        var start: UnsafeMutablePointer<CChar>?
        let taken = unsafe BIO_nread(outer, &start, Int32(count))
        precondition(Int(taken) == count, "no more than the output was sent")
    }

    /// Ciphertext that waits to be sent, in bytes.
    public var outputByteCount: Int { unsafe BIO_ctrl_pending(outer) }

    /// Ciphertext that has come and was not looked at yet, in bytes.
    public var inputByteCount: Int { unsafe BIO_ctrl_pending(inner) }

    var freeOutputBytes: Int { unsafe BIO_ctrl_get_write_guarantee(inner) }
}
