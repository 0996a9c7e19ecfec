internal import CommyBase
internal import CommyLinux

/// Finds who has answered, as the configuration's attribution says.
struct BackendCapture {
    private enum Rule {
        case none, header
        case body(Regex<AnyRegexOutput>)
        case peer([UInt8])
    }
    private let rule: Rule

    /// Nil when the expression of `.body` is none; the command line has refused it before.
    init?(_ configuration: TrafficConfiguration) {
        switch configuration.attribution {
        case .none: rule = .none
        case .header: rule = .header
        case .peer: rule = .peer(Array(configuration.address.hostText.utf8))
        case .body(let text):
            guard let expression = Self.expression(text) else { return nil }
            rule = .body(expression)
        }
    }

    /// A regular expression with a capture group; nil when it is none.
    static func expression(_ text: String) -> Regex<AnyRegexOutput>? {
        try? Regex(text)
    }

    /// At most `Limits.backendBytes`; empty when nobody is named.
    func backend(header: [UInt8], body: @autoclosure () -> [UInt8]) -> [UInt8] {
        switch rule {
        case .none: []
        case .header: header
        case .peer(let address): address
        case .body(let expression): Self.capture(expression, in: body())
        }
    }

    private static func capture(_ expression: Regex<AnyRegexOutput>, in body: [UInt8]) -> [UInt8] {
        let text = String(decoding: body.prefix(Limits.bodyBytes), as: UTF8.self)
        guard let match = try? expression.firstMatch(in: text), match.output.count > 1,
            let group = match.output[1].substring
        else { return [] }
        return Array(group.utf8.prefix(Limits.backendBytes))
    }
}
