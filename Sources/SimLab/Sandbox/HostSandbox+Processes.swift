internal import CLinux
internal import CommyLinux
internal import SimModel

/// What is needed to start one process on a host, with every variable filled in.
struct LaunchRequest {
    var arguments: [String]
    /// `NAME=value`; the whole environment.
    var environment: [String]
    /// Working directory, made when it does not exist.
    var directory: String
    var capabilities: [String] = []
    var limits = ResourceLimits()
}

/// A process that runs on a host, and the ends of its output.
struct LaunchedProcess: ~Copyable {
    /// Its id inside the host.
    let insidePID: Int32
    /// Its id as the machine sees it; 0 when it had ended already.
    let outsidePID: Int32
    let pidfd: FileDescriptor
    let standardOutput: FileDescriptor
    let standardError: FileDescriptor

    /// Gives up the ends of the output; the pidfd is closed.
    consuming func handOutput(
        to output: CapturedOutput, _ outputToken: Int, _ errors: CapturedOutput, _ errorToken: Int
    ) {
        output.open(standardOutput, token: outputToken)
        errors.open(standardError, token: errorToken)
    }

    /// Gives up the standard output; what comes on the other is not read.
    consuming func handOutput(to output: CapturedOutput, _ token: Int) {
        output.open(standardOutput, token: token)
    }
}

extension HostSandbox {
    /// Starts a process. Its output can be read from the returned descriptors, which do not block.
    func launch(_ request: LaunchRequest, user: UInt32?, group: UInt32?) throws -> LaunchedProcess {
        var message = InitMessage(.spawn)
        message.argumentCount = UInt32(request.arguments.count)
        message.environmentCount = UInt32(request.environment.count)
        message.uid = user
        message.gid = group
        message.limits = request.limits.asInitLimits
        message.texts =
            [request.directory, request.capabilities.joined(separator: ",")]
            + request.arguments + request.environment
        let program = request.arguments.first ?? ""
        do throws(SystemError) {
            let output = try FileDescriptor.pipe()
            let errors = try FileDescriptor.pipe()
            let (answer, descriptors) = try ask(
                message, descriptors: [output.writeEnd.raw, errors.writeEnd.raw])
            guard answer.error == 0, let raw = descriptors.first else {
                throw SystemError(
                    number: answer.error, call: Self.describe(stage: answer.number, program))
            }
            let pidfd = FileDescriptor(owning: raw)
            let process = LaunchedProcess(
                insidePID: answer.pid, outsidePID: max(0, clinux_pidfd_process(raw)),
                pidfd: pidfd, standardOutput: output.takeReadEnd(),
                standardError: errors.takeReadEnd())
            try process.standardOutput.setNonBlocking()
            try process.standardError.setNonBlocking()
            return process
        } catch {
            throw LabError(
                error, doing: "start '\(request.arguments.joined(separator: " "))' on \(name)",
                cure: Self.cure(for: error, program: program))
        }
    }

    /// Sends a signal to every process of the session that `leader` leads: how many it reached.
    @discardableResult
    func signalSession(leader: Int32, _ number: Int32) throws(SystemError) -> Int {
        var message = InitMessage(.signal)
        message.pid = leader
        message.number = number
        return Int(try ask(message).message.number)
    }

    /// A socket of this host that the harness itself uses: how measurements reach into a host
    /// without a program there.
    func makeSocket(family: Int32, type: UInt32) throws(SystemError) -> FileDescriptor {
        var message = InitMessage(.socket)
        message.number = family
        message.flags = type
        let (answer, descriptors) = try ask(message)
        guard answer.error == 0, let raw = descriptors.first else {
            throw SystemError(number: answer.error, call: "open a socket on host \(name)")
        }
        return FileDescriptor(owning: raw)
    }

    /// Writes a file on the host, with the directories that lead to it; in the directory of a
    /// process all of them belong to that user.
    func writeFile(_ path: String, content: [UInt8], user: UInt32?, group: UInt32?) throws {
        var offset = 0
        repeat {
            let end = min(offset + InitMessage.contentByteLimit, content.count)
            var message = InitMessage(.write)
            message.uid = user
            message.gid = group
            message.texts = [path]
            message.content = Array(content[offset..<end])
            message.number = offset == 0 ? 0 : 1
            do throws(SystemError) {
                let answer = try ask(message).message
                guard answer.error == 0 else {
                    throw SystemError(number: answer.error, call: "write \(path)")
                }
            } catch {
                throw LabError(error, doing: "prepare host \(name)")
            }
            offset = end
        } while offset < content.count
    }

    /// Writes into a file that processes may have mapped, from `offset` on, in one piece.
    func writeInPlace(_ path: String, at offset: Int, content: [UInt8]) throws {
        var message = InitMessage(.write)
        message.texts = [path]
        message.content = content
        message.number = 2
        message.flags = UInt32(offset)
        do throws(SystemError) {
            let answer = try ask(message).message
            guard answer.error == 0 else {
                throw SystemError(number: answer.error, call: "write \(path)")
            }
        } catch {
            throw LabError(error, doing: "write on host \(name)")
        }
    }

    /// The stages of spawn.c.
    private static func describe(stage: Int32, _ program: String) -> String {
        switch stage {
        case 1: "fork"
        case 2: "set the resource limits"
        case 3: "enter the working directory"
        case 4: "connect the output"
        case 5: "set the capabilities"
        case 6: "change the user"
        default: "execute '\(program)'"
        }
    }

    private static func cure(for error: SystemError, program: String) -> String? {
        switch error.name {
        case "ENOENT":
            "install '\(program)', or name it with its path; hosts see this machine's programs"
        case "EACCES": "make '\(program)' executable and its directory readable for this user"
        case "EINVAL" where error.call.contains("capabilities"):
            "name capabilities as capabilities(7) does, without cap_: net_raw, net_admin, ..."
        case "EPERM" where error.call.contains("capabilities"):
            "the harness does not have this capability itself: run it as root, or do without"
        default: nil
        }
    }
}

extension ResourceLimits {
    var asInitLimits: InitMessage.Limits {
        var limits = InitMessage.Limits()
        limits.openFiles = openFiles.map(UInt64.init)
        limits.memoryBytes = memoryBytes.map(UInt64.init)
        limits.processes = processes.map(UInt64.init)
        limits.fileBytes = fileBytes.map(UInt64.init)
        limits.coreBytes = coreBytes.map(UInt64.init)
        return limits
    }
}
