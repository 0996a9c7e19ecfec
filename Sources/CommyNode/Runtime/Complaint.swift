internal import CLinux

/// A line for the operator on standard error. Nobody waits for it: what cannot be written is lost.
enum Complaint {
    static func write(_ text: String) {
        let line = Array("commyd: \(text)\n".utf8)
        _ = unsafe line.withUnsafeBytes { bytes in
            unsafe clinux_write(2, bytes.baseAddress!, bytes.count)
        }
    }
}
