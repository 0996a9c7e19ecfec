internal import CommyBase
internal import CommyWire

// Credit of streams that pass through. A relay gives each side a window of its own to begin with,
// and passes on what the far end gives. It counts both from the beginning of the stream: whenever
// the far end has allowed more in all than the near end was granted in all, the difference is
// owed, and is paid as far as this relay may hold bytes of the stream. So the writer never has less
// credit than the reader gave, however many relays lie between them and whatever windows each of
// them begins with: a reader that waits for half of its window before it grants gets that half.
extension Node {
    /// A stream down begins: its peer and this node let each other send so much.
    mutating func allowanceBegan(_ number: Int, _ window: UInt32) {
        // Of another instance than before, perhaps: what the caller has been granted stays.
        calls[number].allowed = UInt64(window)
        calls[number].answerGranted = UInt64(limits.link.streamWindow)
        passRequestCredit(number)
        passAnswerCredit(number)
    }

    /// One side lets the other send more.
    mutating func creditReceived(_ number: Int, _ count: UInt32, isUp: Bool) {
        if isUp {
            calls[number].answerAllowed += UInt64(count)
            passAnswerCredit(number)
        } else {
            calls[number].allowed += UInt64(count)
            passRequestCredit(number)
        }
    }

    /// Pays the caller what it is owed of the instance's credit.
    @inline(__always)
    mutating func passRequestCredit(_ number: Int) {
        let (allowed, granted) = (calls[number].allowed, calls[number].granted)
        // What an earlier instance had allowed already is not granted twice.
        guard allowed > granted, let up = calls[number].up else { return }
        let held = calls[number].heldRequest
        calls[number].granted +=
            withStream(up) { $0.grant(up.key, allowed - granted, held: held) } ?? 0
    }

    /// Pays the instance what it is owed of the caller's credit.
    @inline(__always)
    mutating func passAnswerCredit(_ number: Int) {
        let (allowed, granted) = (calls[number].answerAllowed, calls[number].answerGranted)
        guard allowed > granted, let down = calls[number].down else { return }
        let held = calls[number].heldAnswer
        calls[number].answerGranted +=
            withStream(down) { $0.grant(down.key, allowed - granted, held: held) } ?? 0
    }
}
