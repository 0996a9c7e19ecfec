internal import CommyBase
internal import CommyLinux
internal import CommyReactor

/// Datagrams and their answers over one connected UDP socket: the epoll loop around `OpenLoop` and
/// `DatagramLedger`.
struct DatagramGenerator: ~Copyable {
    private let configuration: TrafficConfiguration
    private let rule: TrafficConfiguration.ReplyRule
    private let capture: BackendCapture?
    /// True when the payload has room for the ordinal.
    private let isNumbered: Bool
    private let socket: UDPSocket
    private var loop: OpenLoop
    private var ledger = DatagramLedger()
    private var payload: [UInt8]
    private var readBuffer = [UInt8](repeating: 0, count: Limits.readBytes)

    init(
        _ configuration: TrafficConfiguration, _ loop: consuming OpenLoop
    ) throws(SystemError) {
        guard case .udp(let rule) = configuration.exchange else {
            preconditionFailure("only for udp")
        }
        let socket = try UDPSocket(connectedTo: configuration.address)
        try loop.queue.add(socket.descriptor.raw, .readable, token: 0)
        self.configuration = configuration
        self.rule = rule
        capture = BackendCapture(configuration)
        payload = configuration.payload
        isNumbered =
            DatagramPayload.ordinal(of: payload[...], identity: configuration.identity) != nil
        self.socket = socket
        self.loop = loop
    }

    mutating func run() throws(SystemError) -> TrafficGenerator.End {
        while true {
            sendDue()
            expireTimeouts()
            switch try loop.turn(oldest: ledger.oldest()?.due, underWay: ledger.count) {
            case .ended(let end): return end
            case .events(let count):
                for index in 0..<count {
                    switch loop.event(at: index) {
                    case .own: receive()
                    case .served: break
                    case .outputLost: return .outputLost
                    }
                }
            }
        }
    }

    private mutating func sendDue() {
        for _ in 0..<Limits.sendsPerTurn {
            guard let arrival = loop.nextArrival() else { return }
            guard ledger.count < configuration.maximumInFlight else {
                loop.refuse(arrival)
                continue
            }
            if isNumbered { DatagramPayload.setOrdinal(arrival.ordinal, of: &payload) }
            loop.countSent()
            let request = DatagramLedger.UnderWay(
                ordinal: arrival.ordinal, due: arrival.due, sent: arrival.sent)
            if let failure = send() {
                decide(request, failure)
            } else if rule == .none {
                decide(request, .ok)
            } else {
                ledger.sent(request)
            }
        }
    }

    /// Sends the payload once: nil when it is on its way.
    private mutating func send() -> TrafficResult? {
        while true {
            do throws(SystemError) {
                try socket.send(payload)
                return nil
            } catch {
                // A refusal of an earlier datagram is told at the next call, which then sends
                // nothing (udp(7)): it is the oldest one's, and this one is tried again.
                let result = TrafficResult(error)
                guard result == .refused, let oldest = ledger.oldest() else { return result }
                ledger.gaveUp(oldest.ordinal)
                decide(oldest, result)
            }
        }
    }

    private mutating func receive() {
        for _ in 0..<Limits.datagramsPerWakeUp {
            do throws(SystemError) {
                guard let count = try socket.receive(into: &readBuffer) else { return }
                answerCame(readBuffer[..<count])
            } catch {
                // An ICMP error of an earlier datagram (refused, unreachable): nobody is there for
                // the oldest one either.
                guard let oldest = ledger.oldest() else { continue }
                ledger.gaveUp(oldest.ordinal)
                decide(oldest, TrafficResult(error))
            }
        }
    }

    private mutating func answerCame(_ bytes: ArraySlice<UInt8>) {
        let named = DatagramPayload.ordinal(of: bytes, identity: configuration.identity)
        guard let ordinal = named ?? ledger.oldest()?.ordinal else { return }
        switch ledger.answerCame(ordinal) {
        case .unknown: return
        case .repeated: loop.noteRepeat(of: ordinal)
        case .first(let request, let isMisordered):
            decide(
                request, isWanted(bytes, ordinal) ? .ok : .wrongAnswer, bytes,
                isMisordered: isMisordered)
        }
    }

    private func isWanted(_ bytes: ArraySlice<UInt8>, _ ordinal: UInt64) -> Bool {
        switch rule {
        case .none, .any: return true
        case .contains(let text): return bytes.firstRange(of: text) != nil
        case .echo:
            var sent = payload
            if isNumbered { DatagramPayload.setOrdinal(ordinal, of: &sent) }
            return bytes.elementsEqual(sent)
        }
    }

    private mutating func expireTimeouts() {
        let now = loop.now
        while let oldest = ledger.oldest(), loop.deadline(of: oldest.due) <= now {
            ledger.gaveUp(oldest.ordinal)
            decide(oldest, .timeout)
        }
    }

    private mutating func decide(
        _ request: DatagramLedger.UnderWay, _ result: TrafficResult,
        _ answer: ArraySlice<UInt8> = [],
        isMisordered: Bool = false
    ) {
        var record = TrafficRequest(
            ordinal: request.ordinal, scheduledNanoseconds: request.due.nanoseconds,
            latencyNanoseconds: (loop.now - request.due).nanoseconds, result: result)
        record.sendDelayNanoseconds = (request.sent - request.due).nanoseconds
        record.isMisordered = isMisordered
        record.bodyByteCount = UInt64(answer.count)
        if !answer.isEmpty {
            record.backend = capture?.backend(header: [], body: Array(answer)) ?? []
        }
        loop.decide(record)
    }
}
