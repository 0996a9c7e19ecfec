extension ValueType {
    /// A value as a file has it; the reference page shows it.
    var example: String {
        switch self {
        case .text: "text"
        case .formatted(_, _, let example): example
        case .name: "orders-1"
        case .reference(let kind): Self.example(of: kind)
        case .boolean: "true"
        case .integer(let range): Self.example(in: range)
        case .number: "1.5"
        case .duration(.any): "-5s"
        case .duration(.zeroOrMore), .duration(.positive): "500ms"
        case .drift: "200ppm"
        case .probability: "0.1%"
        case .percentage: "10%"
        case .bitRate: "10mbit"
        case .size(let range): range.contains(65_536) ? "64KiB" : "1400B"
        case .requestRate: "200/s"
        case .word(let words): words.first ?? ""
        case .comparison(let comparison): "\"\(comparison.example)\""
        case .list(let element): "[\(element.example)]"
        case .mapping(let shape): shape().example ?? "{}"
        case .named(let value): "{ orders: \(value.example) }"
        case .keyed(_, let value): "{ KEY: \(value.example) }"
        case .anyOf(_, let types): types.first?.example ?? ""
        }
    }

    private static func example(of kind: String) -> String {
        switch kind {
        case "host": "web-1"
        case "process": "nginx"
        case "traffic": "checkout"
        case "fault": "crash"
        case "phase": "steady"
        case "zone": "eu/a"
        case "service": "orders"
        default: preconditionFailure("there is no kind of name '\(kind)'")
        }
    }

    private static func example(in range: ClosedRange<Int>) -> String {
        let wanted = range == 1...65_535 ? 8_080 : 3
        return "\(range.contains(wanted) ? wanted : range.lowerBound)"
    }
}
