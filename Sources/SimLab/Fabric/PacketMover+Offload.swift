internal import CommyBase
internal import SimModel

/// Super-packets: what kernels exchange when offload is on.
extension PacketMover {
    /// A super-packet goes whole where links only delay it, and in wire packets where their fates
    /// may differ.
    mutating func enterOffloaded(
        _ handle: UInt32, _ packet: UnsafeRawBufferPointer, _ header: PacketHeader,
        _ traits: PacketTraits, from host: Int, to destination: Int, _ virtio: VirtioHeader
    ) {
        let cutter =
            virtio.segmentation == 0
            ? nil
            : unsafe SuperPacket(packet, header: header, segmentBytes: virtio.segmentBytes)
        let mustCut = model.hasPerPacketImpairments(
            from: HostIndex(host), to: HostIndex(destination))
        guard mustCut else {
            submit(
                handle, byteCount: packet.count, segments: cutter?.segmentCount ?? 1, traits,
                host, destination)
            return
        }
        guard let cutter, cutter.segmentCount > 1 else {
            completeChecksum(handle, header, virtio)
            submit(handle, byteCount: packet.count, segments: 1, traits, host, destination)
            return
        }
        for index in 0..<cutter.segmentCount {
            guard let segment = pool.take() else {
                lostBeforeModel += 1
                continue
            }
            let slot = unsafe pool.slot(segment)
            let prefix = VirtioHeader.byteCount
            unsafe slot.baseAddress?.initializeMemory(as: UInt8.self, repeating: 0, count: prefix)
            let count = unsafe cutter.write(
                segment: index, of: packet,
                to: UnsafeMutableRawBufferPointer(rebasing: slot[prefix...]))
            pool.setByteCount(prefix + count, of: segment)
            submit(segment, byteCount: count, segments: 1, traits, host, destination)
        }
        pool.release(handle)
    }

    /// Fills in a checksum that the kernel had left to the card, so that corruption is noticed.
    private func completeChecksum(
        _ handle: UInt32, _ header: PacketHeader, _ virtio: VirtioHeader
    ) {
        guard virtio.needsChecksum else { return }
        let bytes = unsafe pool.bytes(of: handle)
        let packet = unsafe UnsafeMutableRawBufferPointer(
            rebasing: bytes[VirtioHeader.byteCount...])
        unsafe TransportChecksum.fill(
            packet, isIPv6: header.version == 6, transport: header.transport,
            from: virtio.checksumStart, at: virtio.checksumStart + virtio.checksumOffset)
        unsafe bytes.baseAddress?.initializeMemory(
            as: UInt8.self, repeating: 0, count: VirtioHeader.byteCount)
    }
}
