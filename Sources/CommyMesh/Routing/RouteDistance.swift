internal import CommyBase

/// Decides which of two nodes is clearly nearer, from the round trips of the links with them.
///
///     unknown --measured--> settled --measured, far from it--> settled anew
///
/// What is compared is the settled value, which follows the measurements only in steps that noise
/// does not make: a choice between two nodes changes when the network does. An unknown round trip
/// is neither shorter nor longer than any other, so a node that was linked just now is tried like
/// all others.
struct RouteDistance: Sendable, Equatable {
    /// The last measurement, smoothed by the link; nil before the first.
    private(set) var measured: Duration?
    /// What comparisons use; nil exactly while `measured` is.
    private(set) var settled: Duration?

    mutating func measured(_ roundTrip: Duration, _ limits: RouterLimits) {
        measured = roundTrip
        guard let settled else {
            self.settled = roundTrip
            return
        }
        let change = roundTrip < settled ? settled - roundTrip : roundTrip - settled
        if change > limits.roundTripNoise, change * 4 > settled { self.settled = roundTrip }
    }

    /// Both are known, and the other is at least twice as long; lengths below the floor are equal.
    func isShorter(than other: RouteDistance, _ limits: RouterLimits) -> Bool {
        guard let settled, let theirs = other.settled else { return false }
        return max(settled, limits.roundTripFloor) * 2 <= theirs
    }
}
