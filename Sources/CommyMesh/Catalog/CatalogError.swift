public import CommyBase

/// Why the catalog does not do what it was asked to do on behalf of a program.
public enum CatalogError: Error, Sendable, Equatable {
    /// This node owns no such instance, or it is deregistered already.
    case noSuchInstance
    /// An instance keeps its service for life; another service is another instance.
    case anotherService
    /// The offer breaks a limit or repeats itself.
    case invalidOffer(Field)
    /// A table is full.
    case limitReached(Table)

    public enum Field: Sendable, Equatable, CaseIterable {
        case labels
        case formats
        case dependencies
        case size
    }
    public enum Table: Sendable, Equatable, CaseIterable {
        case entriesPerOwner
        case bytesPerOwner
        case watches
    }

    /// What the program is told.
    public var code: ErrorCode {
        switch self {
        case .noSuchInstance: .noSuchInstance
        case .anotherService, .invalidOffer: .invalidArgument
        case .limitReached: .limitReached
        }
    }
}
