/// The inverse of the standard normal distribution function.
///
/// Source: Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied
/// Statistics 37 (1988), routine PPND16: relative accuracy about 1e-16.
public enum NormalQuantile {
    /// The number that a standard normal variable stays below with this probability.
    public static func value(atProbability p: Double) -> Double {
        precondition(p > 0 && p < 1, "a probability strictly between 0 and 1")
        let q = p - 0.5
        if q.magnitude <= 0.425 {
            let r = 0.180625 - q * q
            return q * centralNumerator(r) / centralDenominator(r)
        }
        let tail = ElementaryFunctions.squareRoot(-ElementaryFunctions.ln(q < 0 ? p : 1 - p))
        let magnitude =
            tail <= 5
            ? middleNumerator(tail - 1.6) / middleDenominator(tail - 1.6)
            : farNumerator(tail - 5) / farDenominator(tail - 5)
        return q < 0 ? -magnitude : magnitude
    }

    private static func centralNumerator(_ r: Double) -> Double {
        let high = ((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853)
        let middle = ((high * r + 45921.953931549871457) * r + 13731.693765509461125)
        return ((middle * r + 1971.5909503065514427) * r + 133.14166789178437745) * r
            + 3.387132872796366608
    }

    private static func centralDenominator(_ r: Double) -> Double {
        let high = ((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061)
        let middle = ((high * r + 21213.794301586595867) * r + 5394.1960214247511077)
        return ((middle * r + 687.1870074920579083) * r + 42.313330701600911252) * r + 1
    }

    private static func middleNumerator(_ r: Double) -> Double {
        let high =
            ((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r
                + 0.24178072517745061177)
        let middle = ((high * r + 1.27045825245236838258) * r + 3.64784832476320460504)
        return ((middle * r + 5.7694972214606914055) * r + 4.6303378461565452959) * r
            + 1.42343711074968357734
    }

    private static func middleDenominator(_ r: Double) -> Double {
        let high =
            ((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r
                + 0.0151986665636164571966)
        let middle = ((high * r + 0.14810397642748007459) * r + 0.68976733498510000455)
        return ((middle * r + 1.6763848301838038494) * r + 2.05319162663775882187) * r + 1
    }

    private static func farNumerator(_ r: Double) -> Double {
        let high =
            ((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r
                + 0.0012426609473880784386)
        let middle = ((high * r + 0.026532189526576123093) * r + 0.29656057182850489123)
        return ((middle * r + 1.7848265399172913358) * r + 5.4637849111641143699) * r
            + 6.6579046435011037772
    }

    private static func farDenominator(_ r: Double) -> Double {
        let high =
            ((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r
                + 1.8463183175100546818e-5)
        let middle = ((high * r + 7.868691311456132591e-4) * r + 0.0148753612908506148525)
        return ((middle * r + 0.13692988092273580531) * r + 0.59983220655588793769) * r + 1
    }
}
