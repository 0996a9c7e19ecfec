internal import CLinux
internal import Foundation
internal import Synchronization

/// Keeps a lockstep run on one processor: its own thread and, because they are started from there,
/// all its programs.
///
/// Only one of them runs at a time. On one processor the token passes by a switch from one to the
/// other; between two, a sleeping processor would have to be woken each time, which costs a virtual
/// machine tens of microseconds. Runs of one program that go on side by side spread out.
final class ProcessorSeat {
    /// How many runs of this program sit on each processor.
    private static let taken = Mutex<[Int32: Int]>([:])

    /// Nanoseconds: the shortest that the kernel gives. A turn is some microseconds.
    private static let slice: UInt64 = 100_000
    /// What the kernel gives whoever asks for nothing.
    private static let ordinarySlice: UInt64 = 0

    private let processor: Int32
    private var isTaken = true

    /// Takes the processor with the fewest runs on it; of equals, the one that this thread is on.
    init() {
        let usable = (0..<Int32(ProcessInfo.processInfo.processorCount))
            .filter { clinux_may_use_processor($0) }
        let current = clinux_current_processor()
        processor = Self.taken.withLock { taken in
            let order = [current] + usable.filter { $0 != current }
            let best = order.min { taken[$0, default: 0] < taken[$1, default: 0] } ?? current
            taken[best, default: 0] += 1
            return best
        }
        clinux_pin_thread(processor)
        clinux_ask_for_slices(Self.slice)
    }

    func leave() {
        guard isTaken else { return }
        isTaken = false
        Self.taken.withLock { $0[processor, default: 1] -= 1 }
        clinux_unpin_thread()
        clinux_ask_for_slices(Self.ordinarySlice)
    }

    deinit { leave() }
}
