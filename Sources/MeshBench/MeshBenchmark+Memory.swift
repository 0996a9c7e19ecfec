internal import CommyBase
internal import CommySession
internal import Foundation
internal import SimLab

/// What a node weighs.
extension MeshBenchmark {
    private static let services = 1_000
    private static let sessions = 100
    private static let aims = (idle: 12e6, service: 16_384.0, session: 1e6)

    /// The near node: idle with one peer, then with many services of one session. The far node
    /// takes many sessions: on the near one they would fill what the services have left free.
    /// Resident memory, page by page as the kernel counts it.
    func memory(_ pair: MeshPair) throws -> [BenchFigure] {
        progress("memory")
        Thread.sleep(forTimeInterval: 3)
        let idle = try pair.near.memory()
        var sessions: [SessionHolder] = []
        let first = SessionHolder(try MeshSession.attached(to: pair.nearSocket, name: "weight-0"))
        let before = try pair.near.memory()
        for number in 0..<Self.services {
            guard let name = ServiceName("weight-\(number)") else { continue }
            try first.session.offer(name)
        }
        var left = Self.services
        let limit = first.session.now + .seconds(30)
        while left > 0 {
            guard first.session.now < limit else {
                throw MeshBenchError("\(left) services were not registered within 30 s")
            }
            _ = try first.session.turn(until: limit)
            for event in first.session.take() {
                if case .registered = event { left -= 1 }
            }
        }
        let withServices = try pair.near.memory()
        let beforeSessions = try pair.far.memory()
        for number in 1...Self.sessions {
            let session = try MeshSession.attached(to: pair.farSocket, name: "weight-\(number)")
            sessions.append(SessionHolder(session))
        }
        let withSessions = try pair.far.memory()
        return [
            BenchFigure("commyd idle, one peer: resident", "MB", idle.resident / 1e6)
                .atMost(Self.aims.idle / 1e6),
            BenchFigure("commyd idle, one peer: of it anonymous", "MB", idle.anonymous / 1e6),
            BenchFigure(
                "per registered service (of \(Self.services))", "KiB",
                (withServices.resident - before.resident) / Double(Self.services) / 1_024
            ).atMost(Self.aims.service / 1_024),
            BenchFigure(
                "per session (of \(Self.sessions))", "KiB",
                (withSessions.resident - beforeSessions.resident) / Double(Self.sessions) / 1_024
            ).atMost(Self.aims.session / 1_024),
        ]
    }
}

/// Keeps a session open.
private final class SessionHolder {
    var session: MeshSession

    init(_ session: consuming MeshSession) { self.session = session }
}
