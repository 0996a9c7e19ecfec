extension ErrorCode {
    // One line a code, so that the table below and these names are read side by side.
    public static let connectionLost = ErrorCode(rawValue: 1_001)
    public static let connectionRefused = ErrorCode(rawValue: 1_002)
    public static let deadlineExceeded = ErrorCode(rawValue: 1_003)
    public static let cancelled = ErrorCode(rawValue: 1_004)
    public static let peerShuttingDown = ErrorCode(rawValue: 1_005)
    public static let protocolViolation = ErrorCode(rawValue: 1_006)
    public static let versionMismatch = ErrorCode(rawValue: 1_007)
    public static let messageTooLarge = ErrorCode(rawValue: 1_008)
    public static let instanceLost = ErrorCode(rawValue: 1_009)
    public static let flowControlViolation = ErrorCode(rawValue: 1_010)
    public static let overloaded = ErrorCode(rawValue: 1_011)
    public static let payloadUnreadable = ErrorCode(rawValue: 1_012)

    public static let noSuchService = ErrorCode(rawValue: 2_001)
    public static let noHealthyInstance = ErrorCode(rawValue: 2_002)
    public static let noSuchInstance = ErrorCode(rawValue: 2_003)
    public static let draining = ErrorCode(rawValue: 2_004)
    public static let noSuchMethod = ErrorCode(rawValue: 2_005)
    public static let capabilityMismatch = ErrorCode(rawValue: 2_006)
    public static let tooManyHops = ErrorCode(rawValue: 2_007)
    public static let unreachable = ErrorCode(rawValue: 2_008)

    public static let unauthenticated = ErrorCode(rawValue: 3_001)
    public static let certificateExpired = ErrorCode(rawValue: 3_002)
    public static let unknownAuthority = ErrorCode(rawValue: 3_003)
    public static let wrongTrustDomain = ErrorCode(rawValue: 3_004)
    public static let identityMismatch = ErrorCode(rawValue: 3_005)
    public static let notYetValid = ErrorCode(rawValue: 3_006)
    public static let permissionDenied = ErrorCode(rawValue: 3_007)
    public static let rotationRefused = ErrorCode(rawValue: 3_008)

    public static let invalidConfiguration = ErrorCode(rawValue: 4_001)
    public static let nameTaken = ErrorCode(rawValue: 4_002)
    public static let limitReached = ErrorCode(rawValue: 4_003)
    public static let notAttached = ErrorCode(rawValue: 4_004)
    public static let invalidArgument = ErrorCode(rawValue: 4_005)

    public static let `internal` = ErrorCode(rawValue: 9_001)
    public static let applicationError = ErrorCode(rawValue: 9_002)
    public static let unsupported = ErrorCode(rawValue: 9_003)

    /// Every code, by number; `Fixtures/error-codes.tsv` is its golden copy.
    public static let table: [Entry] = [
        Entry(
            code: .connectionLost, name: "connectionLost", delivered: .maybe,
            meaning: "The connection ended before the answer came.",
            cure: "Try again if the request is idempotent."),
        Entry(
            code: .connectionRefused, name: "connectionRefused", delivered: .no,
            meaning: "Nothing accepted the connection.",
            cure: "Try another instance, or wait until the peer is up."),
        Entry(
            code: .deadlineExceeded, name: "deadlineExceeded", delivered: .maybe,
            meaning: "The deadline passed before the answer came.",
            cure: "Allow more time, or find out what is slow."),
        Entry(
            code: .cancelled, name: "cancelled", delivered: .maybe,
            meaning: "The caller gave the request up.",
            cure: "Nothing: the caller wanted it."),
        Entry(
            code: .peerShuttingDown, name: "peerShuttingDown", delivered: .no,
            meaning: "The peer is closing down and takes no new requests.",
            cure: "Try another instance."),
        Entry(
            code: .protocolViolation, name: "protocolViolation", delivered: .maybe,
            meaning: "The peer sent bytes that the protocol does not allow.",
            cure: "Report it with both versions: one side has a bug."),
        Entry(
            code: .versionMismatch, name: "versionMismatch", delivered: .no,
            meaning: "The two sides have no protocol version in common.",
            cure: "Upgrade the older side."),
        Entry(
            code: .messageTooLarge, name: "messageTooLarge", delivered: .no,
            meaning: "The message is larger than the receiver allows.",
            cure: "Send it in parts, or raise the receiver's limit."),
        Entry(
            code: .instanceLost, name: "instanceLost", delivered: .maybe,
            meaning: "The instance died while it held the request.",
            cure: "Try again if the request is idempotent."),
        Entry(
            code: .flowControlViolation, name: "flowControlViolation", delivered: .maybe,
            meaning: "The peer sent more bytes than it had credit for.",
            cure: "Report it with both versions: one side has a bug."),
        Entry(
            code: .overloaded, name: "overloaded", delivered: .no,
            meaning: "The receiver shed the request to protect itself.",
            cure: "Wait, then try again more slowly."),
        Entry(
            code: .payloadUnreadable, name: "payloadUnreadable", delivered: .maybe,
            meaning: "A payload could not be read in the format that it claims.",
            cure: "Check that both sides use the same types and format."),
        Entry(
            code: .noSuchService, name: "noSuchService", delivered: .no,
            meaning: "No node of the mesh offers a service of this name.",
            cure: "Check the name, or start the service."),
        Entry(
            code: .noHealthyInstance, name: "noHealthyInstance", delivered: .no,
            meaning: "The service is known, but none of its instances can take a request now.",
            cure: "Wait and try again; `commy explain route` says why."),
        Entry(
            code: .noSuchInstance, name: "noSuchInstance", delivered: .no,
            meaning: "The instance that was asked for is gone.",
            cure: "Ask for the service instead of the instance."),
        Entry(
            code: .draining, name: "draining", delivered: .no,
            meaning: "The instance finishes what it has and takes nothing new.",
            cure: "Try another instance."),
        Entry(
            code: .noSuchMethod, name: "noSuchMethod", delivered: .no,
            meaning: "The service has no method of this name.",
            cure: "Check the method's name and the service's version."),
        Entry(
            code: .capabilityMismatch, name: "capabilityMismatch", delivered: .no,
            meaning: "No instance speaks the format, version or labels that were asked for.",
            cure: "Ask for less, or upgrade an instance."),
        Entry(
            code: .tooManyHops, name: "tooManyHops", delivered: .no,
            meaning: "The request was passed on too often.",
            cure: "Report it: two nodes disagree about a route."),
        Entry(
            code: .unreachable, name: "unreachable", delivered: .no,
            meaning: "The node that owns the instance cannot be reached from here.",
            cure: "Wait and try again; look at the links."),
        Entry(
            code: .unauthenticated, name: "unauthenticated", delivered: .no,
            meaning: "The peer showed no certificate, or one that cannot be read.",
            cure: "Give it a certificate of this mesh."),
        Entry(
            code: .certificateExpired, name: "certificateExpired", delivered: .no,
            meaning: "The peer's certificate is no longer valid.",
            cure: "Renew the certificate."),
        Entry(
            code: .unknownAuthority, name: "unknownAuthority", delivered: .no,
            meaning: "The peer's certificate was signed by an authority that is not trusted here.",
            cure: "Check that both sides belong to one mesh."),
        Entry(
            code: .wrongTrustDomain, name: "wrongTrustDomain", delivered: .no,
            meaning: "The peer belongs to another mesh.",
            cure: "Check the addresses that are joined."),
        Entry(
            code: .identityMismatch, name: "identityMismatch", delivered: .no,
            meaning: "The peer is not the node that it says it is, or that was dialled.",
            cure: "Check names, certificates and addresses."),
        Entry(
            code: .notYetValid, name: "notYetValid", delivered: .no,
            meaning: "The peer's certificate is not valid yet.",
            cure: "Check the clocks of both hosts."),
        Entry(
            code: .permissionDenied, name: "permissionDenied", delivered: .no,
            meaning: "The caller may not do this.",
            cure: "Ask for the permission."),
        Entry(
            code: .rotationRefused, name: "rotationRefused", delivered: .no,
            meaning: "The trust anchors cannot take this step now.",
            cure: "Wait until every node has acknowledged the step before."),
        Entry(
            code: .invalidConfiguration, name: "invalidConfiguration", delivered: .no,
            meaning: "A setting has no meaning that can be used.",
            cure: "Mend the setting that the detail names."),
        Entry(
            code: .nameTaken, name: "nameTaken", delivered: .no,
            meaning: "Another live node or service holds this name.",
            cure: "Choose another name, or stop the other one."),
        Entry(
            code: .limitReached, name: "limitReached", delivered: .no,
            meaning: "A table or queue with a fixed limit is full.",
            cure: "Close something, or raise the limit."),
        Entry(
            code: .notAttached, name: "notAttached", delivered: .no,
            meaning: "The process is not attached to a node.",
            cure: "Start commyd, or attach first."),
        Entry(
            code: .invalidArgument, name: "invalidArgument", delivered: .no,
            meaning: "A value that was handed in is not allowed.",
            cure: "Mend the value that the detail names."),
        Entry(
            code: .internal, name: "internal", delivered: .maybe,
            meaning: "Commy broke one of its own rules.",
            cure: "Report it with the detail."),
        Entry(
            code: .applicationError, name: "applicationError", delivered: .maybe,
            meaning: "The service's handler failed.",
            cure: "See the detail, which the service wrote."),
        Entry(
            code: .unsupported, name: "unsupported", delivered: .no,
            meaning: "This version does not do what was asked for.",
            cure: "Upgrade, or do without."),
    ]
}
