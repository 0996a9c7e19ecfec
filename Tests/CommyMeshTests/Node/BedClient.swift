import CommyBase
import CommyWire

@testable import CommyMesh

/// A process at a node: it serves services by echoing, and calls others, and remembers everything.
final class BedClient {
    enum Outcome: Equatable {
        case answered([UInt8])
        case sent
        case failed(ErrorCode, ErrorCode.Delivery)
    }
    struct Placed {
        var at: MeshInstant
        var outcome: Outcome?
        var endedAt: MeshInstant?
    }

    let index: Int
    let host: Int
    var client: SessionClient
    var wait = MeshInstant.never
    var isAlive = true
    var pipe = -1
    /// How long the handler works.
    var work: Duration = .zero
    /// Answers nothing while true.
    var isMute = false
    /// How large an answer is; nil echoes.
    var answerBytes: Int?
    /// What the handler fails with.
    var failure: CommyError?
    /// What it turns requests away with, unseen.
    var refusal: CommyError?

    var calls: [CallID: Placed] = [:]
    var order: [CallID] = []
    var served: [IncomingRequest] = []
    var cancelled: [(IncomingID, ErrorCode)] = []
    var instances: [RequestID: InstanceID] = [:]
    var failures: [RequestID: CommyError] = [:]
    var rows: [RequestID: [String]] = [:]
    var watched: [WatchEvent] = []
    var detached: CommyError?
    var isDraining = false

    init(
        _ index: Int, _ host: Int, _ key: RandomKey, _ role: SessionConfiguration.Role,
        _ limits: SessionLimits = SessionLimits(), at now: MeshInstant
    ) {
        self.index = index
        self.host = host
        client = SessionClient(
            SessionConfiguration(role: role, random: key, limits: limits, build: "bed"),
            at: now)
    }

    func take(_ output: SessionOutput, _ bed: MeshBed) {
        switch output {
        case .answered(let id, let answer):
            if let failure = answer.failure {
                ended(id, .failed(failure.code, .maybe), bed)
            } else {
                ended(id, .answered(answer.body), bed)
            }
        case .sent(let id): ended(id, .sent, bed)
        case .callFailed(let id, let error, let delivered):
            ended(id, .failed(error.code, delivered), bed)
        case .request(let request): serve(request, bed)
        case .requestCancelled(let id, let code): cancelled.append((id, code))
        case .registered(let id, let instance): instances[id] = instance
        case .failed(let id, let error): failures[id] = error
        case .rows(let id, let rows): self.rows[id] = rows
        case .event(_, let events): watched += events
        case .detached(let error): detached = error
        case .draining: isDraining = true
        case .attached, .done, .transmit, .close, .wait: break
        }
    }

    private func ended(_ id: CallID, _ outcome: Outcome, _ bed: MeshBed) {
        guard calls[id] != nil else {
            // It ended while it was placed.
            calls[id] = Placed(at: bed.now, outcome: outcome, endedAt: bed.now)
            return
        }
        precondition(calls[id]?.outcome == nil, "a call was answered twice")
        calls[id]?.outcome = outcome
        calls[id]?.endedAt = bed.now
    }

    private func serve(_ request: IncomingRequest, _ bed: MeshBed) {
        if let refusal { return client.refuse(request.id, refusal, at: bed.now) }
        served.append(request)
        bed.executions[request.open.correlation, default: 0] += 1
        guard !isMute, request.wantsAnswer else { return }
        guard work > .zero else { return respond(request, bed) }
        bed.after(work) { [self] bed in
            guard isAlive, !bed.hosts[host].isDeadHost else { return }
            respond(request, bed)
            bed.drain(.client(index))
        }
    }

    private func respond(_ request: IncomingRequest, _ bed: MeshBed) {
        if let failure {
            client.fail(request.id, failure, at: bed.now)
        } else if let answerBytes {
            let body = [UInt8](repeating: 7, count: answerBytes)
            unsafe client.answer(request.id, body: body.span.bytes, at: bed.now)
        } else {
            unsafe client.answer(request.id, body: request.body.span.bytes, at: bed.now)
        }
    }

    @discardableResult
    func register(_ bed: MeshBed, _ service: String, labels: [Label] = []) -> RequestID {
        guard let offer = try? ServiceOffer(service: ServiceName(service)!, labels: labels) else {
            preconditionFailure("tests offer what is sound")
        }
        defer { bed.drain(.client(index)) }
        return client.register(offer, at: bed.now)
    }

    @discardableResult
    func call(
        _ bed: MeshBed, _ service: String, _ body: [UInt8] = [1, 2, 3],
        timeout: Duration? = .seconds(5), idempotent: Bool = false,
        _ change: (inout CallRequest) -> Void = { _ in }
    ) -> CallID {
        var request = CallRequest(
            service: ServiceName(service)!, timeout: timeout, isIdempotent: idempotent)
        change(&request)
        let id = unsafe client.call(request, body: body.span.bytes, at: bed.now)
        placed(id, bed)
        return id
    }

    @discardableResult
    func send(
        _ bed: MeshBed, _ service: String, _ body: [UInt8] = [9], acknowledged: Bool
    ) -> CallID {
        let request = CallRequest(service: ServiceName(service)!, timeout: .seconds(5))
        let id = unsafe client.send(
            request, acknowledged: acknowledged, body: body.span.bytes, at: bed.now)
        placed(id, bed)
        return id
    }

    private func placed(_ id: CallID, _ bed: MeshBed) {
        calls[id] = Placed(at: bed.now)
        order.append(id)
        bed.drain(.client(index))
    }

    func outcome(_ id: CallID) -> Outcome? { calls[id]?.outcome }

    func latency(_ id: CallID) -> Duration? {
        guard let placed = calls[id], let end = placed.endedAt else { return nil }
        return end - placed.at
    }

    func query(_ bed: MeshBed, _ query: ControlQuery) -> RequestID {
        defer { bed.drain(.client(index)) }
        return client.query(query, at: bed.now)
    }
}
