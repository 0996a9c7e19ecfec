internal import ArgumentParser
internal import SimLab

/// The command-line tool.
@main
struct Commy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "commy",
        abstract: "A service mesh, and the harness that tests it and any other networked program.",
        discussion: """
            Begin with 'commy sim doctor', which says whether this machine can run scenarios, \
            and 'commy sim run Scenarios/failover', which runs some. For the mesh, 'commyd --dev' \
            starts a node; 'commy node' and 'commy services' show what it sees, and 'commy call' \
            calls a service.
            """,
        version: commyVersion,
        subcommands: [
            NodeShow.self, ServicesShow.self, MembersShow.self, LinksShow.self, NodeTop.self,
            NodeCall.self, NodeSend.self, Explain.self, Trust.self, Authority.self, Sim.self,
            Bench.self,
        ])
}

/// `commy sim ...`.
struct Sim: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run scenarios: real processes, an emulated network, faults, and a verdict.",
        subcommands: [
            SimRun.self, SimReplay.self, SimShell.self, SimList.self, SimValidate.self,
            SimSchema.self,
            SimInit.self,
            SimDoctor.self,
        ])
}
