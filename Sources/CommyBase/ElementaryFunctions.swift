/// Logarithm and exponential from additions, multiplications and divisions only.
///
/// The C library's versions differ in the last bit between machines and releases, and one differing
/// bit moves a packet; IEEE 754 fixes the result of the basic operations, so these agree
/// everywhere. Pure targets may not import the C library in any case. Error below 2 units in the
/// last place.
///
/// Source: FreeBSD msun `e_log.c` and `e_exp.c` (Sun Microsystems' fdlibm): the reductions and the
/// minimax polynomials.
public enum ElementaryFunctions {
    private static let ln2High = 6.93147180369123816490e-01
    private static let ln2Low = 1.90821492927058770002e-10

    /// The natural logarithm of a positive finite number.
    public static func ln(_ x: Double) -> Double {
        precondition(x > 0 && x.isFinite, "ln is defined for positive finite numbers")
        // x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2).
        var exponent = Double(x.exponent)
        var significand = x.significand
        if significand > 1.414_213_562_373_095_1 {
            significand *= 0.5
            exponent += 1
        }
        let f = significand - 1
        let s = f / (2 + f)
        let z = s * s
        let w = z * z
        let even =
            w
            * (3.999999999940941908e-01
                + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
        let odd =
            z
            * (6.666666666666735130e-01
                + w
                * (2.857142874366239149e-01
                    + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)))
        let half = 0.5 * f * f
        return exponent * ln2High
            - ((half - (s * (half + (even + odd)) + exponent * ln2Low)) - f)
    }

    /// The square root of a number that is not negative, by Heron's (Newton's) iteration from a
    /// guess that is right within a factor of 1.5. `squareRoot()` and `rounded()` of the standard
    /// library call the C library in debug builds, which a program of pure targets does not link.
    public static func squareRoot(_ x: Double) -> Double {
        precondition(x >= 0 && x.isFinite, "a finite number that is not negative")
        guard x > 0 else { return 0 }
        var root = Double(sign: .plus, exponent: Int(x.exponent) >> 1, significand: 1.2)
        // Six iterations square the relative error of at most 0.7 to below 2^-53.
        for _ in 0..<6 { root = 0.5 * (root + x / root) }
        return root
    }

    /// e to the power of x. Below -708 it is 0; above 709 it traps, because no caller means
    /// infinity.
    public static func exp(_ x: Double) -> Double {
        precondition(x < 709, "exp would overflow")
        guard x > -708 else { return 0 }
        // x = k ln 2 + r with |r| at most ln 2 / 2.
        let k = Double(Int(x * 1.44269504088896338700 + (x < 0 ? -0.5 : 0.5)))
        let high = x - k * ln2High
        let low = k * ln2Low
        let r = high - low
        let t = r * r
        let c =
            r
            - t
            * (1.66666666666666019037e-01
                + t
                * (-2.77777777770155933842e-03
                    + t
                    * (6.61375632143793436117e-05
                        + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))))
        let y = 1 - ((low - (r * c) / (2 - c)) - high)
        return Double(sign: .plus, exponent: Int(k), significand: y)
    }
}
