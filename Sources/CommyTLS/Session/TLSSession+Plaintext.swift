internal import COpenSSL

extension TLSSession {
    /// Goes on with the handshake as far as the input allows: true once it is done.
    public mutating func handshake() throws(TLSError) -> Bool {
        switch state {
        case .established, .ended: return true
        case .failed(let error): throw error
        case .handshaking: break
        }
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(session)
        if result == 1 {
            try checkProtocol()
            state = .established
            return true
        }
        _ = try outcome(result)
        return false
    }

    /// Decrypts into `buffer` what has come; does the handshake first.
    public mutating func read(
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(TLSError) -> Outcome {
        guard try handshake() else {
            return freeOutputBytes < Self.recordOverhead ? .needsOutput : .needsInput
        }
        if state == .ended { return .ended }
        precondition(buffer.count > 0, "there is no room for a byte")
        var count = 0
        ERR_clear_error()
        let result = unsafe SSL_read_ex(session, buffer.baseAddress, buffer.count, &count)
        return result == 1 ? .bytes(count) : try outcome(result)
    }

    /// Encrypts from the front of `bytes` as much as the output has room for, and returns how much
    /// that was; 0 also while the handshake lasts.
    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(TLSError) -> Int {
        guard try handshake() else { return 0 }
        var taken = 0
        while taken < bytes.count {
            let size = min(bytes.count - taken, Self.recordByteLimit)
            // Whole records only where there is more to come: small ones cost as much each.
            guard freeOutputBytes >= size + Self.recordOverhead else { break }
            var count = 0
            ERR_clear_error()
            let result = unsafe SSL_write_ex(
                session, bytes.baseAddress! + taken, size, &count)
            if result != 1 {
                _ = try outcome(result)
                break
            }
            taken += count
        }
        return taken
    }

    /// Says that this side sends nothing more; the session goes on the other way. False when there
    /// is no room for it, or the handshake is not done: try again later. Nothing is written after.
    public mutating func close() -> Bool {
        switch state {
        case .handshaking, .failed: return false
        case .established, .ended: break
        }
        if unsafe SSL_get_shutdown(session) & SSL_SENT_SHUTDOWN != 0 { return true }
        guard freeOutputBytes >= Self.recordOverhead else { return false }
        ERR_clear_error()
        _ = unsafe SSL_shutdown(session)
        return true
    }

    /// Appends plaintext to `buffer`, which must have room.
    public mutating func read(into buffer: inout OutputRawSpan) throws(TLSError) -> Outcome {
        unsafe try buffer.withUnsafeMutableBytes { (bytes, count) throws(TLSError) in
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
            let outcome = unsafe try read(into: room)
            if case .bytes(let read) = outcome { count += read }
            return outcome
        }
    }

    /// Like the `write` of raw memory.
    public mutating func write(_ bytes: RawSpan) throws(TLSError) -> Int {
        unsafe try bytes.withUnsafeBytes { (bytes) throws(TLSError) in
            unsafe try write(bytes)
        }
    }

    private mutating func checkProtocol() throws(TLSError) {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        unsafe SSL_get0_alpn_selected(session, &name, &length)
        let selected = unsafe UnsafeBufferPointer(start: name, count: Int(length))
        let isAgreed =
            switch context.rule {
            case .required(let name): unsafe selected.elementsEqual(name.utf8)
            case .offered(let name):
                unsafe selected.isEmpty || selected.elementsEqual(name.utf8)
            case .unnamed: true
            }
        guard isAgreed else { throw fail(.refused(.noCommonProtocol)) }
    }

    private mutating func outcome(_ result: Int32) throws(TLSError) -> Outcome {
        let code = unsafe SSL_get_error(session, result)
        switch code {
        case SSL_ERROR_WANT_READ: return .needsInput
        case SSL_ERROR_WANT_WRITE: return .needsOutput
        case SSL_ERROR_ZERO_RETURN:
            state = .ended
            return .ended
        case _: throw fail(record.fault.map { .refused($0) } ?? Self.error(ERR_peek_error()))
        }
    }

    private mutating func fail(_ error: TLSError) -> TLSError {
        ERR_clear_error()
        state = .failed(error)
        return error
    }

    private static func error(_ code: UInt) -> TLSError {
        let reason = commy_error_reason(code)
        switch reason {
        case SSL_AD_REASON_OFFSET...(SSL_AD_REASON_OFFSET + 255):
            return .refusedByPeer(TLSAlert(UInt8(reason - SSL_AD_REASON_OFFSET)))
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return .refused(.noCertificate)
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_WRONG_SSL_VERSION:
            return .refused(.version)
        case SSL_R_NO_APPLICATION_PROTOCOL: return .refused(.noCommonProtocol)
        case SSL_R_UNEXPECTED_EOF_WHILE_READING: return .truncated
        case _: return .violation(LibraryError.takeText())
        }
    }
}
