import CommyBase
import SimModel

/// One item under `faults:` that has a name and a verb.
struct FaultEntry {
    var name: String
    var verb: String
    var fields: Fields
}

/// `faults:` - what goes wrong, and when.
extension DocumentReader {
    /// The first pass: patterns refer to faults that come later in the file.
    func collectFaultNames(_ document: Fields) {
        var unnamed: [String: Int] = [:]
        for item in list(document, "faults") {
            guard let fields = Fields(item, Shapes.fault, sink) else {
                names.faultsAreKnown = false
                continue
            }
            let verbs = Shapes.verbs.map(\.name)
            let given = fields.present(of: verbs)
            for extra in given.dropFirst() {
                fields.report(
                    "'\(extra.key)' beside '\(given[0].key)'", key: extra.key,
                    expected: "one thing that goes wrong a fault")
            }
            guard let verb = given.first?.key else {
                names.faultsAreKnown = false
                if fields.hasUnknownKey {
                    names.faults.append(fields.text("name") ?? "")
                } else {
                    sink.report(
                        "a fault in which nothing goes wrong", at: item.position,
                        expected: "one of " + verbs.joined(separator: ", "))
                }
                continue
            }
            let name = faultName(fields, verb: verb, unnamed: &unnamed)
            faultEntries.append(FaultEntry(name: name, verb: verb, fields: fields))
        }
    }

    func readFaults(_ document: Fields) {
        for entry in faultEntries {
            let (fields, verb) = (entry.fields, entry.verb)
            let times = readTimes(of: entry)
            let action = readAction(fields, verb: verb)
            guard let times, let action else {
                names.faultsAreKnown = false
                continue
            }
            if case .exec(_, _, let heal) = action {
                checkHealing(fields, hasHeal: heal != nil, lasts: times.lasts)
            }
            scenario.faults.append(
                FaultSpec(
                    name: entry.name, trigger: times.trigger, lasts: times.lasts, action: action))
        }
        checkWaiting()
    }

    private func faultName(
        _ fields: Fields, verb: String, unnamed: inout [String: Int]
    ) -> String {
        var name = fields.text("name")
        if name == nil {
            let number = unnamed[verb, default: 0] + 1
            unnamed[verb] = number
            name = number == 1 ? verb : "\(verb)-\(number)"
        }
        let result = name ?? verb
        let place = fields.has("name") ? "name" : verb
        if names.faults.contains(result) {
            fields.report(
                "two faults are called '\(result)'", value: place,
                expected: "name: ... with a name of its own")
        } else if names.phases.contains(result) {
            fields.report(
                "a phase is called '\(result)' as well", value: place,
                expected: "name: ... with a name that no phase has")
        } else if result == "no fault" {
            fields.report(
                "'no fault' is the word for the absence of faults", value: place,
                expected: "another name")
        }
        names.faults.append(result)
        return result
    }

    /// What an exec fault takes back when it heals.
    private func checkHealing(_ fields: Fields, hasHeal: Bool, lasts: Duration?) {
        if hasHeal, lasts == nil {
            fields.report(
                "'heal' of a fault that never heals", value: "exec",
                expected: "for: DURATION beside it")
        } else if !hasHeal, fields.has("for") {
            fields.report(
                "'for' beside an exec without 'heal': nothing would take its effect back",
                key: "for", expected: "heal: COMMAND in it, or no 'for'")
        }
    }

    private func readAction(_ fields: Fields, verb: String) -> FaultSpec.Action? {
        guard let node = fields.value(verb) else { return nil }
        switch verb {
        case "crash": return readProcessTarget(node, verb).map { .crash($0) }
        case "power-loss": return hostName(node, verb).map { .powerLoss(host: $0) }
        case "pause": return readProcessTarget(node, verb).map { .pause($0) }
        case "stop": return readProcessTarget(node, verb).map { .stop($0) }
        case "restart": return readProcessTarget(node, verb).map { .restart($0) }
        case "cut":
            guard let inner = Fields(node, Shapes.cut, sink) else { return nil }
            let family = inner.word("family", as: AddressFamily.self)
            return readSelector(inner).map { .cut($0, family) }
        case "reset":
            return Fields(node, Shapes.reset, sink).flatMap { readSelector($0) }
                .map { .reset($0) }
        case "partition": return readPartition(node)
        case "flap": return readFlap(node)
        case "degrade": return readDegrade(node)
        case "bufferbloat": return readBufferbloat(node)
        case "mtu-black-hole": return readBlackHole(node)
        case "clock": return readClock(node)
        case "cpu": return readProcessorShare(node)
        case "memory": return readMemory(node)
        case "open-files": return readOpenFiles(node)
        case "full-disk": return readFullDisk(node)
        case "certificate": return readCertificate(node)
        case "trust": return readTrust(node)
        default: return readExecFault(node)
        }
    }
}
