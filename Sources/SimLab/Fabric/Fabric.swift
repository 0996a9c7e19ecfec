internal import CommyBase
internal import SimModel

/// The network of a run, as the run tells and asks it.
protocol Fabric: AnyObject {
    /// Readable when there is something to take; nil when nothing ever comes by itself.
    var noticeDescriptor: Int32? { get }
    /// Why it ended before it was told to.
    var problem: String? { get }

    func takeStalls() -> [FabricStall]
    func setConditions(_ conditions: LinkConditions, of link: LinkIndex)
    /// Without a family both are meant.
    func block(_ pairs: [HostPair], of family: AddressFamily?)
    func unblock(_ pairs: [HostPair], of family: AddressFamily?)
    /// The host is off, or on again: what its kernel says meanwhile is not said, and what it would
    /// have sent again is forgotten. Whoever keeps packets must know; `block` does the rest.
    func setPower(of host: Int, isOn: Bool) throws
    /// The counters, after every command sent before has been carried out.
    func inspect(pairs: [HostPair]) throws -> FabricSnapshot
    /// What a selector means: links, and for a cut also pairs where links carry others too.
    func select(_ selector: LinkSelector, forCut: Bool) throws -> FabricSelection
    /// Ends it and returns what the links did.
    func stop() -> FabricTotals
}
