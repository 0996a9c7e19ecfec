import SimModel

/// The tables of the mesh and its services.
extension Shapes {
    static let hostList = ValueType.anyOf(
        "a host or a list of hosts", [.reference("host"), .list(.reference("host"))])

    static let limitNames = ValueType.KeyForm(
        described: "names of limits", pattern: "^[a-z][a-z0-9-]*$")

    static let labelNames = ValueType.KeyForm(
        described: "names of labels", pattern: "^[a-z][a-z0-9._-]*$")

    static let mesh = Shape(
        title: "a mesh",
        keys: [
            Key("name", .name, fallback: "mesh", "The mesh's name: its trust domain."),
            Key(
                "nodes", hostList, fallback: "all hosts", example: "[web, orders-1]",
                "Hosts that have a node. A host's node has its name, and runs as the process "
                    + "\(MeshSpec.processName)."),
            Key(
                "join",
                .anyOf(
                    "all, chain, a host or a list of hosts",
                    [.word(["all", "chain"]), .reference("host"), .list(.reference("host"))]),
                fallback: "all", example: "[web]",
                "Whom a node knows at its start: all others, the one before it in the file "
                    + "(chain), or these."),
            Key(
                "paths", .word(MeshSpec.Paths.allCases.map(\.rawValue)), fallback: "ipv4",
                "The addresses at which nodes listen: both makes two paths between any two, of "
                    + "which 'family' of a cut takes one."),
            Key("port", .integer(1...65_535), fallback: "7400", "The port of every node."),
            Key(
                "limits", .keyed(limitNames, .text), fallback: "the node program's own",
                example: "{ probe-interval: 200ms }",
                "Limits of the nodes, in their own words, passed as --limit NAME=VALUE."),
            Key(
                "certificate-life", .duration(.positive), fallback: "24h", example: "1h",
                "How long a node's certificate is valid from its issue on."),
            Key(
                "run", commandLine, fallback: "{{commyd}}", example: "my-node --verbose",
                "What runs as a node: any program that takes the options of commyd and reports "
                    + "like it."),
            Key(
                "arguments", .list(.text), fallback: "none", example: "[--verbose]",
                "Further arguments of every node."),
        ], mayBeEmpty: true, example: "{ join: [web], paths: both, certificate-life: 1h }")

    static let service = Shape(
        title: "a service",
        keys: [
            Key(
                "on", hostList, required: true, example: "[orders-1, orders-2]",
                "Hosts that serve it, each through its node; or the name of a host with a count."),
            Key(
                "handler", .word(ServiceSpec.Handler.allCases.map(\.rawValue)), fallback: "echo",
                "What becomes of a request: its body comes back, it fails in the application, or "
                    + "the answer is empty."),
            Key(
                "work", .duration(.zeroOrMore), fallback: "0s", example: "1ms",
                "From a request to its answer."),
            Key(
                "instances", .integer(1...Limits.instances), fallback: "1",
                "Instances on each host. With several, their processes are called NAME-1, NAME-2 "
                    + "and so on, and 'route' may name one as HOST/1."),
            Key(
                "weight", .integer(1...1_000), fallback: "the node's own",
                "How much of the requests it asks for, relative to others."),
            Key(
                "labels", .keyed(labelNames, .text), fallback: "none",
                example: "{ version: canary }", "What the instances say of themselves."),
        ], example: "{ on: [orders-1, orders-2], handler: echo, work: 1ms }")

    static let states = MembersClaim.State.allCases.map(\.rawValue)

    /// Nodes with the states that others must see them in.
    static let memberStates = ValueType.keyed(
        ValueType.KeyForm(described: "names of nodes", pattern: Names.pattern),
        oneOrMore("a state", .word(states)))

    static let memberCount = ValueType.comparison(
        ValueType.Comparison(
            values: [.integer(0...Limits.patternCount)],
            described: "a number of living members or a comparison with one", example: "== 5",
            mayBeBare: true))

    static let certificate = Shape(
        title: "a certificate",
        keys: [
            Key(
                "on", hostList, fallback: "all nodes", example: "web",
                "Hosts whose nodes get it."),
            Key(
                "is", .word(CertificateChange.allCases.map(\.rawValue)), required: true,
                example: "expired",
                "What it is like: a good one with a new key (renewed), one whose time is over or "
                    + "has not begun, one of an authority that nobody trusts (foreign), or one of "
                    + "the right authority for another mesh or another node."),
        ], example: "{ on: web, is: expired }")

    static let trust = Shape(
        title: "a trust",
        keys: [
            Key(
                "on", hostList, fallback: "all nodes", example: "web",
                "Hosts whose nodes are told."),
            Key(
                "step", .word(TrustChange.allCases.map(\.rawValue)), required: true,
                "add: a new authority is trusted beside the old ones, and issues from now on. "
                    + "remove: only the newest is trusted."),
        ], example: "{ step: add }")
}
