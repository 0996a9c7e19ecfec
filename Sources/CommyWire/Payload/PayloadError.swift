public import CommyBase

/// Why a value could not be written or read: what, at which byte, and at which place of the value.
public struct PayloadError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// The bytes end before the value does.
        case truncated
        /// Bytes that the format does not allow; the word says what was being read.
        case malformed(StaticStringName)
        case trailingBytes
        case tooDeep
        /// Above a limit; the word names it.
        case tooLarge(StaticStringName)
        case duplicateKey
        case invalidUTF8
        /// A number outside the range of the type that was asked for.
        case numberDoesNotFit
        /// The value is of another kind; the word says what was asked for.
        case typeMismatch(StaticStringName)
        case missingKey
        /// Null, or the end of a list, where a value was asked for.
        case missingValue
        /// The two sides have different types (formats without names only).
        case shapeMismatch
        /// The format has no way to write it; the word says what.
        case notRepresentable(StaticStringName)
        /// The type's own code refused; see `detail`.
        case refused
        /// Commy does not read this format.
        case unknownFormat
    }

    /// One step from the root to the place.
    public enum Step: Sendable, Equatable {
        case key(String)
        case index(Int)
    }

    public let kind: Kind
    /// Offset in the bytes that were read; nil when writing.
    public let offset: Int?
    public let path: [Step]
    /// What the type's own code said, for people.
    public let detail: String

    public init(_ kind: Kind, offset: Int? = nil, path: [Step] = [], detail: String = "") {
        self.kind = kind
        self.offset = offset
        self.path = path
        self.detail = detail
    }

    /// `numberDoesNotFit at byte 17, items[3].count`.
    public var description: String {
        var text = "\(kind)"
        if let offset { text += " at byte \(offset)" }
        if !path.isEmpty { text += ", \(pathText)" }
        return detail.isEmpty ? text : "\(text): \(detail)"
    }

    public var pathText: String {
        var text = ""
        for step in path {
            switch step {
            case .key(let key): text += text.isEmpty ? key : ".\(key)"
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }

    /// What a caller of the mesh sees.
    public var commyError: CommyError {
        switch kind {
        case .tooLarge: CommyError(.messageTooLarge, description)
        case .notRepresentable: CommyError(.invalidArgument, description)
        case .truncated, .malformed, .trailingBytes, .tooDeep, .duplicateKey, .invalidUTF8,
            .numberDoesNotFit, .typeMismatch, .missingKey, .missingValue, .shapeMismatch,
            .refused, .unknownFormat:
            CommyError(.payloadUnreadable, description)
        }
    }
}

/// What a parser knows of an error: the place of the value is added by whom it serves.
internal struct PayloadFault: Error, Equatable {
    let kind: PayloadError.Kind
    let offset: Int?

    init(_ kind: PayloadError.Kind, at offset: Int? = nil) {
        self.kind = kind
        self.offset = offset
    }

    func at(_ path: PathNode?) -> PayloadError {
        PayloadError(kind, offset: offset, path: PathNode.steps(path))
    }

    func at(_ path: PathNode?, _ step: PayloadError.Step) -> PayloadError {
        PayloadError(kind, offset: offset, path: PathNode.steps(path) + [step])
    }
}
