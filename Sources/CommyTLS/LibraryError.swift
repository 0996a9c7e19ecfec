internal import COpenSSL

/// The error queue of OpenSSL for this thread.
enum LibraryError {
    /// The library, set up; call it before the first use in a file that makes its objects.
    static let isReady: Bool = {
        precondition(commy_openssl_begin() == 1, "OpenSSL cannot be set up")
        return true
    }()

    /// The texts of errors, which are loaded when the first one is wanted.
    private static let hasTexts: Bool = {
        commy_openssl_texts()
        return true
    }()

    /// The first reason in the queue, as OpenSSL says it; empties the queue.
    static func takeText() -> String {
        let code = ERR_peek_error()
        ERR_clear_error()
        guard code != 0 else { return "no reason given" }
        _ = hasTexts
        guard let text = unsafe ERR_reason_error_string(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
