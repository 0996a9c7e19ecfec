internal import CommyBase

// How much the windows of all connections may hold together.
extension Node {
    /// The window of a connection is too small for what its path carries. It grows while the node
    /// may hold that much; else every window that has grown gives half back, and those that are
    /// used grow again: additive for who needs it, multiplicative for all (Chiu and Jain, 1989).
    mutating func windowTooSmall(_ slot: Int) {
        var grown = 0
        for other in links.indices where links[other].isLive {
            grown += links[other].machine.window.exposure - Int(limits.link.linkWindow)
        }
        let step = Int(links[slot].machine.window.step(limits.link))
        if grown + step <= limits.grownWindows {
            withMachine(slot) { [now] in $0.growWindow(at: now) }
            return
        }
        links[slot].machine.window.stay()
        for other in links.indices where links[other].isLive {
            let half = links[other].machine.window.size / 2
            links[other].machine.window.shrink(to: max(half, limits.link.linkWindow))
        }
    }
}
