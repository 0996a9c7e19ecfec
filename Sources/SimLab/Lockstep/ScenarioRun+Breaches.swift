internal import CommyBase
internal import CommyLinux
internal import CommyShm
internal import SimModel

/// Who breaks the contract is named, with what it did.
extension ScenarioRun {
    static var contract: String {
        "between a grant and the next park a program may neither wait nor spin, reads no clock but "
            + "its page's, and one thread of it uses the network; see Scenarios/LOCKSTEP.md"
    }

    func breach(of member: LockstepProgram, _ what: String) -> LabError {
        LabError(
            "\(member.label) \(what) for \(Self.turnLimit / 1_000_000_000) s of real time; "
                + ProcessState(of: member.outsidePID).words, cure: Self.contract)
    }

    /// What the preloaded library has noted in the last turn, and now and then what the kernel says
    /// about the program's threads.
    func judge(_ member: LockstepProgram) throws {
        if let breach = member.slot.hasBreach ? member.slot.breach : nil {
            let place = "\(breach.module)+0x\(String(breach.offset, radix: 16))"
            throw LabError(
                "\(member.label) \(Self.words(of: breach)), in \(place)", cure: Self.contract)
        }
        // Also programs that the library is not in; a look costs some microseconds.
        guard member.grants % 256 == 0 || member.grants & (member.grants - 1) == 0,
            let words = NetworkThreads(of: member.outsidePID).words
        else { return }
        throw LabError("\(member.label) \(words)", cure: Self.contract)
    }

    private static func words(of breach: LockstepSlot.Breach) -> String {
        switch breach.kind {
        case .readClock:
            "looked at a clock of its own (\(breach.call), clock number \(breach.detail))"
        case .waitedByClock: "waited by a clock of its own (\(breach.call))"
        case .usedNetworkFromSecondThread:
            "used the network from a second thread (\(breach.call), thread \(breach.detail))"
        case .usedNetworkOutOfTurn:
            "used the network while it was not its turn (\(breach.call))"
        }
    }

    /// A host has sent something although nothing has run there and nothing has come.
    func unsolicitedPacket(of host: Int, _ conductor: Conductor) -> LabError {
        let members = conductor.members.all.filter { $0.host == host }
        let suspects = members.map { "\($0.label): \(ProcessState(of: $0.outsidePID).words)" }
        return LabError(
            "host \(hostNames[host]) sent a packet while no program there had its turn"
                + (suspects.isEmpty ? "" : "; " + suspects.joined(separator: "; ")),
            cure: Self.contract)
    }
}
