/// A scale from zero to a round number.
struct LinearScale {
    let top: Double
    let levels: [TimeChart.Level]

    /// Covers `most`; labels are made by `text`.
    init(_ most: Double, text: (Double) -> String) {
        var top = 1.0
        while top > most, top > 0.001 { top /= 10 }
        var factors = [2.0, 5.0, 10.0]
        var base = top
        while top < most {
            top = base * factors.removeFirst()
            if factors.isEmpty {
                base = top
                factors = [2, 5, 10]
            }
        }
        self.top = top
        levels = [0, 0.5, 1].map { place in
            TimeChart.Level(place: place, label: text(top * place))
        }
    }

    func place(_ value: Double) -> Double { value / top }
}
