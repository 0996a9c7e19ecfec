internal import CommyBase
internal import CommyWire

extension LinkMachine {
    /// Bytes of the peer's DATA are disposed of; tells the peer when enough of the window is free
    /// again.
    mutating func release(_ count: Int, at now: MeshInstant) {
        let granted = window.released(count, at: now, limits)
        guard granted > 0, state != .closed else { return }
        let isSound = receiveWindow.grant(granted, ceiling: WireLimits.creditCeiling)
        precondition(isSound, "more was released than had come")
        write { CreditFrame(byteCount: granted).encodeFrame(into: &$0) }
    }

    /// The window becomes larger, at once as far as the peer is concerned.
    mutating func growWindow(at now: MeshInstant) {
        window.grow(limits)
        release(0, at: now)
    }

    /// The end of a stream has used up bytes: tells the peer when half of the stream's window is
    /// free again.
    mutating func used(_ key: StreamKey, _ count: Int, at now: MeshInstant) {
        release(count, at: now)
        regrant(key, count, at: now)
    }

    /// The stream's part of `used`, for who disposes of bytes earlier than there is room for more.
    mutating func regrant(_ key: StreamKey, _ count: Int, at now: MeshInstant) {
        guard let slot = table.find(key) else { return }
        let granted = table[slot].window.used(
            UInt32(count), available: table[slot].receive.available, mayGrow: growsStreams,
            at: now, limits)
        guard granted > 0, !table[slot].marks.contains(.remoteEnded), state != .closed
        else { return }
        let isSound = table[slot].receive.grant(granted, ceiling: WireLimits.creditCeiling)
        precondition(isSound, "more was used than had come")
        write { CreditFrame(byteCount: granted).encodeFrame(stream: key.id, into: &$0) }
    }

    /// What a relay lets one stream have under way and held at once: a quarter of the link's
    /// window, so that one reader that stops does not stop the link; at least what it began with.
    var relayedWindow: UInt32 {
        max(limits.streamWindow, window.size / 4)
    }

    /// The far end of a relayed stream lets the peer send `count` bytes more, and `held` bytes of
    /// the stream wait in this relay. Passes on as much as `relayedWindow` allows, and returns how
    /// much; the rest is to be offered again when bytes came or left. Nothing is lost, and bytes
    /// come or leave as long as less than everything was passed on: so this cannot stand still.
    mutating func grant(_ key: StreamKey, _ count: UInt64, held: Int) -> UInt64 {
        guard let slot = table.find(key), !table[slot].marks.contains(.remoteEnded),
            state != .closed
        else { return 0 }
        let limit = Int(relayedWindow)
        let room = limit - Int(table[slot].receive.available) - held
        let granted = min(count, UInt64(max(0, room)))
        // In few pieces: all of it, or a quarter of what there may be.
        guard granted > 0, granted == count || granted >= UInt64(limit) / 4 else { return 0 }
        let isSound = table[slot].receive.grant(
            UInt32(granted), ceiling: WireLimits.creditCeiling)
        precondition(isSound, "there was room")
        write {
            CreditFrame(byteCount: UInt32(granted)).encodeFrame(stream: key.id, into: &$0)
        }
        return granted
    }
}
