internal import CLinux
internal import CommyBase
internal import CommyLinux
internal import SimModel

/// Under a virtual clock TCP is never disturbed: `SegmentHold` turns loss into lateness.
extension PacketMover {
    /// A packet of a host that goes to another one.
    mutating func enterLockstep(
        _ handle: UInt32, _ bytes: borrowing Span<UInt8>, _ header: PacketHeader,
        _ traits: PacketTraits, from host: Int, to destination: Int
    ) {
        if lockstep?.isOff[host] == true {
            pool.release(handle)
            return
        }
        if let segment = SegmentFacts(bytes, header) {
            let entry = lockstep?.hold.entered(handle, flow: traits.flow, segment, at: now)
            if entry == .swallow {
                // Kernels repeat by real time; the trace knows nothing of it.
                pool.release(handle)
                return
            }
        }
        lockstep?.countPacket()
        note("packet-sent", host, destination, traits.flow, header, bytes.count)
        submit(handle, byteCount: bytes.count, segments: 1, traits, host, destination)
    }

    private func note(
        _ kind: StaticString, _ source: Int, _ destination: Int, _ flow: UInt64,
        _ header: PacketHeader, _ byteCount: Int
    ) {
        lockstep?.trace.add(kind, at: now) { line in
            line.set("from", hostNames[source])
            line.set("to", hostNames[destination])
            line.set("flow", hexadecimal: flow)
            line.set("bytes", Int64(byteCount))
            if header.transport == 6 {
                line.set("flags", Int64(header.tcpFlags))
            } else {
                line.set("protocol", Int64(header.transport))
            }
        }
    }

    /// The model says that a packet has arrived.
    mutating func arriveInLockstep(_ delivery: Delivery) {
        let handle = delivery.handle
        guard lockstep?.hold.knows(handle) == true else {
            hand(over: delivery, note: "packet-delivered")
            return
        }
        if delivery.corruptedBit != nil {
            // Its checksum would be wrong: for TCP that is a loss.
            lose(handle, "corrupted")
            return
        }
        if capture.mode != .off { captureDelivery(delivery) }
        lockstep?.hold.arrived(handle, at: now)
        drainHold()
    }

    /// A packet that no kernel repeats: into its host at once.
    private mutating func hand(over delivery: Delivery, note kind: StaticString) {
        let facts = lockstep?.facts(of: delivery.handle)
        deliver(delivery)
        let destination = Int(delivery.destination.value)
        lockstep?.reach(destination)
        guard let facts else { return }
        trace(kind, facts)
    }

    private func trace(_ kind: StaticString, _ facts: PacketFacts) {
        lockstep?.trace.add(kind, at: now) { line in
            line.set("from", hostNames[Int(facts.source.value)])
            line.set("to", hostNames[Int(facts.destination.value)])
            line.set("flow", hexadecimal: facts.flow)
            line.set("bytes", Int64(facts.byteCount))
        }
    }

    mutating func dropInLockstep(_ drop: Drop) {
        guard lockstep?.hold.knows(drop.handle) == true else {
            if let facts = lockstep?.facts(of: drop.handle) { trace("packet-lost", facts) }
            self.drop(drop)
            return
        }
        if drop.reason == .reset {
            if let facts = lockstep?.facts(of: drop.handle) { trace("connection-reset", facts) }
            lockstep?.hold.removed(drop.handle)
            for host in devices.indices { lockstep?.reach(host) }
            self.drop(drop)
            drainHold()
            return
        }
        if capture.mode != .off { captureDrop(drop) }
        lose(drop.handle, "lost")
    }

    /// A copy of a segment was lost: it is held, or ends here.
    private mutating func lose(_ handle: UInt32, _ why: String) {
        guard let facts = lockstep?.facts(of: handle) else { return }
        lockstep?.trace.add("segment-lost", at: now) { line in
            line.set("from", hostNames[Int(facts.source.value)])
            line.set("to", hostNames[Int(facts.destination.value)])
            line.set("flow", hexadecimal: facts.flow)
            line.set("why", why)
        }
        if lockstep?.hold.lost(handle, at: now) == .forget { pool.release(handle) }
        drainHold()
    }

    /// Does what the hold says until it says to wait; returns until when.
    @discardableResult
    mutating func drainHold() -> MeshInstant {
        while let output = lockstep?.hold.nextOutput() {
            switch output {
            case .deliver(let handle): giveSegment(handle)
            case .release(let handle): pool.release(handle)
            case .resend(let handle):
                guard let facts = lockstep?.facts(of: handle) else { continue }
                trace("segment-repeated", facts)
                model.packetEntered(facts, at: now)
            case .wait(let until): return until
            }
        }
        return .never
    }

    private mutating func giveSegment(_ handle: UInt32) {
        guard let facts = lockstep?.facts(of: handle) else { return }
        let destination = Int(facts.destination.value)
        let bytes = unsafe pool.bytes(of: handle)
        let written = unsafe clinux_write(
            devices[destination].raw, bytes.baseAddress!, bytes.count)
        if written < 0 { lostBeforeModel += 1 }
        trace("segment-delivered", facts)
        lockstep?.reach(destination)
        pool.release(handle)
    }

    /// Reads every host that has something until none has, and does what is due now; returns when
    /// the network does something next. `ready` watches the devices, by host.
    mutating func settle(at instant: MeshInstant, _ ready: inout Epoll) throws -> MeshInstant {
        now = instant
        while true {
            model.advance(to: now)
            lockstep?.hold.advance(to: now)
            drainHold()
            let ofModel = drain()
            let next = min(ofModel, drainHold())
            let isRead = try readReady(&ready)
            if !isRead, next > now {
                lockstep?.calm()
                return next
            }
        }
    }

    /// Reads those that have something, in the order of the hosts; false when none has.
    private mutating func readReady(_ ready: inout Epoll) throws(SystemError) -> Bool {
        let count = try ready.wait(nanoseconds: 0)
        guard count > 0 else { return false }
        // The kernel tells them in the order in which they came to have something.
        var last = -1
        for _ in 0..<count {
            var host = Int.max
            for index in 0..<count {
                let other = Int(ready.event(at: index).token)
                if other > last, other < host { host = other }
            }
            guard host != .max else { break }
            lockstep?.beganReading(host)
            _ = try readDevice(host, limit: Int.max)
            last = host
        }
        return true
    }

    /// Throws away what hosts have sent while nobody should have: a host that stood still sends
    /// nothing that is part of the run.
    func discardUnread() {
        var byte: UInt8 = 0
        for device in devices {
            while unsafe clinux_read(device.raw, &byte, 1) > 0 {}
        }
    }

    /// A host that is off says nothing, and what its kernel would have sent again it does not send.
    mutating func setPower(of host: Int, isOn: Bool) {
        lockstep?.isOff[host] = !isOn
        guard !isOn, let transit = lockstep else { return }
        lockstep?.hold.sourceLost { handle in
            Int(transit.facts(of: handle).source.value) == host
        }
        drainHold()
    }
}
