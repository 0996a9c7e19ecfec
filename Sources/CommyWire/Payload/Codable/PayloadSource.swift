/// Where `SourceDecoder` gets values from: bytes that were cut into a tape, bytes that are read
/// front to back as types ask for them, or bytes that are read in place.
///
/// A place is whatever the source finds a value by; sources that read front to back have only one.
internal protocol PayloadSource: AnyObject {
    /// Values come in the order in which they were written, and only whoever knows the type can
    /// tell them apart.
    static var isPositional: Bool { get }
    var limits: PayloadLimits { get }

    /// Opens a map; `isOpen` when its keys are free.
    func map(at place: Int, isOpen: Bool) throws(PayloadFault) -> SourceMap
    func keys(of map: SourceMap) throws(PayloadFault) -> [String]
    /// The value of this key, or nil when it is missing.
    func child(_ key: String, of map: SourceMap) throws(PayloadFault) -> Int?
    /// The value of a key that may be missing or null; nil then.
    func optionalChild(_ key: String, of map: SourceMap) throws(PayloadFault) -> Int?
    /// The value of a key that is a container made by name, such as an enum's case.
    func variantChild(_ key: String, of map: SourceMap) throws(PayloadFault) -> Int?

    func list(at place: Int) throws(PayloadFault) -> SourceList
    /// The next element; moves the list on.
    func element(of list: inout SourceList) throws(PayloadFault) -> Int
    /// Whether the next element is null.
    func isNextNull(of list: SourceList) throws(PayloadFault) -> Bool

    func isNull(at place: Int) throws(PayloadFault) -> Bool
    /// Whether an optional has a value here.
    func isPresent(at place: Int) throws(PayloadFault) -> Bool
    func bool(at place: Int) throws(PayloadFault) -> Bool
    func integer<Number: FixedWidthInteger>(
        at place: Int, as type: Number.Type
    ) throws(PayloadFault) -> Number
    func float(at place: Int) throws(PayloadFault) -> Float
    func double(at place: Int) throws(PayloadFault) -> Double
    func text(at place: Int) throws(PayloadFault) -> String
    func bytes(at place: Int) throws(PayloadFault) -> [UInt8]

    /// The whole value, of whatever shape.
    func value(at place: Int) throws(PayloadFault) -> PayloadValue

    /// Where in the bytes a value begins, for errors.
    func offset(of place: Int) -> Int
}

/// An open map of a source.
internal struct SourceMap {
    let place: Int
    var count = 0
    var isOpen = false
}

/// An open list of a source, and how far it was read.
internal struct SourceList {
    let count: Int
    var index = 0
    /// The next element.
    var next: Int
}
