internal import SimModel

/// ANSI colours, or none.
struct TerminalStyle {
    let isOn: Bool

    func verdict(_ verdict: Verdict) -> String {
        wrap(verdict.rawValue.uppercased(), "1;" + colour(of: verdict))
    }

    func mark(_ verdict: Verdict) -> String {
        switch verdict {
        case .pass: wrap("✓", colour(of: verdict))
        case .fail: wrap("✗", colour(of: verdict))
        case .inconclusive: wrap("?", colour(of: verdict))
        case .error: wrap("!", colour(of: verdict))
        }
    }

    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }
    func fault(_ text: String) -> String { wrap(text, "33") }
    func bad(_ text: String) -> String { wrap(text, "31") }

    private func colour(of verdict: Verdict) -> String {
        switch verdict {
        case .pass: "32"
        case .fail, .error: "31"
        case .inconclusive: "33"
        }
    }

    private func wrap(_ text: String, _ code: String) -> String {
        isOn ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}
