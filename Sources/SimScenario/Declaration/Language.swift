/// The tables of the language as a whole: every shape once.
enum Language {
    /// All shapes that a scenario can hold, each where it is met first on the way from the file
    /// inwards.
    static let shapes: [Shape] = {
        var found: [Shape] = []
        var waiting = [Shapes.scenario]
        while !waiting.isEmpty {
            let shape = waiting.removeFirst()
            guard !found.contains(where: { $0.identifier == shape.identifier }) else { continue }
            found.append(shape)
            var inner: [Shape] = []
            for key in shape.keys { inner += shapes(in: key.type) }
            waiting = inner + waiting
        }
        return found
    }()

    /// The shapes that a value of this type can be.
    static func shapes(in type: ValueType) -> [Shape] {
        switch type {
        case .mapping(let shape): [shape()]
        case .list(let element), .named(let element), .keyed(_, let element): shapes(in: element)
        case .anyOf(_, let types): types.flatMap(shapes(in:))
        case .text, .formatted, .name, .reference, .boolean, .integer, .number, .duration, .drift,
            .probability, .percentage, .bitRate, .size, .requestRate, .word, .comparison:
            []
        }
    }
}
