internal import CommyBase
internal import CommyLinux

/// Single values on the command line.
extension TrafficCommand {
    static func port(_ key: String, _ text: String) throws(Misuse) -> UInt16 {
        guard let port = UInt16(text), port > 0 else {
            throw Misuse("\(key) \(text): not 1 to 65535")
        }
        return port
    }

    static func address(
        _ key: String, _ text: String, _ port: UInt16
    ) throws(Misuse) -> SocketAddress {
        guard let address = SocketAddress(numeric: text, port: port) else {
            throw Misuse("\(key) \(text): not a numeric IPv4 or IPv6 address")
        }
        return address
    }

    static func path(_ key: String, _ text: String) throws(Misuse) -> String {
        guard text.utf8.first == 0x2f, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw Misuse("\(key) \(text): begins with / and holds no spaces or control characters")
        }
        return text
    }

    /// A header's value that is one word, as that of Host is.
    static func headerText(_ key: String, _ text: String?) throws(Misuse) -> String? {
        guard let text else { return nil }
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw Misuse("\(key) \(text): empty, or holds spaces or control characters")
        }
        return text
    }

    /// A header's name: RFC 9110, 5.6.2, token.
    static func headerName(_ key: String, _ text: String) throws(Misuse) -> String {
        let isToken = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
            case _: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
        guard isToken, !text.isEmpty else {
            throw Misuse(
                "\(key) \(text): not a header's name (letters, digits and !#$%&'*+-.^_`|~)")
        }
        return text
    }
}
