import CommyBase
import SimModel

/// `duration:`, `phases:` and `timeout:`.
extension DocumentReader {
    func readTime(_ fields: Fields) {
        if let duration = fields.duration("duration") { scenario.duration = duration }
        if fields.has("phases") { readPhases(fields) }
        let timeout = fields.duration("timeout")
        scenario.timeout = timeout
        guard let timeout, names.phasesAreKnown, timeout <= scenario.duration else { return }
        fields.report(
            "the timeout of \(timeout.shortText) is over before the duration of "
                + scenario.duration.shortText, value: "timeout",
            expected: "more than the duration, which leaves time for starting and stopping")
    }

    private func readPhases(_ fields: Fields) {
        if fields.has("duration") {
            fields.report(
                "'duration' beside 'phases'", key: "duration",
                expected: "one of them: the duration is the sum of the phases")
        }
        var begin = Duration.zero
        let before = sink.count
        let entries = named(fields, "phases")
        for entry in entries {
            checkName(entry, of: "phase")
            names.phases.append(entry.key)
            let type = ValueType.duration(.positive)
            let read = ScalarValue.read(entry.value, as: type, for: entry.key, into: sink)
            guard let length = read?.duration else { continue }
            scenario.phases.append(Phase(name: entry.key, begin: begin, end: begin + length))
            begin += length
        }
        if sink.count > before {
            names.phasesAreKnown = false
        } else if entries.isEmpty {
            fields.report(
                "there is no phase", key: "phases", expected: "a phase, such as steady: 10s")
            names.phasesAreKnown = false
        } else if begin.seconds > Limits.longestSeconds {
            fields.report(
                "the phases are longer than a day", key: "phases", expected: "at most a day")
            names.phasesAreKnown = false
        } else {
            scenario.duration = begin
        }
    }

    /// A phase that a key refers to.
    func phase(_ fields: Fields, _ key: String) -> Phase? {
        guard let text = fields.text(key), let node = fields.value(key) else { return nil }
        guard names.phases.contains(text) else {
            reportUnknown("phase", text, at: node, among: names.phases)
            return nil
        }
        return scenario.phase(text)
    }
}
