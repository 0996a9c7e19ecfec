internal import CommyLinux

/// What the processes of a host use, and what they can be denied.
extension HostSandbox {
    /// What the processes of one session use together.
    struct Usage {
        var processes: Int
        var residentBytes: Int64
        var cpuNanoseconds: Int64
        var openFiles: Int
        var threads: Int
    }

    /// A resource whose limit can be lowered under a running process.
    enum Scarce: Int32 {
        case openFiles = 0
        case memory = 1
    }

    /// Nil when no process of the session is left.
    func usage(ofSession leader: Int32) throws(SystemError) -> Usage? {
        var message = InitMessage(.sample)
        message.pid = leader
        let answer = try ask(message).message
        guard answer.error == 0 else {
            throw SystemError(number: answer.error, call: "measure a process on host \(name)")
        }
        guard answer.pid > 0 else { return nil }
        return Usage(
            processes: Int(answer.pid), residentBytes: answer.residentBytes,
            cpuNanoseconds: answer.cpuNanoseconds, openFiles: Int(answer.number),
            threads: Int(answer.status))
    }

    /// Lets the processes of a session have only so much more than they have now: how many
    /// processes that limits further than before.
    func lower(
        _ resource: Scarce, ofSession leader: Int32, headroom: Int
    ) throws(SystemError) -> Int {
        var message = InitMessage(.lower)
        message.pid = leader
        message.number = resource.rawValue
        message.amount = UInt64(max(0, headroom))
        return try count(message, doing: "lower a limit")
    }

    /// Gives back what `lower` has taken from anybody on this host: how many processes have it
    /// again.
    func restore(_ resource: Scarce) throws(SystemError) -> Int {
        var message = InitMessage(.restore)
        message.number = resource.rawValue
        return try count(message, doing: "restore a limit")
    }

    /// Leaves so many bytes on each file system that processes write to, or what there was before:
    /// how many file systems it is so on.
    func setDisk(freeBytes: Int?) throws(SystemError) -> Int {
        var message = InitMessage(.disk)
        message.amount = freeBytes.map { UInt64(max(0, $0)) }
        return try count(message, doing: "change the size of the disk")
    }

    /// Takes all TCP connections from the host's kernel, as a loss of power does.
    func loseConnections() throws(SystemError) {
        _ = try count(InitMessage(.disconnect), doing: "take the connections")
    }

    /// Whether somebody on the host listens on a TCP port.
    func isListening(on port: UInt16) throws(SystemError) -> Bool {
        var message = InitMessage(.listening)
        message.number = Int32(port)
        return try count(message, doing: "look for a listener") > 0
    }

    private func count(_ message: InitMessage, doing what: String) throws(SystemError) -> Int {
        let answer = try ask(message).message
        guard answer.error == 0 else {
            throw SystemError(number: answer.error, call: "\(what) on host \(name)")
        }
        return Int(answer.number)
    }
}
