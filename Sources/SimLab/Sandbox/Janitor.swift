internal import CLinux
internal import CommyLinux

/// Removes unfinished report directories when the harness is killed.
///
/// It is a process of its own, because nothing inside the harness survives kill -9. It ends with
/// the harness, at once when nothing is unfinished.
public final class Janitor {
    let process: InitProcess
    /// nil only at the end of this value.
    private var conversation: InitChannel?

    public init() throws {
        do throws(SystemError) {
            let executable = try SiblingProgram(named: "commy-init").open()
            let pair = try InitChannel.pair()
            process = try InitProcess.start(
                executable: executable, mode: "janitor", control: pair.initEnd, isolation: .none,
                uid: 0, gid: 0)
            conversation = pair.takeHarness()
        } catch {
            throw LabError(error, doing: "start the janitor")
        }
    }

    /// From now on this absolute path is removed when the harness dies.
    func watch(_ path: String) throws(SystemError) { try tell("+" + path) }

    /// The directory is finished.
    func release(_ path: String) throws(SystemError) { try tell("-" + path) }

    private func tell(_ line: String) throws(SystemError) {
        try conversation?.descriptor.writeAll(Array(line.utf8))
        var answer = [UInt8](repeating: 0, count: 8)
        let count = try conversation?.descriptor.read(into: &answer)
        guard count == 1, answer[0] == UInt8(ascii: "k") else {
            throw SystemError(number: ENOSPC, call: "have the janitor note a directory")
        }
    }

    deinit {
        // The end of the conversation is the order to clean and go; it takes milliseconds.
        conversation = nil
        _ = try? process.pidfd.waitReadable(milliseconds: 5_000)
        _ = process.collect()
    }
}
