internal import CLinux

/// Tells when a process ends: a descriptor that is readable from then on (pidfd_open(2)).
///
/// It stands for that one process, whoever gets its number later. The process need not be a child.
public struct ProcessWatch: ~Copyable, Sendable {
    public let descriptor: FileDescriptor

    /// ESRCH when there is no such process.
    public init(processID: Int32) throws(SystemError) {
        descriptor = FileDescriptor(
            owning: try checked(clinux_process_descriptor(processID), "pidfd_open \(processID)"))
    }
}
