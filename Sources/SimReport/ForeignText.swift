/// Text that a program of a run has written, made safe to show.
enum ForeignText {
    /// Control characters in view: escape as `␛`, newline as `␊`. A terminal does nothing on them,
    /// and XML allows them.
    static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(picture(of: scalar)) }
        return String(result)
    }

    /// The same, with the colours of terminals left out and tabs as they are.
    static func plain(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return visible(text.replacing(/\u{1b}\[[0-9;]*m/, with: "").replacing("\t", with: "    "))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
            || (0x202a...0x202e).contains(scalar.value)
            || (0x2066...0x2069).contains(scalar.value) || scalar.value == 0xfffe
            || scalar.value == 0xffff
    }

    /// Unicode has pictures of the older control characters; the others become `�`, also those that
    /// turn the direction of what follows.
    private static func picture(of scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard isControl(scalar) else { return scalar }
        if scalar.value < 0x20 { return Unicode.Scalar(0x2400 + scalar.value) ?? "\u{fffd}" }
        return scalar.value == 0x7f ? "\u{2421}" : "\u{fffd}"
    }
}
