import SimModel

/// What the nodes of a mesh have told, gathered by what they speak of. Times are nanoseconds since
/// the traffic's start.
struct MeshStory: Sendable {
    /// How others see a member, or how a node sees a link.
    enum State: String, Sendable, Comparable {
        case good, suspect, bad

        private var weight: Int {
            switch self {
            case .good: 0
            case .suspect: 1
            case .bad: 2
            }
        }

        static func < (left: State, right: State) -> Bool { left.weight < right.weight }
    }
    /// A time in which somebody saw it so, and who did at its begin.
    struct Band: Sendable, Equatable {
        var begin: Int64
        var end: Int64
        var state: State
        var word: String
        var observers: [String]
    }
    /// One member or one link.
    struct Subject: Sendable, Equatable {
        var name: String
        /// Only where it was not good, in the order of time.
        var bands: [Band] = []
    }
    /// Something that happened at an instant.
    struct Mark: Sendable, Equatable {
        var at: Int64
        var text: String
    }
    /// To whom requests of one node went.
    struct Route: Sendable, Equatable {
        var host: String
        var service: String
        var node: String
        var rule: String
        var transport: String
        var count = 0
        var retries = 0
    }

    /// Those that were not always good, in the order in which that began.
    private(set) var members: [Subject] = []
    private(set) var links: [Subject] = []
    /// Steps of trust, certificates and refusals.
    private(set) var identities: [Mark] = []
    private(set) var routes: [Route] = []
    private(set) var reportCount = 0

    private struct Opinion: Sendable {
        var observer: String
        var state: State
        var word: String
    }
    /// By subject: what is thought of it now.
    private var opinions: [String: [Opinion]] = [:]
    private var open: [String: Band] = [:]
    private var placeOfRoute: [String: Int] = [:]

    mutating func told(_ report: ProcessReported, at instant: Int64) {
        reportCount += 1
        let fields = report.fields
        switch report.kind {
        case "member":
            guard let peer = fields["peer"], let word = fields["state"] else { return }
            let state: State =
                switch word {
                case "suspect": .suspect
                case "dead": .bad
                case _: .good
                }
            note("member \(peer)", report.host, state, word, at: instant)
        case "link":
            guard let peer = fields["peer"], let word = fields["state"] else { return }
            let state: State =
                switch word {
                case "silent": .suspect
                case "down": .bad
                case _: .good
                }
            let path = fields["path"].map { " (\($0))" } ?? ""
            note("link \(report.host)~\(peer)\(path)", report.host, state, word, at: instant)
        case "route": noteRoute(report)
        case "trust", "certificate", "refused":
            identities.append(Mark(at: instant, text: report.text))
        case _: break
        }
    }

    /// A node that starts anew has no opinions.
    mutating func forget(_ host: String, at instant: Int64) {
        for (subject, all) in opinions.sorted(by: { $0.key < $1.key })
        where all.contains(where: { $0.observer == host }) {
            opinions[subject]?.removeAll { $0.observer == host }
            settle(subject, at: instant)
        }
    }

    /// The run is over.
    mutating func finish(at end: Int64) {
        for (subject, band) in open.sorted(by: { $0.key < $1.key }) {
            close(band, of: subject, at: end)
        }
        open = [:]
        let order = { (left: Subject, right: Subject) in
            (left.bands.first?.begin ?? 0, left.name) < (right.bands.first?.begin ?? 0, right.name)
        }
        members.sort(by: order)
        links.sort(by: order)
        routes.sort {
            ($0.host, $0.service, $1.count, $0.node) < ($1.host, $1.service, $0.count, $1.node)
        }
    }

    private mutating func note(
        _ subject: String, _ observer: String, _ state: State, _ word: String, at instant: Int64
    ) {
        opinions[subject, default: []].removeAll { $0.observer == observer }
        opinions[subject, default: []].append(
            Opinion(observer: observer, state: state, word: word))
        settle(subject, at: instant)
    }

    /// The worst opinion of it counts.
    private mutating func settle(_ subject: String, at instant: Int64) {
        let all = opinions[subject] ?? []
        let worst = all.max { $0.state < $1.state }
        let band = open[subject]
        guard let worst, worst.state > .good else {
            if let band { close(band, of: subject, at: instant) }
            open[subject] = nil
            return
        }
        if band?.state == worst.state { return }
        if let band { close(band, of: subject, at: instant) }
        open[subject] = Band(
            begin: instant, end: instant, state: worst.state, word: worst.word,
            observers: all.filter { $0.state == worst.state }.map(\.observer))
    }

    private mutating func close(_ band: Band, of subject: String, at instant: Int64) {
        guard instant > band.begin else { return }
        var closed = band
        closed.end = instant
        if subject.hasPrefix("member ") {
            Self.add(closed, of: subject, to: &members)
        } else {
            Self.add(closed, of: subject, to: &links)
        }
    }

    private static func add(_ band: Band, of name: String, to subjects: inout [Subject]) {
        if let place = subjects.firstIndex(where: { $0.name == name }) {
            subjects[place].bands.append(band)
        } else {
            subjects.append(Subject(name: name, bands: [band]))
        }
    }

    private mutating func noteRoute(_ report: ProcessReported) {
        let fields = report.fields
        var route = Route(
            host: report.host, service: fields["service"] ?? "?", node: fields["node"] ?? "?",
            rule: fields["rule"] ?? "?", transport: fields["transport"] ?? "?")
        let key = "\(route.host) \(route.service) \(route.node) \(route.rule) \(route.transport)"
        let place = placeOfRoute[key] ?? routes.count
        if place == routes.count {
            placeOfRoute[key] = place
            routes.append(route)
        }
        route = routes[place]
        route.count += 1
        if fields["attempt"].flatMap({ Int($0) }) ?? 1 > 1 { route.retries += 1 }
        routes[place] = route
    }
}
