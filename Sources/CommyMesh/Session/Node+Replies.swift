internal import CommyBase
internal import CommyWire

// How requests of local processes are answered. Replies to different requests may come in any
// order, and the parts of one with others between them.
extension Node {
    mutating func reply(
        _ request: UInt32, _ slot: Int, _ body: (inout ByteWriter) -> Void = { _ in }
    ) {
        withMachine(slot) { machine in
            _ = machine.write {
                ControlReplyHead(request: request).encodeFrame(into: &$0, body)
            }
        }
    }

    mutating func fail(_ request: UInt32, _ error: CommyError, _ slot: Int) {
        let detail = error.detail.cut(toBytes: WireLimits.errorDetail)
        withMachine(slot) { machine in
            _ = machine.write {
                ControlReplyHead(request: request, failure: error.code).encodeFrame(into: &$0) {
                    $0.text(detail)
                }
            }
        }
    }

    /// Answers a query by rows, in as many replies as they need, as the process reads them. All
    /// rows are of the moment of the query, however long that takes. Throws when they are too many
    /// or too large; nothing is sent then.
    mutating func answer(
        _ request: UInt32, _ slot: Int, _ rows: [String]
    ) throws(CommyError) {
        let answer = SessionRecord.Answer(request: request, rows: rows)
        let largest = rows.lazy.map(\.utf8.count).max() ?? 0
        guard largest + Self.rowOverhead <= Self.replyRoom else {
            throw CommyError(.messageTooLarge, "a row of \(largest) bytes")
        }
        guard let session = links[slot].session,
            session.answers.count < limits.listingsPerSession
        else { throw CommyError(.limitReached, "answers that one process has not read") }
        guard waitingAnswerBytes + answer.byteCount <= limits.listingBytes else {
            throw CommyError(.limitReached, "bytes of answers that were not read")
        }
        links[slot].session?.answers.append(answer)
        continueAnswers(slot)
    }

    /// What a row needs besides its text: the length in front of it.
    private static let rowOverhead = 5
    private static let replyRoom = WireLimits.framePayload - ControlReplyHead.byteCount

    private var waitingAnswerBytes: Int {
        var sum = 0
        for link in links {
            for answer in link.session?.answers ?? [] { sum += answer.byteCount }
        }
        return sum
    }

    /// Sends of what waits as much as there is room for.
    mutating func continueAnswers(_ slot: Int) {
        while links[slot].phase == .session, let answer = links[slot].session?.answers.first,
            links[slot].machine.output.count < limits.link.committedOutput
        {
            var end = answer.next
            var room = Self.replyRoom
            while end < answer.rows.count {
                room -= answer.rows[end].utf8.count + Self.rowOverhead
                guard room >= 0 else { break }
                end += 1
            }
            let isPart = end < answer.rows.count
            let part = answer.rows[answer.next..<end]
            let head = ControlReplyHead(request: answer.request, isPart: isPart)
            withMachine(slot) { machine in
                _ = machine.write {
                    head.encodeFrame(into: &$0) { for row in part { $0.text(row) } }
                }
            }
            if isPart {
                links[slot].session?.answers[0].next = end
            } else {
                links[slot].session?.answers.removeFirst()
            }
        }
    }
}
